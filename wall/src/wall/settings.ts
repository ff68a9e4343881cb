/** Every setting of a wall lives in its address, so that a wall is set up by one line and comes back the same after a power cut. */
import { read as readChoice } from '../core/address';
import { asked } from '../core/address';
import type { Rate } from '../core/model';
import type { Lang } from '../core/text';
import type { Theme } from '../core/address';

export const SCENES = ['map', 'ranking', 'today', 'changes', 'briefing'] as const;
export type SceneName = (typeof SCENES)[number];
/** Minutes of the city's day, [from, to); it may pass midnight. */
export interface Span { readonly from: number; readonly to: number }

export interface Settings {
  readonly window: string; readonly rate: Rate; readonly kind: 'all';
  readonly lang: Lang; readonly theme: Theme;
  readonly kiosk: boolean;
  readonly scenes: readonly SceneName[]; readonly turnSeconds: number;
  /** Viewing distance in metres and pixel pitch in millimetres (null: a screen of the usual height): they say how large type has to be. */
  readonly distance: number; readonly pitch: number | null;
  readonly night: Span | null; readonly briefing: Span | null; readonly shift: boolean;
}

const NIGHT: Span = { from: 20 * 60, to: 6 * 60 };
const MORNING: Span = { from: 7 * 60, to: 8 * 60 + 30 };

function number(word: string | null, fallback: number, [least, most]: readonly [number, number]): number {
  const value = word === null || word === '' ? NaN : Number(word);
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : fallback;
}

/** "20:00-06:00", "off", or something else, which is the fallback. */
export function span(word: string | null, fallback: Span | null): Span | null {
  if (word === 'off') return null;
  const parts = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(word ?? '');
  if (parts === null) return fallback;
  const [, h1, m1, h2, m2] = parts.map(Number) as [number, number, number, number, number];
  return { from: h1 * 60 + m1, to: h2 * 60 + m2 };
}
const pad = (n: number): string => String(n).padStart(2, '0');
export const spanText = (of: Span): string => [of.from, of.to].map((at) => `${pad(Math.floor(at / 60))}:${pad(at % 60)}`).join('-');

/** Is `minute` of the day within the span. */
export const within = ({ from, to }: Span, minute: number): boolean => (from <= to ? minute >= from && minute < to : minute >= from || minute < to);

function scenes(word: string | null): readonly SceneName[] {
  const named = (word ?? '').split(',').filter((name): name is SceneName => (SCENES as readonly string[]).includes(name));
  return named.length > 0 ? [...new Set(named)] : SCENES;
}

const isOn = (word: string | null): boolean => word !== null && !['0', 'off', 'no', 'false'].includes(word);

export function read(search: string): Settings {
  const query = new URLSearchParams(search);
  const { window, rate, lang, theme } = readChoice(search);
  return {
    window, rate, kind: 'all', lang, theme: theme ?? 'dark', kiosk: isOn(query.get('kiosk')),
    scenes: scenes(query.get('scenes')), turnSeconds: number(query.get('turn'), 30, [5, 3600]),
    distance: number(query.get('distance'), 3, [1, 30]), pitch: query.has('pitch') ? number(query.get('pitch'), 0.95, [0.1, 5]) : null,
    night: span(query.get('night'), NIGHT), briefing: span(query.get('briefing'), MORNING), shift: query.get('shift') !== 'off',
  };
}

/** The address after a change of some settings; all other parameters stay as they are. */
export function change(search: string, parts: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const said = query.toString();
  return said === '' ? '' : `?${said}`;
}

/** The key under which a wall keeps its last picture: what it asks the API for. */
export const keyOf = (settings: Settings): string => asked(settings);

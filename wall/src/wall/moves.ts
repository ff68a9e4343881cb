/** What changed since an earlier picture, in the order in which a reader wants it: pure, from rows of now and of then. */
import { compare, counted, percent, tenths, type Edges } from '../core/figures';
import { shortName } from '../core/picture';
import type { Band, Unit } from '../core/model';
import type { Lang } from '../core/text';
import type { Earlier, Was } from './bodies';
import { wallText } from './text';

export type Kind = 'BAND_DOWN' | 'BAND_UP' | 'SILENT' | 'OVERDUE' | 'FINISHED' | 'FIGURE';
export interface Move { readonly unit: Unit; readonly was: Was | null; readonly at: number | null; readonly kind: Kind }

const ORDER: readonly Band[] = ['green', 'yellow', 'orange', 'red'];
const figureless = (unit: { readonly denominator: number; readonly few: boolean }): boolean => unit.denominator === 0 || unit.few;

function kindOf(unit: Unit, was: Was): Kind {
  if (!figureless(unit) && !figureless(was) && unit.band !== was.band) return ORDER.indexOf(unit.band) > ORDER.indexOf(was.band) ? 'BAND_DOWN' : 'BAND_UP';
  if (unit.overdue > was.overdue) return 'OVERDUE';
  return unit.finished > was.finished ? 'FINISHED' : 'FIGURE';
}
const WEIGHT: Readonly<Record<Kind, number>> = { BAND_DOWN: 0, SILENT: 0, BAND_UP: 0, OVERDUE: 1, FINISHED: 2, FIGURE: 3 };

/**
 * The last hour, newest first: units that came into another band and feeds that fell silent, then those with more overdue, then what else moved;
 * `most` of them.
 */
export function lastHour(units: readonly Unit[], earlier: Earlier, most: number): readonly Move[] {
  const moves = units.flatMap((unit): Move[] => {
    if (unit.stale) return unit.feedSeenAt !== null && unit.feedSeenAt >= earlier.since ? [{ unit, was: null, at: unit.feedSeenAt, kind: 'SILENT' }] : [];
    const was = earlier.units.get(unit.code);
    if (was === undefined || compare(unit, was) === 0) return [];
    const kind = kindOf(unit, was);
    return [{ unit, was, at: WEIGHT[kind] === 0 ? was.bandAt ?? was.changedAt : was.changedAt, kind }];
  });
  const ranked = [...moves].sort((a, b) => WEIGHT[a.kind] - WEIGHT[b.kind] || span(b) - span(a));
  return ranked.slice(0, most).sort((a, b) => (b.at ?? 0) - (a.at ?? 0) || a.unit.name.localeCompare(b.unit.name, 'vi'));
}

/** Points by which a unit's figure moved, without its sign. */
const span = ({ unit, was }: Pick<Move, 'unit' | 'was'>): number => (was === null ? 0 : Math.abs(unit.numerator / unit.denominator - was.numerator / was.denominator));

/** The largest changes since an earlier day: only units that are ranked now and were then, by the points they moved, ties by name. */
export function largest(units: readonly Unit[], earlier: Earlier, most: number): readonly Move[] {
  const moves = units.flatMap((unit): Move[] => {
    const was = earlier.units.get(unit.code);
    if (unit.stale || was === undefined || figureless(unit) || figureless(was)) return [];
    return tenths(unit.numerator / unit.denominator - was.numerator / was.denominator) === 0 ? [] : [{ unit, was, at: was.changedAt, kind: kindOf(unit, was) }];
  });
  return moves.sort((a, b) => span(b) - span(a) || a.unit.name.localeCompare(b.unit.name, 'vi')).slice(0, most);
}

export interface Words { readonly lang: Lang; readonly edges: Edges }
const valueOf = (figure: Unit | Was, { lang, edges }: Words): string => (figure.few ? wallText(lang, 'n_is', { n: figure.denominator }) : `${percent(figure, lang, edges)} %`);
/** From what to what, each with its n: "93,9 › 95,0 % · n = 99 › 100"; of fewer than five the n alone, "n = 4 › 83,3 % · n = 6". */
export function thenSaid({ unit, was }: Move, words: Words): string {
  if (was === null) return '';
  const told = [was, unit].filter((one) => !one.few);
  const values = told.length === 2 ? `${percent(was, words.lang, words.edges)} › ${valueOf(unit, words)}` : `${valueOf(was, words)} › ${valueOf(unit, words)}`;
  const counts = [...new Set(told.map((one) => counted(one.denominator, words.lang)))];
  return counts.length === 0 ? values : `${values} · ${wallText(words.lang, 'n_is', { n: counts.join(' › ') })}`;
}

/** One line on a wall: "xuống dải Cam", "+11 quá hạn", "trả 34 hồ sơ", "nguồn ngừng gửi". */
export function saidOf({ unit, was, kind }: Move, { lang }: Words): string {
  const band = wallText(lang, `band_${unit.band}`);
  switch (kind) {
    case 'BAND_DOWN': return wallText(lang, 'moved_down', { band });
    case 'BAND_UP': return wallText(lang, 'moved_up', { band });
    case 'SILENT': return wallText(lang, 'fell_silent');
    case 'OVERDUE': return wallText(lang, 'more_overdue', { n: unit.overdue - (was?.overdue ?? 0) });
    case 'FINISHED': return wallText(lang, 'more_finished', { n: unit.finished - (was?.finished ?? 0) });
    case 'FIGURE': return wallText(lang, 'figure_moved');
  }
}

/** The caption of the briefing, whole sentences: what moved by how much, from where to where, and what stands behind it. */
export function caption(move: Move, words: Words): string {
  const { unit, was } = move;
  if (was === null) return '';
  const { lang, edges } = words;
  const points = (Math.abs(tenths(unit.numerator / unit.denominator - was.numerator / was.denominator)) / 10).toFixed(1);
  const told = wallText(lang, compare(unit, was) > 0 ? 'caption_rose' : 'caption_fell', {
    name: shortName(unit), points: lang === 'vi' ? points.replace('.', ',') : points, from: percent(was, lang, edges), to: percent(unit, lang, edges),
  });
  const why = [
    ...(unit.band === was.band ? [] : [wallText(lang, 'caption_band', { band: wallText(lang, `band_${unit.band}`) })]),
    ...(unit.overdue > was.overdue ? [wallText(lang, 'caption_overdue', { n: unit.overdue - was.overdue })] : []),
    ...(unit.overdue < was.overdue ? [wallText(lang, 'caption_less_overdue', { n: was.overdue - unit.overdue })] : []),
    ...(unit.finished > was.finished ? [wallText(lang, 'caption_finished', { n: unit.finished - was.finished })] : []),
  ];
  return `${told}${why.length > 0 ? `: ${why.join(', ')}` : ''}.`;
}

/** With what the briefing compares: the same hour a day before; on a Monday that of Friday. `weekday`: 0 is Sunday. */
export const briefingSince = (now: number, weekday: number): number => Math.floor((now - (weekday === 1 ? 3 : weekday === 0 ? 2 : 1) * 86_400) / 60) * 60;

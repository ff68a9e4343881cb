/** Every setting of a desk's screen lives in its address; its key in the part that no browser sends, or typed once. Pure. */
import type { Theme } from '../core/address';
import type { Lang } from '../core/text';

/** `desk`: its place, like 20242.Q01; "" where none is named. `key` null: it has to be typed. */
export interface Settings { readonly desk: string; readonly key: string | null; readonly lang: Lang; readonly theme: Theme; readonly kiosk: boolean; readonly everySeconds: number }

const PLACE = /^[\w.-]{1,40}\.[A-Z]{0,4}-?[0-9]{1,3}$/;
const [LEAST, USUAL, MOST] = [5, 30, 300] as const; // every reading is in the city's audit log

/** A key as it may travel in a header; null for what cannot be one. */
export const keyOf = (typed: string): string | null => (/^[\x21-\x7e]{8,200}$/.test(typed.trim()) ? typed.trim() : null);
/** `search` and `hash` of the address: `?desk=20242.Q01&lang=&theme=&kiosk&every=30#key=…`; `typed`: a key that was typed on this screen. What cannot be a key is none. */
export function read(search: string, hash: string, typed: string | null): Settings {
  const query = new URLSearchParams(search);
  const every = Number(query.get('every') ?? '');
  const desk = query.get('desk') ?? '';
  return {
    desk: PLACE.test(desk) ? desk : '', key: keyOf(new URLSearchParams(hash.slice(1)).get('key') ?? '') ?? typed, lang: query.get('lang') === 'en' ? 'en' : 'vi', theme: query.get('theme') === 'light' ? 'light' : 'dark',
    kiosk: query.has('kiosk') && query.get('kiosk') !== 'off', everySeconds: Number.isFinite(every) && every > 0 ? Math.min(MOST, Math.max(LEAST, every)) : USUAL,
  };
}
/** The address after a change of some settings; never with the key. */
export function change(search: string, parts: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  query.delete('key'); // somebody wrote it where it must not be
  const said = query.toString();
  return said === '' ? '' : `?${said}`;
}

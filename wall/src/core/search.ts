/** Finding a unit by what people type: without diacritics, with "dd" for "đ", with or without "phường", "p.", "xã" … */
import { longName, shortName } from './picture';
import type { Unit } from './model';

/** "Hòa Vang" and "Hoà Vang" → "hoa vang"; "dd", as it is typed for "đ", is one d. */
export function folded(words: string): string {
  return words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/đ/g, 'd').replace(/dd/g, 'd').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

const TYPE = /^(ubnd )?(phuong|p|xa|x|dac khu|thi tran|tt) (?=.)/;

function found(unit: Unit, asked: string): boolean {
  const names = [folded(shortName(unit)), folded(longName(unit)), folded(unit.name)];
  return names.some((name) => asked.split(' ').every((part) => ` ${name}`.includes(` ${part}`))) || folded(unit.code).startsWith(asked);
}

/** The units whose name has words that begin as the words typed, or whose code does; all of them for nothing typed. Their order stays. */
export function search(units: readonly Unit[], typed: string): readonly Unit[] {
  const asked = folded(typed);
  if (asked === '') return units;
  const bare = asked.replace(TYPE, '');
  const whole = units.filter((unit) => found(unit, asked));
  return whole.length > 0 ? whole : units.filter((unit) => found(unit, bare));
}

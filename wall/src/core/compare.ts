/** Units at two moments beside each other; a difference is said only where it is more than chance. Pure. */
import type { Reason } from './explained';
import type { Scored, Unit } from './model';
import { shortName } from './picture';
import { alphabetical } from './alphabet';

/** As the API's comparison of two rates has it (`/definitions`, domain.md §4); `NO_INTERVAL`: it is no share of dossiers. */
export type Parting = Reason | 'NO_INTERVAL';
/** `difference`: of the values 0–1, the later minus the earlier; null unless the two intervals part. */
export interface Difference { readonly difference: number | null; readonly reason: Parting }
/** A unit of the later moment, or of the earlier one alone (`now` null: it is no more). */
export interface Compared extends Difference { readonly unit: Unit; readonly now: Unit | null; readonly before: Unit | null }

export function differenceOf(now: Scored | null, before: Scored | null): Difference {
  if (now === null || before === null || now.denominator === 0 || before.denominator === 0) return { difference: null, reason: 'NOTHING_OCCURRED' };
  if (now.few || before.few) return { difference: null, reason: 'TOO_FEW' };
  if (now.low === null || now.high === null || before.low === null || before.high === null) return { difference: null, reason: 'NO_INTERVAL' };
  if (now.low <= before.high && before.low <= now.high) return { difference: null, reason: 'OVERLAPPING' };
  return { difference: now.numerator / now.denominator - before.numerator / before.denominator, reason: 'PARTED' };
}

/** All units of either moment: those that moved beyond chance first, the greatest loss before the greatest gain, the others by name. */
export function compared(now: readonly Unit[], before: readonly Unit[]): readonly Compared[] {
  const then = new Map(before.map((unit) => [unit.code, unit]));
  const here = new Set(now.map((unit) => unit.code));
  const pairs = [...now.map((unit) => ({ unit, now: unit, before: then.get(unit.code) ?? null })), ...before.filter((unit) => !here.has(unit.code)).map((unit) => ({ unit, now: null, before: unit }))];
  const places = alphabetical(pairs.map(({ unit }) => shortName(unit)));
  const place = ({ unit }: Compared): number => places.get(shortName(unit)) ?? 0;
  return pairs.map((pair) => ({ ...pair, ...differenceOf(pair.now, pair.before) }))
    .sort((a, b) => Number(a.difference === null) - Number(b.difference === null) || (a.difference ?? 0) - (b.difference ?? 0) || place(a) - place(b));
}

/** How many rose, how many fell beyond chance. */
export function movedCounts(pairs: readonly Compared[]): { readonly rose: number; readonly fell: number } {
  return { rose: pairs.filter(({ difference }) => (difference ?? 0) > 0).length, fell: pairs.filter(({ difference }) => (difference ?? 0) < 0).length };
}

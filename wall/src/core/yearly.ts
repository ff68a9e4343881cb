/** The ranking by a yearly set, as GET /rankings/{set} says, checked at the door. */
import { Malformed, optional, ratio, record, word, type Answered, type Untold } from './model';

type Body = Answered<'/api/v1/rankings/{code}'>;
type RawUnit = Untold<Body['rankings'][number]['units'][number]>;
type RawBefore = Untold<NonNullable<Body['rankings'][number]['units'][number]['before']>>;

/** A place of a year: points of what was assessed; `rank` of `of` in its kind. Null: none. */
export interface YearPlace { readonly rank: number | null; readonly of: number; readonly points: number | null; readonly maximum: number }
/** A unit that was, with a place of its own, which is not that of the unit that took its place. */
export interface FormerPlace extends YearPlace { readonly code: string; readonly name: string }
export interface YearBefore extends YearPlace { readonly units: readonly FormerPlace[] }
/** `before`: null where the year before is not public, or neither the unit nor a former unit of it was there. */
export interface YearUnit extends YearPlace { readonly code: string; readonly name: string; readonly kind: string; readonly type: string; readonly reason: string; readonly before: YearBefore | null }
export interface YearGroup { readonly kind: string; readonly of: number; readonly units: readonly YearUnit[] }
/** `years`: those that are published, the newest first; `since`: when this one was, as a local date; `city`: only of a set of the city itself. */
export interface Yearly {
  readonly set: string; readonly year: string; readonly years: readonly string[]; readonly since: string | null; readonly version: number; readonly stale: boolean;
  readonly city: YearUnit | null; readonly groups: readonly YearGroup[];
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not a list`);
  return value;
}
const placeOf = (raw: Untold<YearPlace>): YearPlace => ({ rank: ratio(raw, 'rank'), of: optional(raw, 'of'), points: ratio(raw, 'points'), maximum: optional(raw, 'maximum') });
function formerOf(value: unknown): FormerPlace {
  const raw = record<Untold<FormerPlace>>(value, 'former unit');
  return { ...placeOf(raw), code: word(raw, 'code'), name: word(raw, 'name') };
}
function beforeOf(value: unknown): YearBefore | null {
  if (value === null) return null;
  const raw = record<RawBefore>(value, 'year before');
  return { ...placeOf(raw), units: list(raw.units, 'former units').map(formerOf) };
}
function unitOf(value: unknown): YearUnit {
  const raw = record<RawUnit>(value, 'unit');
  return { ...placeOf(raw), code: word(raw, 'code'), name: word(raw, 'name'), kind: word(raw, 'kind'), type: word(raw, 'type'), reason: word(raw, 'reason'), before: beforeOf(raw.before) };
}
function groupOf(value: unknown): YearGroup {
  const raw = record<Untold<Body['rankings'][number]>>(value, 'ranking');
  return { kind: word(raw, 'kind'), of: optional(raw, 'of'), units: list(raw.units, 'units').map(unitOf) };
}
/** Raises Malformed for an answer that does not fit. */
export function yearlyOf(value: unknown): Yearly {
  const raw = record<Untold<Body>>(value, 'yearly ranking');
  return {
    set: word(raw, 'set'), year: word(raw, 'period'), years: list(raw.years, 'years').map((one) => word(record<{ year?: unknown }>(one, 'year'), 'year')),
    since: typeof raw.published_at === 'string' ? raw.published_at.slice(0, 10) : null, version: optional(raw, 'version'), stale: raw.stale === true,
    city: raw.city === null || raw.city === undefined ? null : unitOf(raw.city), groups: list(raw.rankings, 'rankings').map(groupOf),
  };
}
/** The year before; null where it is not public. */
export const yearBefore = ({ year, years }: Pick<Yearly, 'year' | 'years'>): string | null => years.find((one) => one === String(Number(year) - 1)) ?? null;
/** Where one can go from the year that is asked for: to the years of the last answer, also while that of another year is `shown` no more; else to the newest, where a year is named. */
export function yearsToGo(last: Yearly | null, shown: Yearly | null, window: string): { readonly years: readonly string[]; readonly newest: boolean } {
  return { years: last !== null && (last.years.length > 1 || shown === null) ? last.years : [], newest: last === null && yearOf(window) !== '' };
}
/** Of the window that is chosen the year that it names; "": the newest. */
export const yearOf = (window: string): string => (/^\d{4}$/.test(window) ? window : '');

/** What falls due within the next working days, as GET /units/{code}/look-ahead says, checked at the door. */
import { count, Malformed, ratio, record, word, type Answered, type Untold } from './model';

type Body = Answered<'/api/v1/units/{code}/look-ahead'>;
type RawHorizon = Untold<Body['horizons'][number]>;

export const AHEAD_REASONS = ['OWN_PACE', 'CITY_PACE', 'NOTHING_DUE', 'TOO_LITTLE_DATA', 'SUPPRESSED'] as const;
export type AheadReason = (typeof AHEAD_REASONS)[number];
/** How many of what is due will be late, in whole dossiers: the mean and the interval. */
export interface Late { readonly expected: number; readonly low: number; readonly high: number }
/** Up to the local date `last`; `due` null: fewer than five, else at least so many; `late` null: see `reason`. */
export interface Horizon { readonly days: number; readonly last: string; readonly due: number | null; readonly late: Late | null; readonly reason: AheadReason }
/** `level` 0–1 of the intervals; the record is of the local dates first..last. */
export interface Ahead { readonly code: string; readonly level: number; readonly first: string; readonly last: string; readonly horizons: readonly Horizon[] }

function lateOf(raw: RawHorizon): Late | null {
  const expected = ratio(raw, 'expected');
  if (expected === null) return null;
  const late = { expected, low: count(raw, 'low'), high: count(raw, 'high') };
  if (late.low < 0 || late.low > late.high) throw new Malformed('an interval that is none');
  return late;
}
function horizonOf(value: unknown): Horizon {
  const raw = record<RawHorizon>(value, 'horizon');
  const reason = AHEAD_REASONS.find((known) => known === raw.reason);
  if (reason === undefined) throw new Malformed('unknown reason');
  return { days: count(raw, 'working_days'), last: word(raw, 'last'), due: raw.due === null ? null : count(raw, 'due'), late: lateOf(raw), reason };
}

/** Raises Malformed for an answer that does not fit. */
export function aheadBody(value: unknown): Ahead {
  const raw = record<Untold<Body>>(value, 'look-ahead');
  if (!Array.isArray(raw.horizons)) throw new Malformed('horizons is not a list');
  return { code: word(raw, 'code'), level: ratio(raw, 'level') ?? 0, first: word(raw, 'record_first'), last: word(raw, 'record_last'), horizons: raw.horizons.map(horizonOf) };
}

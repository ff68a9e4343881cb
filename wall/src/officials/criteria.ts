/** A unit's criteria in a year, as GET /officials/rankings/{set} has them before and after they are published, checked at the door. */
import type { Both, IndicatorSet } from '../core/catalogue';
import { listOf, optional, ratio, record, word, type Answered, type Untold } from '../core/model';

type Body = Answered<'/api/v1/officials/rankings/{code}'>;
type RawUnit = Untold<Body['rankings'][number]['units'][number]>;
type RawCriterion = Untold<Body['rankings'][number]['units'][number]['criteria'][number]>;

/** `points` of `maximum` as reviewed (null: `reason` says why), `own`: what the unit gives itself, null: nothing yet. */
export interface Criterion { readonly code: string; readonly name: Both; readonly points: number | null; readonly maximum: number; readonly reason: string; readonly own: number | null }
export interface CriteriaSet { readonly code: string; readonly name: Both; readonly criteria: readonly Criterion[] }

/** A unit's criteria of a set; none where the set is not for it. Raises Malformed for an answer that does not fit. */
export function criteriaOf(value: unknown, unit: string, set: IndicatorSet): CriteriaSet {
  const groups = listOf(record<Untold<Body>>(value, 'yearly ranking').rankings, 'rankings').map((one) => record<{ readonly units?: unknown }>(one, 'ranking'));
  const found = groups.flatMap(({ units }) => listOf(units, 'units').map((one) => record<RawUnit>(one, 'unit'))).find((one) => one.code === unit);
  return { code: set.code, name: set.name, criteria: found === undefined ? [] : listOf(found.criteria, 'criteria').map((one) => criterionOf(one, set)) };
}
/** One whose definition no longer holds today has no other name than its code. */
function criterionOf(value: unknown, set: IndicatorSet): Criterion {
  const raw = record<RawCriterion>(value, 'criterion');
  const code = word(raw, 'code');
  const name = set.indicators.find((one) => one.code === code)?.name ?? { vi: code, en: code };
  return { code, name, points: ratio(raw, 'points'), maximum: optional(raw, 'maximum'), reason: word(raw, 'reason'), own: ratio(raw, 'self_points') };
}

const MOST_YEARS = 3;
/** The years to choose from, newest first; the one that is running among them. */
export const yearsTo = (today: string): readonly string[] => Array.from({ length: MOST_YEARS }, (_, n) => String(Number(today.slice(0, 4)) - n));

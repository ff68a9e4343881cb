/** A unit's criteria in a year, as GET /officials/rankings/{set} has them before and after they are published, checked at the door. */
import type { Both, IndicatorSet } from '../core/catalogue';
import type { Told } from './server';
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

/** The sets that are for a unit, and those whose newest did not come; `status`: of the first of them, else 200. */
export interface Kept { readonly body: readonly CriteriaSet[]; readonly missing: readonly Pick<IndicatorSet, 'code' | 'name'>[]; readonly status: number }
/** Of each yearly set what came, else what was there before; `come`: by code, none where it was not asked for. */
export function keptOf(sets: readonly IndicatorSet[], before: readonly CriteriaSet[], come: ReadonlyMap<string, Told<CriteriaSet>>): Kept {
  const body = sets.flatMap(({ code }) => come.get(code)?.body ?? before.find((one) => one.code === code) ?? []).filter((one) => one.criteria.length > 0);
  const missing = sets.filter(({ code }) => come.get(code)?.body === null).map(({ code, name }) => ({ code, name }));
  return { body, missing, status: come.get(missing[0]?.code ?? '')?.status ?? 200 };
}

const MOST_YEARS = 3;
/** The years to choose from, newest first; the one that is running among them. */
export const yearsTo = (today: string): readonly string[] => Array.from({ length: MOST_YEARS }, (_, n) => String(Number(today.slice(0, 4)) - n));
/** The year that is asked for, where it has begun by `today`, else the one that is running. */
export const yearBy = (today: string, asked: string | null): string => (asked !== null && asked <= today.slice(0, 4) ? asked : today.slice(0, 4));

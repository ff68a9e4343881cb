/** One unit in everything that is known of it, as GET /units/{code} says, checked at the door; and what its page makes of it. */
import { BANDS, count, figure, instant, Malformed, ratio, record, RATES, word, type Answered, type Band, type Figure, type Question, type Rate, type Untold } from './model';

type Body = Answered<'/api/v1/units/{code}'>;
type RawWindow = Untold<Body['windows'][string]>;
type RawRate = Untold<Body['windows'][string]['rates'][string]>;
type RawPoint = Untold<NonNullable<Body['trail']>['points'][number]>;

/** A ratio 0–1 with its integers and its Wilson interval of 95 %. */
export interface UnitRate extends Figure { readonly band: Band; readonly few: boolean; readonly low: number | null; readonly high: number | null; readonly trend: number | null }
/** Local dates, both included; `counts` by the API's names. */
export interface UnitWindow { readonly first: string; readonly last: string; readonly counts: Readonly<Record<string, number>>; readonly rates: Readonly<Record<Rate, UnitRate>> }
/** The four rates of the `days` days that end on a local date. */
export interface TrailPoint { readonly day: string; readonly rates: Readonly<Record<Rate, Figure>> }
export interface UnitBody {
  readonly version: number; readonly asOf: string; readonly code: string; readonly name: string; readonly kind: string; readonly type: string;
  /** `stale`: its feed is silent, or the server has no new data itself: then, and only then, with the seconds since it had (`age`). */
  readonly feedSeenAt: number | null; readonly stale: boolean; readonly age: number | null;
  readonly pending: number; readonly overdue: number; readonly paused: number; readonly dueToday: number; readonly dueTodayLeft: number;
  readonly windows: Readonly<Record<string, UnitWindow>>;
  /** Null while the history cannot be read. */
  readonly trail: { readonly days: number; readonly points: readonly TrailPoint[] } | null;
}

const fromEntries = <K extends string, V>(keys: readonly K[], of: (key: K) => V): Record<K, V> => Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, V>;

function rateOf(value: unknown): UnitRate {
  const raw = record<RawRate>(value, 'rate');
  const band = BANDS.find((known) => known === raw.band);
  if (band === undefined) throw new Malformed('unknown band');
  return { ...figure(raw), band, few: raw.few === true, low: ratio(raw, 'low'), high: ratio(raw, 'high'), trend: ratio(raw, 'trend') };
}
function windowOf(value: unknown): UnitWindow {
  const raw = record<RawWindow>(value, 'window');
  const [counts, rates] = [record<Record<string, unknown>>(raw.counts, 'counts'), record<Record<string, unknown>>(raw.rates, 'rates')];
  return { first: word(raw, 'first'), last: word(raw, 'last'), counts: fromEntries(Object.keys(counts), (name) => count(counts, name)), rates: fromEntries(RATES, (rate) => rateOf(rates[rate])) };
}
function pointOf(value: unknown): TrailPoint {
  const raw = record<RawPoint>(value, 'point');
  const rates = record<Record<string, unknown>>(raw.rates, 'rates');
  return { day: word(raw, 'day'), rates: fromEntries(RATES, (rate) => figure(rates[rate])) };
}
function trailOf(value: unknown): UnitBody['trail'] {
  if (value === null || value === undefined) return null;
  const raw = record<Untold<NonNullable<Body['trail']>>>(value, 'trail');
  if (!Array.isArray(raw.points)) throw new Malformed('points is not a list');
  return { days: count(raw, 'days'), points: raw.points.map(pointOf) };
}

/** Raises Malformed for an answer that does not fit. */
export function unitBody(value: unknown): UnitBody {
  const raw = record<Untold<Body>>(value, 'unit');
  const windows = record<Record<string, unknown>>(raw.windows, 'windows');
  return {
    version: count(raw, 'version'), asOf: word(raw, 'as_of'), code: word(raw, 'code'), name: word(raw, 'name'), kind: word(raw, 'kind'), type: word(raw, 'type'),
    feedSeenAt: instant(raw.feed_seen_at), stale: raw.stale === true, age: ratio(raw, 'age_seconds'), pending: count(raw, 'pending'), overdue: count(raw, 'overdue'), paused: count(raw, 'paused'),
    dueToday: count(raw, 'due_today'), dueTodayLeft: count(raw, 'due_today_left'), windows: fromEntries(Object.keys(windows), (name) => windowOf(windows[name])), trail: trailOf(raw.trail),
  };
}

export type Period = Pick<Question, 'window' | 'asOf' | 'knownAt'>;
export const sameDay = (a: Period, b: Period): boolean => (a.asOf ?? null) === (b.asOf ?? null) && (a.knownAt ?? null) === (b.knownAt ?? null);
/** `of`: what the figures are of, by which they are called; `chosen`: that is what is chosen now. */
export interface PeriodShown { readonly of: Period; readonly window: UnitWindow; readonly chosen: boolean }
/** Which period of an answer is shown: the one that is `chosen`, if the answer is of its day and has it, else the one that was `asked` for; null if it has neither. */
export function periodShown(unit: UnitBody, asked: Period, chosen: Period): PeriodShown | null {
  const [now, then] = [sameDay(asked, chosen) ? unit.windows[chosen.window] : undefined, unit.windows[asked.window]];
  if (now !== undefined) return { of: chosen, window: now, chosen: true };
  return then === undefined ? null : { of: asked, window: then, chosen: false };
}

/** A part of the dossiers that a rate counts; `good`: on time. */
export interface Part { readonly name: 'early' | 'on_day' | 'pending' | 'late' | 'overdue' | 'met' | 'missed'; readonly n: number; readonly good: boolean }

/** What a rate is made of (domain.md §4): its parts add up to its denominator, the good ones to its numerator. Null where the counts do not say. */
export function partsOf(unit: UnitBody, window: UnitWindow, rate: Rate): readonly Part[] | null {
  const { numerator, denominator } = window.rates[rate];
  const { early = 0, on_day: onDay = 0, late = 0 } = window.counts;
  const done: readonly Part[] = [{ name: 'early', n: early, good: true }, { name: 'on_day', n: onDay, good: true }];
  const open: readonly Part[] = [{ name: 'pending', n: unit.pending, good: true }, { name: 'late', n: late, good: false }, { name: 'overdue', n: unit.overdue, good: false }];
  const parts: readonly Part[] = rate === 'official' ? [...done, ...open]
    : rate === 'resolved' ? [...done, { name: 'late', n: late, good: false }]
    : [{ name: 'met', n: numerator, good: true }, { name: 'missed', n: denominator - numerator, good: false }];
  const sum = (of: readonly Part[]): number => of.reduce((total, part) => total + part.n, 0);
  return sum(parts) === denominator && sum(parts.filter((part) => part.good)) === numerator ? parts : null; // a named period ends on another day than what is open now
}

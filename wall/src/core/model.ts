/** What the API says (architecture §8), checked at the door: what does not fit is refused as a whole, never half shown. */
import type { paths } from './api';

export const BANDS = ['green', 'yellow', 'orange', 'red', 'none'] as const;
export const RATES = ['official', 'resolved', 'due_cohort', 'statutory'] as const;
export const KINDS = ['locality', 'department', 'land_office', 'health'] as const;
export const WINDOWS = ['today', '7d', '30d', '90d', 'month', 'quarter', 'year'] as const;
export type Band = (typeof BANDS)[number];
export type Rate = (typeof RATES)[number];
export type Kind = (typeof KINDS)[number];

/** `asOf`: a local date whose end is asked about; `knownAt`: an instant whose knowledge is. Without both, and in a live window: now. `indicator`: its code, or a set's, instead of the rate. */
export interface Question { readonly window: string; readonly rate: Rate; readonly kind: Kind | 'all'; readonly asOf?: string | null; readonly knownAt?: string | null; readonly indicator?: string | null }
/** Whether the question is about now, so that the answer moves. */
export const isLive = ({ window, asOf = null, knownAt = null }: Question): boolean => asOf === null && knownAt === null && (WINDOWS as readonly string[]).includes(window);

/** A ratio 0–1 with its integers; `value` null where nothing stands in the window. */
export interface Figure { readonly value: number | null; readonly numerator: number; readonly denominator: number }

/** What an indicator says beside its value: `points` of `maximum` (null: it gives none, or has no value), why there is a value or none, the class of a total ("": none). */
export interface Measured { readonly points: number | null; readonly maximum: number | null; readonly reason: string; readonly standing: string }

export interface Scored extends Figure {
  readonly code: string; readonly name: string; readonly band: Band; readonly few: boolean;
  readonly low: number | null; readonly high: number | null; readonly trend: number | null;
  readonly overdue: number; readonly paused: number; readonly dueToday: number; readonly dueTodayLeft: number; readonly finished: number;
  /** Only where an indicator was asked for. */
  readonly measured?: Measured;
}
export interface Unit extends Scored {
  readonly kind: string; readonly type: string; readonly rank: number | null; readonly of: number;
  /** Seconds since 1970 by the server's clock; null: this unit's feed has never sent. */
  readonly feedSeenAt: number | null; readonly stale: boolean;
}
export interface City extends Scored {
  readonly rates: Readonly<Record<Rate, Figure>>; readonly receivedToday: number; readonly finishedToday: number; readonly zone: string;
}
/** A year of a set that was public when it was known and was withdrawn since; `againAt`: since when it is public anew. */
export interface WithdrawnYear { readonly year: string; readonly withdrawnAt: string; readonly againAt: string | null }
export interface MapBody { readonly version: number; readonly asOf: string; readonly city: City; readonly units: readonly Unit[]; readonly stale: boolean; readonly age: number | null; readonly withdrawn: readonly WithdrawnYear[] }
export interface ChangeBody { readonly version: number; readonly asOf: string | null; readonly city: City | null; readonly units: readonly Unit[] }
/** `lag`: seconds that the server is behind the sources; null: it cannot say; undefined: not told. `age`: of its own picture, where that is old. */
export interface Tick { readonly serverTime: number | null; readonly lag: number | null | undefined; readonly stale: boolean; readonly age: number | null; readonly geometry?: string | null }

/** What came, by the names that the published description of the API has; their values are still unknown. */
export type Answered<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: { content: { 'application/json': infer Body } } } } } ? Body : never;
export type Untold<T> = { readonly [name in keyof T]?: unknown };
type RawMap = Untold<Answered<'/api/v1/map'>>;
type RawUnit = Untold<Answered<'/api/v1/map'>['units'][number]> & Untold<Measured>;
type RawCity = Untold<Answered<'/api/v1/map'>['city']> & Untold<Measured>;
type RawTick = { readonly server_time?: unknown; readonly kafka_lag_seconds?: unknown; readonly stale?: unknown; readonly age_seconds?: unknown; readonly geometry?: unknown };
export class Malformed extends Error {}

export function record<T extends object = Readonly<Record<string, unknown>>>(value: unknown, what: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(`${what} is not an object`);
  return value as T;
}
export function count<T extends object>(raw: T, name: keyof T & string): number {
  const value = raw[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new Malformed(`${name} is not a whole number`);
  return value;
}
export function ratio<T extends object>(raw: T, name: keyof T & string): number | null {
  const value = raw[name];
  if (value === null || value === undefined) return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Malformed(`${name} is not a number`);
  return value;
}
export function word<T extends object>(raw: T, name: keyof T & string): string {
  const value = raw[name];
  if (typeof value !== 'string') throw new Malformed(`${name} is not a text`);
  return value;
}
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not a list`);
  return value;
}
/** One of a closed set of words. */
export function among<T extends string>(words: readonly T[], value: unknown, what: string): T {
  const found = words.find((known) => known === value);
  if (found === undefined) throw new Malformed(`unknown ${what}`);
  return found;
}
export const optional = <T extends object>(raw: T, name: keyof T & string): number => (raw[name] === undefined || raw[name] === null ? 0 : count(raw, name));

/** Seconds since 1970 from seconds or from ISO 8601 with an offset; null for nothing or 0 ("not given"). */
export function instant(value: unknown): number | null {
  if (typeof value === 'number') return value > 0 ? value : null;
  if (typeof value !== 'string' || value === '') return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at / 1000;
}

const ageOf = (raw: { readonly age_seconds?: unknown }): number | null => (typeof raw['age_seconds'] === 'number' && raw['age_seconds'] >= 0 ? raw['age_seconds'] : null);

export function figure(value: unknown): Figure {
  const raw = record<Untold<Figure>>(value, 'figure');
  const [numerator, denominator] = [count(raw, 'numerator'), count(raw, 'denominator')];
  if (numerator < 0 || numerator > denominator) throw new Malformed('more counted as on time than there are');
  return { value: denominator === 0 ? null : ratio(raw, 'value'), numerator, denominator };
}
const PARTS = 1_000_000_000; // of a share that has no integers of its own
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** As `figure`, of an indicator: more may be reached than was planned, and a total's fraction is taken from its value. */
export function measuredFigure(raw: Untold<Figure>): Figure {
  const value = ratio(raw, 'value');
  if (value === null) return { value, numerator: 0, denominator: 0 };
  const [numerator, denominator] = [raw.numerator, raw.denominator];
  if (Number.isSafeInteger(numerator) && Number.isSafeInteger(denominator) && denominator !== 0) return { value, numerator: numerator as number, denominator: denominator as number };
  return { value, numerator: Math.round(value * PARTS), denominator: PARTS };
}
export function measuredOf(raw: Untold<Measured>): Measured {
  return { points: ratio(raw, 'points'), maximum: ratio(raw, 'maximum'), reason: word(raw, 'reason'), standing: text(raw.standing) };
}
function scored(raw: RawUnit): Scored {
  const band = word(raw, 'band') as Band;
  if (!BANDS.includes(band)) throw new Malformed(`unknown band ${band}`);
  return {
    ...(raw.reason === undefined ? figure(raw) : { ...measuredFigure(raw), measured: measuredOf(raw) }), code: word(raw, 'code'), name: word(raw, 'name'), band, few: raw['few'] === true, low: ratio(raw, 'low'), high: ratio(raw, 'high'),
    trend: ratio(raw, 'trend'), overdue: optional(raw, 'overdue'), paused: optional(raw, 'paused'), dueToday: optional(raw, 'due_today'), dueTodayLeft: optional(raw, 'due_today_left'),
    finished: optional(raw, 'finished'),
  };
}
export function unitOf(value: unknown): Unit {
  const raw = record<RawUnit>(value, 'unit');
  return {
    ...scored(raw), kind: word(raw, 'kind'), type: typeof raw['type'] === 'string' ? raw['type'] : '', rank: ratio(raw, 'rank'), of: optional(raw, 'of'),
    feedSeenAt: instant(raw['feed_seen_at']), stale: raw['stale'] === true,
  };
}
export function cityOf(value: unknown): City {
  const raw = record<RawCity>(value, 'city');
  const rates = record<Untold<Record<Rate, Figure>>>(raw['rates'], 'rates');
  return {
    ...scored(raw), rates: { official: figure(rates['official']), resolved: figure(rates['resolved']), due_cohort: figure(rates['due_cohort']), statutory: figure(rates['statutory']) },
    receivedToday: optional(raw, 'received_today'), finishedToday: optional(raw, 'finished_today'),
    zone: typeof raw['time_zone'] === 'string' ? raw['time_zone'] : 'Asia/Ho_Chi_Minh',
  };
}
function list(value: unknown): readonly Unit[] {
  if (!Array.isArray(value)) throw new Malformed('units is not a list');
  return value.map(unitOf);
}
function withdrawnOf(value: unknown): WithdrawnYear {
  const raw = record<Untold<NonNullable<Answered<'/api/v1/map'>['withdrawn']>[number]>>(value, 'withdrawn');
  return { year: word(raw, 'year'), withdrawnAt: word(raw, 'withdrawn_at'), againAt: typeof raw['again_at'] === 'string' ? raw['again_at'] : null };
}
export function mapBody(value: unknown): MapBody {
  const raw = record<RawMap>(value, 'map');
  return { version: count(raw, 'version'), asOf: word(raw, 'as_of'), city: cityOf(raw['city']), units: list(raw['units']), stale: raw['stale'] === true, age: ageOf(raw), withdrawn: listOf(raw['withdrawn'] ?? [], 'withdrawn').map(withdrawnOf) };
}
export function changeBody(value: unknown): ChangeBody {
  const raw = record<RawMap>(value, 'change');
  const city = raw['city'] === undefined || raw['city'] === null ? null : cityOf(raw['city']);
  return { version: count(raw, 'version'), asOf: typeof raw['as_of'] === 'string' ? raw['as_of'] : null, city, units: list(raw['units'] ?? []) };
}
export function tickBody(value: unknown): Tick {
  const raw = record<RawTick>(value, 'tick');
  const lag = raw['kafka_lag_seconds'];
  return { serverTime: instant(raw['server_time']), lag: typeof lag === 'number' && lag >= 0 ? lag : lag === undefined ? undefined : null, stale: raw['stale'] === true, age: ageOf(raw), geometry: typeof raw['geometry'] === 'string' ? raw['geometry'] : null };
}

/** A unit's one-stop desks, as GET /units/{code}/desks says, checked at the door (decision 0028). Lengths of time are exact to the bucket. */
import { count, figure, instant, listOf, Malformed, ratio, record, word, type Answered, type Figure, type Untold } from './model';

type Body = Answered<'/api/v1/units/{code}/desks'>;
type RawTickets = Untold<NonNullable<Body['tickets']>>;
type RawLength = Untold<NonNullable<NonNullable<Body['tickets']>['waited']>>;
type RawBucket = Untold<NonNullable<NonNullable<Body['tickets']>['waited']>['buckets'][number]>;
type RawAppointments = Untold<NonNullable<Body['appointments']>>;
type RawAnswers = Untold<NonNullable<Body['satisfaction']>>;
type RawConnection = Untold<Body['connections'][number]>;
type RawFigures = Untold<Body['desks'][number]>;

/** How many took no longer than `atMost` seconds, and longer than the bucket before; null: longer than the last bound. */
export interface Bucket { readonly atMost: number | null; readonly count: number }
/** `median`, `p90`: seconds that half, and nine of ten, do not exceed; null: beyond the last bound. */
export interface Length { readonly count: number; readonly median: number | null; readonly p90: number | null; readonly buckets: readonly Bucket[] }
export interface Tickets { readonly taken: number; readonly served: number; readonly abandoned: number; readonly waited: Length | null; readonly service: Length | null }
export interface Appointments { readonly booked: number; readonly kept: number; readonly missed: number }
/** `numerator`: answers of 4 and 5 of all; the interval is Wilson 95 %. */
export interface Satisfaction extends Figure { readonly low: number | null; readonly high: number | null }
/** Each is null where there is nothing, or under five: which of the two is not told apart. */
export interface DeskFigures { readonly tickets: Tickets | null; readonly appointments: Appointments | null; readonly satisfaction: Satisfaction | null }
/** Of days that are over. `withheld`: days with fewer than five, and what would give them away, are left out. */
export interface DeskRow extends DeskFigures { readonly desk: string; readonly withheld: boolean }
/** `heardAt`: to the quarter of an hour before, ISO 8601 of the city; `stale`: so long ago that nobody can say that it is connected. */
export interface Connection { readonly desk: string; readonly heardAt: string; readonly stale: boolean }
/** Of the local dates first..last, today included; `waiting`: tickets of today that nobody has called yet. */
export interface Desks extends DeskFigures { readonly first: string; readonly last: string; readonly waiting: number; readonly desks: readonly DeskRow[]; readonly connections: readonly Connection[] }

const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === null || value === undefined ? null : read(value));

function bucketOf(value: unknown): Bucket {
  const raw = record<RawBucket>(value, 'bucket');
  return { atMost: raw.at_most_seconds === null ? null : count(raw, 'at_most_seconds'), count: count(raw, 'count') };
}
function lengthOf(value: unknown): Length {
  const raw = record<RawLength>(value, 'length');
  const found = { count: count(raw, 'count'), median: ratio(raw, 'median_at_most_seconds'), p90: ratio(raw, 'p90_at_most_seconds'), buckets: listOf(raw.buckets, 'buckets').map(bucketOf) };
  if (found.buckets.reduce((sum, one) => sum + one.count, 0) !== found.count) throw new Malformed('the buckets are not the whole');
  return found;
}
function ticketsOf(value: unknown): Tickets {
  const raw = record<RawTickets>(value, 'tickets');
  return { taken: count(raw, 'taken'), served: count(raw, 'served'), abandoned: count(raw, 'abandoned'), waited: orNull(raw.waited, lengthOf), service: orNull(raw.service, lengthOf) };
}
function appointmentsOf(value: unknown): Appointments {
  const raw = record<RawAppointments>(value, 'appointments');
  return { booked: count(raw, 'booked'), kept: count(raw, 'kept'), missed: count(raw, 'missed') };
}
function satisfactionOf(value: unknown): Satisfaction {
  const raw = record<RawAnswers>(value, 'satisfaction');
  return { ...figure(raw), low: ratio(raw, 'low'), high: ratio(raw, 'high') };
}
const figuresOf = (raw: RawFigures): DeskFigures => ({ tickets: orNull(raw.tickets, ticketsOf), appointments: orNull(raw.appointments, appointmentsOf), satisfaction: orNull(raw.satisfaction, satisfactionOf) });

function connectionOf(value: unknown): Connection {
  const raw = record<RawConnection>(value, 'connection');
  if (typeof raw.stale !== 'boolean' || instant(raw.heard_at) === null) throw new Malformed('a connection without its instant');
  return { desk: word(raw, 'desk'), heardAt: word(raw, 'heard_at'), stale: raw.stale };
}

/** Raises Malformed for an answer that does not fit. */
export function desksBody(value: unknown): Desks {
  const raw = record<Untold<Body>>(value, 'desks');
  const rows = listOf(raw.desks, 'desks').map((one) => {
    const of = record<RawFigures>(one, 'desk');
    return { ...figuresOf(of), desk: word(of, 'desk'), withheld: of.withheld === true };
  });
  return { ...figuresOf(raw as RawFigures), first: word(raw, 'first'), last: word(raw, 'last'), waiting: count(raw, 'waiting'), desks: rows, connections: listOf(raw.connections ?? [], 'connections').map(connectionOf) };
}

/** How many of a length took no longer than so many seconds; null where that is no bound of a bucket, so that it is not known exactly. */
export function within({ buckets }: Length, seconds: number): number | null {
  if (!buckets.some((one) => one.atMost === seconds)) return null;
  return buckets.filter((one) => one.atMost !== null && one.atMost <= seconds).reduce((sum, one) => sum + one.count, 0);
}
/** Seconds of the greatest bound; 0 where there is none. */
export const longestBound = ({ buckets }: Length): number => Math.max(0, ...buckets.map((one) => one.atMost ?? 0));
/** Whether there is anything to show. */
export const isSaid = ({ tickets, appointments, satisfaction, waiting, desks }: Desks): boolean => tickets !== null || appointments !== null || satisfaction !== null || waiting > 0 || desks.length > 0;

/** A desk's board, as GET /desks/{desk}/board says, checked at the door; and what of it stands on the screen at a time. Pure. */
import { count, listOf, Malformed, ratio, record, word, type Answered, type Untold } from '../core/model';
import type { Both } from '../core/catalogue';
import { elapsed, type Moment } from '../core/freshness';

type Body = Answered<'/api/v1/desks/{desk}/board'>;
type RawDossier = Untold<Body['dossiers'][number]>;

/** `digits`: the last four of its code; `promisedOn`: a local date, null where there is none and while its clock stands still. */
export interface Dossier { readonly digits: string; readonly step: Both; readonly ready: boolean; readonly paused: boolean; readonly promisedOn: string | null }
/** `at`: ISO 8601 with the city's offset; `calling`: ticket numbers called and not done, the last called first; `waiting`: tickets not called. `old`: real seconds that the server itself has had no new data (0: it cannot say how long); null: it is of `at`. */
export interface Board { readonly at: string; readonly name: string; readonly desk: string; readonly calling: readonly number[]; readonly waiting: number; readonly dossiers: readonly Dossier[]; readonly old: number | null }

const DIGITS = /^\d{1,4}$/;
function dossierOf(value: unknown): Dossier {
  const raw = record<RawDossier>(value, 'dossier');
  const [digits, step] = [word(raw, 'digits'), record<{ readonly vi?: unknown; readonly en?: unknown }>(raw.step, 'step')];
  if (!DIGITS.test(digits)) throw new Malformed('more than four digits'); // whatever a server says: no code stands in a hall
  return { digits, step: { vi: word(step, 'vi'), en: word(step, 'en') }, ready: raw.ready === true, paused: raw.paused === true, promisedOn: raw.promised_on === null ? null : word(raw, 'promised_on') };
}
/** Raises Malformed for an answer that does not fit. */
export function boardBody(value: unknown): Board {
  const raw = record<Untold<Body>>(value, 'board');
  const at = word(raw, 'at');
  if (Number.isNaN(Date.parse(at))) throw new Malformed('at is no instant');
  const calling = listOf(raw.calling, 'calling').map((ticket) => count({ ticket }, 'ticket'));
  return { at, name: word(raw, 'name'), desk: word(raw, 'desk'), calling, waiting: count(raw, 'waiting'), dossiers: listOf(raw.dossiers, 'dossiers').map(dossierOf), old: raw.stale === true ? (ratio(raw, 'age_seconds') ?? 0) : null };
}

/** `status` 0: no answer, or one that does not fit. */
export interface Answer { readonly status: number; readonly body: Board | null }
/** `heard`: when the last board came; `behind`: it said itself that it is old; `status`: of the last answer that was none, 0 for no answer; null: all is well. */
export interface Contact { readonly heard: Moment | null; readonly behind: boolean; readonly status: number | null }
export const NO_CONTACT: Contact = { heard: null, behind: false, status: null };
const REFUSALS: readonly (number | null)[] = [401, 403, 404];
/** Whether a status says that this key opens no board here. */
export const isRefusal = (status: number | null): boolean => REFUSALS.includes(status);
/** A refusal stands until a board comes or another refusal: a server that is away meanwhile takes nothing of it back. */
export function contactAfter(before: Contact, { status, body }: Answer, now: Moment): Contact {
  if (body !== null) return { heard: now, behind: body.old !== null, status: null };
  return { ...before, status: isRefusal(before.status) && !isRefusal(status) ? before.status : status };
}
/** `refused`: the key is not of this desk, or is no longer one; `stale`: what stands there is not of now. */
export type Mode = 'connecting' | 'live' | 'stale' | 'refused' | 'unknown';
/** After so many times the usual wait without an answer the board is old. */
const MISSED = 3;

export function modeOf({ heard, behind, status }: Contact, now: Moment, everySeconds: number): Mode {
  if (status === 401 || status === 403) return 'refused';
  if (status === 404) return 'unknown';
  if (heard === null) return 'connecting';
  return behind || elapsed(heard, now) > MISSED * everySeconds ? 'stale' : 'live';
}

/** A page of a list that is longer than the screen: pages come in turn, so that everything stands there for the same time. */
export interface Page<T> { readonly items: readonly T[]; readonly page: number; readonly pages: number }
export function pageOf<T>(items: readonly T[], size: number, turn: number): Page<T> {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const page = turn % pages;
  return { items: items.slice(page * size, (page + 1) * size), page: page + 1, pages };
}

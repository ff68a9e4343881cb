/** What a unit writes of its month or of a criterion (giải trình): as its routes answer, what is posted, and which part of it did not pass. Pure. */
import { listOf, record, word, type Answered, type Untold } from '../core/model';

type Body = Answered<'/api/v1/units/{code}/justifications'>;
type Raw = Untold<Body['justifications'][number]>;

/** `at` null: not told. Who wrote it is an id that nobody here needs. */
export interface Justification { readonly text: string; readonly links: readonly string[]; readonly at: string | null }
export const MONTHLY_SHEET = 'monthly-sheet';
export const MOST_LETTERS = 1000;
const [MOST_LINKS, LONGEST_LINK] = [5, 300];

/** Null where nothing was written. Raises Malformed for what does not fit. */
export function justificationOf(value: unknown): Justification | null {
  if (value === null || value === undefined) return null;
  const raw = record<Raw>(value, 'justification');
  return { text: word(raw, 'text'), links: listOf(raw.links, 'links').map(String), at: typeof raw.at === 'string' ? raw.at : null };
}
/** What holds of one subject, null: nothing was written. */
export interface Newest { readonly newest: Justification | null }
/** GET /units/{code}/justifications. Raises Malformed for an answer that does not fit. */
export const newestOf = (value: unknown): Newest => ({ newest: justificationOf(listOf(record<Untold<Body>>(value, 'justifications').justifications, 'justifications')[0]) });
/** Of two the one that holds: what was just sent is there before it is read back. */
export const holding = (known: Justification | null | undefined, come: Justification | null): Justification | null => (known != null && (come === null || (known.at ?? '') > (come.at ?? '')) ? known : come);

/** What somebody is writing; `on`: what held when they began. */
export interface Draft { readonly text: string; readonly links: string; readonly on: Justification | null }
const draftOf = (said: Justification | null): Draft => ({ text: said?.text ?? '', links: said?.links.join('\n') ?? '', on: said });
/** What the form shows: untouched it is what holds. */
export const shownOf = (draft: Draft | undefined, said: Justification | null): Draft => draft ?? draftOf(said);
/** After letters were typed; none where it says again what holds. */
export function typed(draft: Draft | undefined, said: Justification | null, part: Partial<Pick<Draft, 'text' | 'links'>>): Draft | undefined {
  const next = { ...shownOf(draft, said), ...part };
  const { text, links } = draftOf(said);
  return next.text === text && next.links === links ? undefined : next;
}
/** Whether it says what holds: it was stored, though no answer said so. */
export const saysAgain = (draft: Draft, said: Justification | null): boolean => sameWords(draft, draftOf(said));
const sameWords = (one: Draft, other: Draft): boolean => one.text.trim() === other.text.trim() && one.links.trim() === other.links.trim();
/** After `sent` was stored: none, unless letters were typed meanwhile to what was `posted`. */
export const leftOf = (draft: Draft | undefined, posted: Pick<Draft, 'text' | 'links'>, sent: Justification): Draft | undefined => (draft === undefined || sameWords(draft, { ...posted, on: null }) ? undefined : { ...draft, on: sent });
/** Whether something else was written since they began: sent now, it would be replaced unseen. */
export const overtaken = (draft: Draft | undefined, said: Justification | null): boolean => draft !== undefined && said !== null && (said.at ?? '') > (draft.on?.at ?? '') && !saysAgain(draft, said);
/** Whether what was posted may be stored or not: its answer did not come, or could not be read. */
export const isLost = (status: number): boolean => status === 0 || status === -1;

/** `about`: the code of a criterion, or `monthly-sheet`; `period`: the year, or the month. */
export interface Subject { readonly unit: string; readonly about: string; readonly period: string }
export interface Posted { readonly about: string; readonly period: string; readonly text: string; readonly links: readonly string[] }
/** What is posted: a paragraph of links, one a line, is a list. */
export const justificationBody = ({ about, period }: Omit<Subject, 'unit'>, text: string, links: string): Posted =>
  ({ about, period, text: text.trim(), links: links.split(/\s+/).filter((link) => link !== '') });

/** Which part did not pass and why; `n`: the first of the links that did not, counted from one; `period`: one that has not begun, or is none. */
export type Refusal = { readonly field: 'period' } | { readonly field: 'text'; readonly reason: (typeof OF_TEXT)[number] } | { readonly field: 'links'; readonly n: number; readonly reason: (typeof OF_LINK)[number] | 'TOO_MANY' };
const OF_TEXT = ['EMPTY', 'TOO_LONG', 'PERSONAL'] as const;
const OF_LINK = ['PERSONAL', 'BAD_LINK'] as const;
/** What the server takes for no body of this address at all, so that it could not say which part; null: it may be sent. */
export function tooMuch({ text, links }: Posted): Refusal | null {
  if (text === '') return { field: 'text', reason: 'EMPTY' };
  if (text.length > MOST_LETTERS) return { field: 'text', reason: 'TOO_LONG' };
  if (links.length > MOST_LINKS) return { field: 'links', n: MOST_LINKS + 1, reason: 'TOO_MANY' };
  const long = links.findIndex((link) => link.length > LONGEST_LINK);
  return long < 0 ? null : { field: 'links', n: long + 1, reason: 'BAD_LINK' };
}
const DETAIL = /^not valid: (?:text|links\[(\d+)\]): (\w+)$/;
/** The `detail` of the server's 422; null where it says something else. */
export function refusalOf(detail: string): Refusal | null {
  if (detail === 'not valid: period') return { field: 'period' };
  const [, n, said] = DETAIL.exec(detail) ?? [];
  const [text, link] = [OF_TEXT.find((one) => one === said), OF_LINK.find((one) => one === said)];
  if (n === undefined) return text === undefined ? null : { field: 'text', reason: text };
  return link === undefined ? null : { field: 'links', n: Number(n) + 1, reason: link };
}

/** What the officials' routes answer, checked at the door. Instants stay ISO texts with the city's offset. */
import { count, Malformed, record, word, type Answered } from '../core/model';

export const GROUPS = ['overdue', 'today', 'later', 'paused', 'ended'] as const;
export type Group = (typeof GROUPS)[number];
export const KINDS = ['counted', 'paused', 'remaining', 'late', 'void'] as const;
export type Kind = (typeof KINDS)[number];

export interface Grant { readonly role: string; readonly units: readonly string[] }
export interface Session { readonly id: string; readonly grants: readonly Grant[] }
/** A name of the catalogue; `en` null: it has none in English. */
export interface Name { readonly vi: string; readonly en: string | null }
/** `left`: working minutes, negative behind the due instant; null: no due date. */
export interface Item {
  readonly code: string; readonly unit: string; readonly procedure: string; readonly name: Name | null; readonly status: number;
  readonly open: boolean; readonly counted: boolean; readonly endedAt: string | null; readonly dueAt: string | null; readonly firstDueAt: string | null;
  readonly stepDueAt: string | null; readonly left: number | null; readonly group: Group; readonly onTimeToday: boolean; readonly moved: boolean;
}
export interface Listing { readonly at: string; readonly items: readonly Item[]; readonly after: string }
/** The first answer to a notice; `by` is an internal id. */
export interface Answer { readonly byYou: boolean; readonly by: string; readonly kind: string; readonly at: string }
export interface Notice {
  readonly dossier: string; readonly unit: string; readonly clock: string; readonly stage: string; readonly state: string; readonly reason: string;
  readonly channel: string; readonly dueAt: string | null; readonly decidedAt: string; readonly acknowledged: Answer | null; readonly mine: boolean;
}
/** The account of a dossier by the names of the published description; only the dossier and its notices are as in the lists. */
type Explained = Answered<'/api/v1/dossiers/{code}/explanation'>;
export type Span = Explained['spans'][number];
export type Pause = Explained['pauses'][number];
export type TakenBack = Explained['taken_back'][number];
export type Happened = Explained['events'][number];
export type Days = NonNullable<Explained['days']>;
export interface Account extends Readonly<Omit<Explained, 'item' | 'why'>> { readonly item: Item; readonly why: readonly Notice[] }

/** What became of the notices of some days, by the names of the published description. */
export type Quality = Answered<'/api/v1/notice-quality'>;
export type Counts = Quality['total'];

type Raw = Readonly<Record<string, unknown>>;
const list = (value: unknown, what: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not a list`);
  return value;
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
function at(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw new Malformed('not an instant');
  return value;
}
function always(value: unknown): string {
  const told = at(value);
  if (told === null) throw new Malformed('an instant is missing');
  return told;
}
const whole = (value: unknown): number | null => (typeof value === 'number' && Number.isInteger(value) ? value : null);
function among<T extends string>(words: readonly T[], value: unknown): T {
  const found = words.find((known) => known === value);
  if (found === undefined) throw new Malformed(`unknown word ${String(value)}`);
  return found;
}
const nameOf = (value: unknown): Name | null => {
  if (value === null || value === undefined) return null;
  const raw = record<Raw>(value, 'name');
  return { vi: word(raw, 'vi'), en: text(raw['en']) || null };
};

export function sessionOf(value: unknown): Session {
  const raw = record<Raw>(value, 'session');
  return { id: word(raw, 'id'), grants: list(raw['grants'], 'grants').map((grant) => {
    const given = record<Raw>(grant, 'grant');
    return { role: word(given, 'role'), units: list(given['units'], 'units').map(String) };
  }) };
}
export function itemOf(value: unknown): Item {
  const raw = record<Raw>(value, 'dossier');
  const step = raw['step'] === null || raw['step'] === undefined ? null : record<Raw>(raw['step'], 'step');
  return {
    code: word(raw, 'code'), unit: word(raw, 'unit'), procedure: text(raw['procedure']), name: nameOf(raw['procedure_name']), status: count(raw, 'status'),
    open: raw['open'] === true, counted: raw['counted'] === true, endedAt: at(raw['ended_at']), dueAt: at(raw['due_at']), firstDueAt: at(raw['first_due_at']),
    stepDueAt: step === null ? null : at(step['due_at']), left: whole(raw['left_minutes']), group: among(GROUPS, raw['group']), onTimeToday: raw['on_time_today'] === true, moved: raw['moved'] === true,
  };
}
export function listingOf(value: unknown): Listing {
  const raw = record<Raw>(value, 'list');
  return { at: always(raw['at']), items: list(raw['dossiers'], 'dossiers').map(itemOf), after: text(raw['after']) };
}
export function noticeOf(value: unknown, dossier = ''): Notice {
  const raw = record<Raw>(value, 'notice');
  return {
    dossier: text(raw['dossier']) || dossier, unit: text(raw['unit']), clock: text(raw['clock']), stage: text(raw['stage']), state: text(raw['state']), reason: text(raw['reason']), channel: text(raw['channel']),
    dueAt: at(raw['due_at']), decidedAt: always(raw['decided_at']), acknowledged: answerOf(raw['acknowledged']), mine: raw['mine'] === true,
  };
}
export const noticesOf = (value: unknown): readonly Notice[] => list(record<Raw>(value, 'notices')['notices'], 'notices').map((one) => noticeOf(one));

function answerOf(value: unknown): Answer | null {
  if (value === null || value === undefined) return null;
  const raw = record<Raw>(value, 'answer');
  return { byYou: raw['by_you'] === true, by: word(raw, 'by'), kind: word(raw, 'kind'), at: always(raw['at']) };
}

/** Every instant and kind that is drawn is what it says it is; the rest the server holds to the description that the type comes from. */
function checked(raw: Explained): Explained {
  raw.spans.forEach((span) => [among(KINDS, span.kind), always(span.from), always(span.to), count(span, 'minutes')]);
  raw.pauses.forEach((pause) => [always(pause.from), at(pause.to), count(pause, 'minutes'), count(pause, 'status')]);
  raw.taken_back.forEach((end) => [always(end.at), always(end.taken_back_at), count(end, 'status')]);
  raw.events.forEach((event) => [at(event.occurred_at), always(event.arrived_at), list(event.steps, 'steps')]);
  raw.days?.each.forEach((day) => [among(KINDS, day.kind), always(day.day)]);
  KINDS.filter((kind) => kind !== 'remaining').forEach((kind) => count(raw.totals, kind));
  [always(raw.at), at(raw.due.due_at), at(raw.due.first_due_at), at(raw.now.next?.at)].forEach(Boolean);
  [raw.due.sentence, raw.procedure.limit_text, raw.working_hours].forEach((words) => [word(words, 'vi'), word(words, 'en')]);
  return raw;
}
const PARTS = ['procedure', 'totals', 'due', 'now', 'rules', 'working_hours'] as const;
const LISTS = ['spans', 'pauses', 'taken_back', 'exceptions', 'events', 'sources', 'why'] as const;

/** GET /dossiers/{code}/explanation. Raises Malformed for an answer that does not fit. */
export function accountOf(value: unknown): Account {
  const raw = record<Raw>(value, 'explanation');
  PARTS.forEach((name) => record(raw[name], name));
  LISTS.forEach((name) => list(raw[name], name).forEach((one) => record(one, name)));
  const found = checked(value as Explained);
  return { ...found, item: itemOf(found.item), why: found.why.map((one) => noticeOf(one, word(raw, 'code'))) };
}

export interface Link { readonly dossier: string; readonly clock: string; readonly stage: string }
/** GET /notice-links/{token}: of which notice a message was. */
export function linkOf(value: unknown): Link {
  const raw = record<Raw>(value, 'link');
  return { dossier: word(raw, 'dossier'), clock: word(raw, 'clock'), stage: word(raw, 'stage') };
}

/** The open dossiers in their groups, the least working time left first, those without a due date last; a group without any is left out. */
export function grouped(items: readonly Item[]): readonly (readonly [Group, readonly Item[]])[] {
  const order = (a: Item, b: Item): number => (a.left ?? Infinity) === (b.left ?? Infinity) ? a.code.localeCompare(b.code) : (a.left ?? Infinity) - (b.left ?? Infinity);
  return GROUPS.map((group) => [group, items.filter((item) => item.group === group).sort(order)] as const).filter(([, of]) => of.length > 0);
}

const COUNTED = ['sent', 'acted', 'breached', 'late_data', 'failed'] as const;
function countsOf(value: unknown): Counts {
  const raw = record<Raw>(value, 'counts');
  COUNTED.forEach((name) => count(raw, name));
  Object.values(record<Raw>(raw['suppressed'], 'suppressed')).forEach((n) => { if (whole(n) === null) throw new Malformed('not a count'); });
  const share = record<Raw>(raw['acted_share'], 'share');
  [count(share, 'numerator'), count(share, 'denominator')].forEach(Boolean);
  return value as Counts;
}
/** GET /notice-quality. Raises Malformed for an answer that does not fit. */
export function qualityOf(value: unknown): Quality {
  const raw = record<Raw>(value, 'quality');
  countsOf(raw['total']);
  list(raw['units'], 'units').forEach((one) => countsOf(record<Raw>(one, 'unit')['counts']));
  [always(raw['at']), always(raw['first']), always(raw['last'])].forEach(Boolean);
  return value as Quality;
}

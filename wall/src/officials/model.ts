/** What the officials' routes answer, checked at the door. Instants stay ISO texts with the city's offset. */
import { count, Malformed, record, word } from '../core/model';

export const GROUPS = ['overdue', 'today', 'later', 'paused', 'ended'] as const;
export type Group = (typeof GROUPS)[number];
export const KINDS = ['counted', 'paused', 'remaining', 'late', 'void'] as const;
export type Kind = (typeof KINDS)[number];

export interface Grant { readonly role: string; readonly units: readonly string[] }
export interface Session { readonly id: string; readonly grants: readonly Grant[] }
/** `left`: working minutes, negative behind the due instant; null: no due date. */
export interface Item {
  readonly code: string; readonly unit: string; readonly procedure: string; readonly name: string | null; readonly status: number;
  readonly open: boolean; readonly counted: boolean; readonly endedAt: string | null; readonly dueAt: string | null; readonly firstDueAt: string | null;
  readonly stepDueAt: string | null; readonly left: number | null; readonly group: Group; readonly onTimeToday: boolean; readonly moved: boolean;
}
export interface Listing { readonly at: string; readonly items: readonly Item[]; readonly after: string }
export interface Notice {
  readonly dossier: string; readonly unit: string; readonly clock: string; readonly stage: string; readonly state: string; readonly reason: string;
  readonly channel: string; readonly dueAt: string | null; readonly decidedAt: string; readonly acknowledged: boolean | null; readonly mine: boolean;
}
export interface Span { readonly kind: Kind; readonly from: string; readonly to: string; readonly minutes: number }
/** `source` said so first, at `saidAt`; null: no event of it is kept. */
export interface Pause { readonly from: string; readonly to: string | null; readonly minutes: number; readonly status: number; readonly ordinal: number; readonly effect: string; readonly source: string | null; readonly saidAt: string | null }
/** What happened to a dossier, and when we heard of it. `steps`: the supplements that a sync names. */
export interface Happened { readonly kind: string; readonly status: number | null; readonly unit: string; readonly occurredAt: string | null; readonly arrivedAt: string | null; readonly late: boolean; readonly source: string; readonly steps: readonly Supplement[] }
export interface Supplement { readonly status: number; readonly at: string | null }
export interface Both { readonly vi: string; readonly en: string }
export interface Account {
  readonly code: string; readonly unit: string; readonly at: string; readonly item: Item; readonly limitMinutes: number | null; readonly limitText: Both;
  readonly spans: readonly Span[]; readonly totals: Readonly<Record<Kind, number>> & { readonly limit: number | null };
  readonly due: { readonly dueAt: string | null; readonly firstDueAt: string | null; readonly by: string; readonly sentence: Both };
  readonly pauses: readonly Pause[]; readonly rules: Readonly<Record<string, number>>; readonly exceptions: readonly { readonly day: string; readonly works: boolean }[];
  /** Null: not told. `eventsLeftOff`: so many earlier ones are no longer kept. */
  readonly events: readonly Happened[] | null; readonly eventsLeftOff: number; readonly why: readonly Notice[];
  readonly now: { readonly reason: string; readonly next: { readonly at: string; readonly clock: string; readonly stage: string } | null };
}

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
const nameOf = (value: unknown): string | null => (value === null || value === undefined ? null : text(record<Raw>(value, 'name')['vi']) || null);
const both = (value: unknown): Both => {
  const raw = value === null || value === undefined ? {} : record<Raw>(value, 'text');
  return { vi: text(raw['vi']), en: text(raw['en']) || text(raw['vi']) };
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
    dueAt: at(raw['due_at']), decidedAt: always(raw['decided_at']), acknowledged: typeof raw['acknowledged'] === 'boolean' ? raw['acknowledged'] : null, mine: raw['mine'] === true,
  };
}
export const noticesOf = (value: unknown): readonly Notice[] => list(record<Raw>(value, 'notices')['notices'], 'notices').map((one) => noticeOf(one));

function spanOf(value: unknown): Span {
  const raw = record<Raw>(value, 'span');
  return { kind: among(KINDS, raw['kind']), from: always(raw['from']), to: always(raw['to']), minutes: count(raw, 'minutes') };
}
function pauseOf(value: unknown, index: number): Pause {
  const raw = record<Raw>(value, 'pause');
  return { from: always(raw['from']), to: at(raw['to']), minutes: whole(raw['minutes']) ?? 0, status: count(raw, 'status'), ordinal: whole(raw['ordinal']) ?? index + 1, effect: text(raw['effect']), source: text(raw['source']) || null, saidAt: at(raw['arrived_at']) };
}
function happened(value: unknown): Happened {
  const raw = record<Raw>(value, 'event');
  return { kind: text(raw['kind']), status: whole(raw['status']), unit: text(raw['unit']), occurredAt: at(raw['occurred_at']), arrivedAt: at(raw['arrived_at']), late: raw['late'] === true, source: text(raw['source']), steps: list(raw['steps'] ?? [], 'steps').map(supplement) };
}
function supplement(value: unknown): Supplement {
  const raw = record<Raw>(value, 'supplement');
  return { status: count(raw, 'status'), at: at(raw['at']) };
}
function nextOf(value: unknown): Account['now']['next'] {
  if (value === null || value === undefined) return null;
  const raw = record<Raw>(value, 'next');
  return { at: always(raw['at']), clock: text(raw['clock']), stage: text(raw['stage']) };
}

/** GET /dossiers/{code}/explanation. Raises Malformed for an answer that does not fit. */
export function accountOf(value: unknown): Account {
  const raw = record<Raw>(value, 'explanation');
  const [procedure, totals, due, now] = [record<Raw>(raw['procedure'], 'procedure'), record<Raw>(raw['totals'], 'totals'), record<Raw>(raw['due'], 'due'), record<Raw>(raw['now'] ?? {}, 'now')];
  const total = Object.fromEntries(KINDS.map((kind) => [kind, whole(totals[kind]) ?? 0])) as Record<Kind, number>;
  return {
    code: word(raw, 'code'), unit: text(raw['unit']), at: always(raw['at']), item: itemOf(raw['item']), limitMinutes: whole(procedure['limit_minutes']), limitText: both(procedure['limit_text']),
    spans: list(raw['spans'], 'spans').map(spanOf), totals: { ...total, limit: whole(totals['limit']) },
    due: { dueAt: at(due['due_at']), firstDueAt: at(due['first_due_at']), by: text(due['by']), sentence: both(due['sentence']) },
    pauses: list(raw['pauses'], 'pauses').map(pauseOf), rules: Object.fromEntries(Object.entries(record<Raw>(raw['rules'] ?? {}, 'rules')).flatMap(([name, version]) => (typeof version === 'number' ? [[name, version]] : []))),
    exceptions: (Array.isArray(raw['exceptions']) ? raw['exceptions'] : []).map((one) => ({ day: text(record<Raw>(one, 'day')['day']), works: record<Raw>(one, 'day')['works'] === true })),
    events: Array.isArray(raw['events']) ? raw['events'].map(happened) : null, eventsLeftOff: whole(raw['events_left_off']) ?? 0, why: list(raw['why'] ?? [], 'why').map((one) => noticeOf(one, word(raw, 'code'))),
    now: { reason: text(now['reason']), next: nextOf(now['next']) },
  };
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

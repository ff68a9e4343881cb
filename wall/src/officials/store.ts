/** The officials' page as signals: who is signed in, what they look at, and how fresh it is. Nothing of it is kept when the page goes. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { Theme } from '../core/address';
import { catalogueOf } from '../core/catalogue';
import { edgesOf, type Edges } from '../core/figures';
import { termsOf, type Terms } from '../core/terms';
import { monthEndBefore } from '../core/times';
import { mapBody, type Unit } from '../core/model';
import type { Lang, Values } from '../core/text';
import { browserPorts, moment } from '../live/browser';
import { followCatalogue } from '../live/catalogue';
import { read, write, type Choice, type View } from './address';
import type { Answering } from './actions';
import { modeOf, type Contact } from './contact';
import { criteriaOf, keptOf, yearBy, type CriteriaSet, type Kept } from './criteria';
import { holding, newestOf, type Draft, type Justification, type Subject } from './justification';
import { accountOf, linkOf, listingOf, noticesOf, qualityOf, sessionOf, type Account, type Listing, type Notice, type Quality, type Session } from './model';
import { followUpsOf, sheetOf, type FollowUps, type Sheet } from './sheet';
import { asked, isAway, pathOf, type Told } from './server';
import { officialsText, type PageKey } from './text';

export const choice = signal<Choice>(read(location.search));
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const narrowScreen = matchMedia('(max-width: 720px)');
const paper = matchMedia('print');
/** Laid out for paper: light, whatever the screen is. */
const printing = signal(paper.matches);
const systemDark = signal(darkSystem.matches);
export const narrow = signal(narrowScreen.matches);
export const lang = computed<Lang>(() => choice.value.lang);
export const theme = computed<Theme>(() => choice.value.theme ?? (systemDark.value ? 'dark' : 'light'));
export const say = (key: PageKey, values?: Values): string => officialsText(lang.value, key, values);

export const session = signal<Session | null>(null);
export const signedOut = signal(false);
export const contact = signal<Contact>({ heard: null, failed: false, admitted: false });
export const beat = signal(moment());
export const mode = computed(() => modeOf(contact.value, beat.value));
/** Name and feed of every unit, by code, as the public map says them. */
export const units = signal<ReadonlyMap<string, Unit>>(new Map());
/** The city's day, once the map is here. */
export const today = signal<string | null>(null);
/** The city's time zone, once the map is here. */
export const zone = signal<string | null>(null);
export const nameOf = (code: string): string => units.value.get(code)?.name ?? code;

export interface Shown<T> { readonly body: T | null; readonly status: number }
const NOTHING = { body: null, status: 200 } as const;
export const mine = signal<Shown<Listing>>(NOTHING);
export const board = signal<Shown<Listing> & { readonly unit: string | null }>({ ...NOTHING, unit: null });
export const notices = signal<Shown<readonly Notice[]>>(NOTHING);
/** How good the notices were: for who leads units or runs the city. */
export const quality = signal<Shown<Quality>>(NOTHING);
/** `of`: the address that it answers, `askedAt`: by the steady clock, in seconds. */
export const sheet = signal<Shown<Sheet> & { readonly of: string | null; readonly askedAt: number }>({ ...NOTHING, of: null, askedAt: 0 });
export const followUps = signal<Shown<FollowUps> & { readonly unit: string }>({ ...NOTHING, unit: '' });
/** The criteria of a unit in a year, which `of` names, in their sets; `missing`: the sets whose newest did not come; `unread`: the criteria of which nobody could say what was written; `wholeAt`: when all were asked for, `readAt`: when all that was written was. */
interface YearOfCriteria extends Shown<readonly CriteriaSet[]> {
  readonly of: string | null;
  readonly askedAt: number;
  readonly wholeAt: number;
  readonly readAt: number;
  readonly missing: Kept['missing'];
  readonly unread: readonly string[];
}
const NO_CRITERIA: YearOfCriteria = { ...NOTHING, of: null, askedAt: -Infinity, wholeAt: -Infinity, readAt: -Infinity, missing: [], unread: [] };
export const criteria = signal(NO_CRITERIA);
/** What was written of them, by code: null nothing, none where it is not known yet; `of` as of the criteria. */
export const written = signal<{ readonly of: string | null; readonly found: ReadonlyMap<string, Justification | null> }>({ of: null, found: new Map() });
/** What is being written, by subject: here until it is sent or nobody is signed in, and nowhere else. */
const drafts = signal<ReadonlyMap<string, Draft>>(new Map());
const keyOf = ({ unit, about, period }: Subject): string => `${unit} ${about} ${period}`;
export const draftOn = (of: Subject): Draft | undefined => drafts.value.get(keyOf(of));
export function keepDraft(of: Subject, draft: Draft | undefined): void {
  const kept = new Map(drafts.peek());
  if (draft === undefined) kept.delete(keyOf(of));
  else kept.set(keyOf(of), draft);
  drafts.value = kept;
}
/** What /definitions says of codes, and where bands begin; null until it is here. */
const told = signal<{ readonly terms: Terms; readonly edges: Edges | null } | null>(null);
export const edges = computed(() => told.value?.edges ?? null);
/** A word of /definitions; a code without one is shown as it is. */
export const term = (kind: string, code: string): string => told.value?.terms[kind]?.[code]?.[lang.value] ?? code;
export const account = signal<Shown<Account> & { readonly code: string | null }>({ ...NOTHING, code: null });
export const leads = computed(() => (session.value?.grants ?? []).some(({ role }) => role === 'leader' || role === 'operator'));
/** The notice by whose link the page was opened, or why that link opened none. */
export const opened = signal<(Answering & { readonly dossier: string }) | 'link_expired' | 'link_unknown' | null>(null);

export const reach = computed<readonly string[]>(() => [...new Set((session.value?.grants ?? []).flatMap((grant) => grant.units))].sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'vi')));
export const boardUnit = computed(() => (choice.value.unit !== null && reach.value.includes(choice.value.unit) ? choice.value.unit : (reach.value[0] ?? null)));
/** The units of which somebody may see sheets and follow-ups: of who runs the city all. */
export const seenUnits = computed<readonly string[]>(() => {
  if ((session.value?.grants ?? []).some(({ role }) => role === 'operator')) return [...units.value.keys()].sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'vi'));
  return reach.value.filter((code) => units.value.has(code));
});
export const sheetUnit = computed(() => (choice.value.unit !== null && seenUnits.value.includes(choice.value.unit) ? choice.value.unit : (seenUnits.value[0] ?? null)));
/** Of which unit follow-ups are asked for; "": of all within reach. */
export const followUpUnit = computed(() => (choice.value.unit !== null && seenUnits.value.length > 1 && seenUnits.value.includes(choice.value.unit) ? choice.value.unit : ''));
/** Of the sheet: what is chosen, else the last month that is over. */
export const month = computed(() => choice.value.month ?? (today.value === null ? null : monthEndBefore(today.value).slice(0, 7)));
const sheetPath = computed(() => (sheetUnit.value === null || month.value === null ? null : pathOf.sheet(sheetUnit.value, month.value)));
/** Of the criteria: what is chosen, of the years that have begun, else the one that is running. */
export const year = computed(() => (today.value === null ? null : yearBy(today.value, choice.value.year)));
/** The unit and year whose criteria are shown. */
export const criteriaAt = computed(() => (sheetUnit.value === null || year.value === null ? null : `${sheetUnit.value} ${year.value}`));
export const unread = computed(() => (notices.value.body ?? []).filter((notice) => notice.acknowledged === null && notice.state === 'delivered').length);

/** Which dossier was open at each step of the browser's history: here and not in the history, which browsers write down. */
const steps: (string | null)[] = [null];

/** Forgets all that is private: the screen of who is signed out shows no dossier. */
function forget(): void {
  batch(() => {
    session.value = null;
    signedOut.value = true;
    mine.value = NOTHING;
    board.value = { ...NOTHING, unit: null };
    notices.value = NOTHING;
    quality.value = NOTHING;
    sheet.value = { ...NOTHING, of: null, askedAt: 0 };
    criteria.value = NO_CRITERIA;
    written.value = { of: null, found: new Map() };
    drafts.value = new Map();
    followUps.value = { ...NOTHING, unit: '' };
    account.value = { ...NOTHING, code: null };
    choice.value = { ...choice.value, dossier: null };
  });
  steps.fill(null);
}

/** What came of asking, told to `contact` too. */
export function heard<T>(told: Told<T>): Told<T> {
  beat.value = moment();
  if (isAway(told.status)) contact.value = { ...contact.value, failed: true };
  else contact.value = { ...contact.value, failed: false, heard: beat.value };
  if (told.status === 401) forget();
  return told;
}
const ask = async <T>(url: string, reader: (body: unknown) => T): Promise<Told<T>> => heard(await asked(url, reader));
/** The old answer stays, with the fault beside it. */
const after = <T>(before: Shown<T>, { status, body }: Told<T>): Shown<T> => (body === null ? { ...before, status } : { body, status: 200 });

async function pages(path: (cursor: string) => string, before: Listing | null): Promise<Told<Listing>> {
  let told = await ask(path(''), listingOf);
  const wanted = before?.items.length ?? 0;
  while (told.body !== null && told.body.after !== '' && told.body.items.length < wanted) told = joined(told.body, await ask(path(told.body.after), listingOf));
  return told;
}
const joined = (so: Listing, next: Told<Listing>): Told<Listing> => (next.body === null ? next : { status: 200, body: { ...next.body, items: [...so.items, ...next.body.items] } });

/** Nobody looks at the page. */
const unseen = (): boolean => globalThis.document?.hidden === true;
/** Why something is asked for: in the minute's round or since the stream said so; since it was chosen on the page; since it was just changed here. */
type Why = 'round' | 'chosen' | 'changed';
const REFRESH = {
  mine: async () => void (mine.value = after(mine.peek(), await pages(pathOf.mine, mine.peek().body))),
  board: async () => {
    const unit = boardUnit.peek();
    if (unit === null) return;
    const before = board.peek().unit === unit ? board.peek() : { ...NOTHING, unit };
    board.value = before;
    const told = await pages((cursor) => pathOf.board(unit, cursor), before.body);
    if (boardUnit.peek() === unit) board.value = { ...after(before, told), unit };
  },
  quality: async () => {
    if (leads.peek()) quality.value = after(quality.peek(), await ask(pathOf.quality(), qualityOf));
  },
  /** Both months of all units are reckoned for it: not more often than lists are asked for anyway, whatever the stream says and whatever came of it. */
  sheet: async (why: Why) => {
    const path = sheetPath.peek();
    const before = sheet.peek().of === path ? sheet.peek() : { ...NOTHING, of: path, askedAt: -Infinity };
    if (path === null || (why !== 'changed' && moment().steady - before.askedAt < AGAIN_SECONDS - 1)) return;
    sheet.value = { ...before, askedAt: moment().steady };
    const told = await ask(path, sheetOf);
    if (sheetPath.peek() === path) sheet.value = { ...after(before, told), of: path, askedAt: moment().steady };
  },
  /** All units' points of the year are reckoned for it: as seldom as the sheet, but what did not come as soon as all else. What is written is asked for every ten minutes while somebody looks, and at each opening of a form: each time is a row of the audit log. */
  criteria: async (why: Why) => {
    const [of, unit, named] = [criteriaAt.peek(), sheetUnit.peek(), year.peek()];
    const before = criteria.peek().of === of ? criteria.peek() : { ...NO_CRITERIA, of };
    const { steady } = moment();
    const whole = why === 'changed' || steady - before.wholeAt >= AGAIN_SECONDS - 1;
    if (of === null || unit === null || named === null || !(whole || ((isAway(before.status) || before.unread.length > 0) && steady - before.askedAt >= FAILED_SECONDS - 1))) return;
    const anew = why === 'changed' || (steady - before.readAt >= READ_AGAIN_SECONDS - 1 && !unseen());
    const readAt = anew ? steady : before.readAt;
    const only = whole ? [] : before.missing;
    const wholeAt = whole ? steady : before.wholeAt;
    criteria.value = { ...before, askedAt: steady, wholeAt, readAt };
    const told = whole || isAway(before.status) ? await criteriaIn(unit, named, before, only) : before;
    if (criteriaAt.peek() !== of) return;
    criteria.value = { ...before, ...told, of, askedAt: moment().steady, wholeAt, readAt };
    const known = written.peek().of === of ? written.peek().found : new Map<string, never>();
    const codes = (told.body ?? []).flatMap((set) => set.criteria).map(({ code }) => code).filter((code) => anew || before.unread.includes(code) || !known.has(code));
    const read = await Promise.all(codes.map(async (code) => ({ code, status: await readWritten(code) })));
    if (criteriaAt.peek() === of) criteria.value = { ...criteria.peek(), unread: read.filter(({ status }) => isAway(status) || status === TOO_MANY).map(({ code }) => code) };
  },
  follow_ups: async (why: Why) => {
    const unit = followUpUnit.peek();
    const before = followUps.peek().unit === unit ? followUps.peek() : { ...NOTHING, unit };
    followUps.value = before;
    if (why === 'round' && (before.body?.list.length ?? 0) > FOLLOW_UPS_PAGE) return; // who reads on is not thrown back
    const told = await ask(pathOf.followUps(unit, ''), followUpsOf);
    if (followUpUnit.peek() === unit) followUps.value = { ...after(before, told), unit };
  },
  words: async () => {
    if (told.peek() !== null) return;
    const { body } = await ask(pathOf.definitions(), (raw) => ({ terms: termsOf(raw, TERMS), edges: edgesOf(raw) }));
    if (body !== null) told.value = body;
  },
  notices: async () => void (notices.value = after(notices.peek(), await ask(pathOf.notices(), noticesOf))),
  account: async () => {
    const { dossier } = choice.peek();
    if (dossier === null) return;
    const before = account.peek().code === dossier ? account.peek() : { ...NOTHING, code: dossier };
    account.value = before;
    const told = await ask(pathOf.account(dossier), accountOf);
    if (choice.peek().dossier === dossier) account.value = { ...after(before, told), code: dossier };
  },
  units: async () => {
    const told = await ask(pathOf.map(), mapBody);
    if (told.body === null) return;
    units.value = new Map(told.body.units.map((unit) => [unit.code, unit]));
    zone.value = told.body.city.zone;
    today.value = told.body.asOf;
    contact.value = { ...contact.value, admitted: told.body.stale };
  },
} as const;

type Came = Shown<readonly CriteriaSet[]> & Pick<Kept, 'missing'>;
/** The yearly sets that are for a unit, with its criteria; `only`: the sets that are asked for, none: all. */
async function criteriaIn(unit: string, named: string, before: Came, only: Kept['missing']): Promise<Came> {
  const { status, body } = await ask(pathOf.indicators(), catalogueOf);
  if (body === null) return { body: before.body, missing: before.missing, status };
  const yearly = body.filter((set) => set.yearly);
  const wanted = only.length === 0 ? yearly : yearly.filter(({ code }) => only.some((one) => one.code === code));
  const come = await Promise.all(wanted.map(async (set) => [set.code, await ask(pathOf.yearOf(set.code, named), (raw) => criteriaOf(raw, unit, set))] as const));
  const kept = keptOf(yearly, before.body ?? [], new Map(come));
  return kept.missing.length === yearly.length && kept.body.length === 0 && yearly.length > 0 ? { ...kept, body: null } : kept;
}
/** What was written of a criterion of the unit and year that are shown, and which status the answer had. */
export async function readWritten(about: string): Promise<number> {
  const [of, unit, period] = [criteriaAt.peek(), sheetUnit.peek(), year.peek()];
  if (of === null || unit === null || period === null) return 0;
  const { status, body } = await ask(pathOf.justifications(unit, { about, period }), newestOf);
  if (body !== null) keepWritten(of, about, body.newest);
  return status;
}
/** Keeps what came or was sent, where its unit and year are still shown. */
export function keepWritten(of: string, about: string, come: Justification | null): void {
  if (criteriaAt.peek() !== of) return;
  const found = written.peek().of === of ? written.peek().found : new Map<string, Justification | null>();
  written.value = { of, found: new Map(found).set(about, holding(found.get(about), come)) };
}

const TERMS = ['reconciliation', 'monthly_movement', 'violations', 'follow_up_states'] as const;
const FOLLOW_UPS_PAGE = 200;
/** What each view shows beside what is always there. */
const OF_VIEW: Readonly<Record<View, readonly (keyof typeof REFRESH)[]>> = { mine: ['mine'], board: ['board', 'quality'], notices: ['notices'], sheet: ['words', 'sheet'], criteria: ['criteria'], follow_ups: ['words', 'follow_ups'] };
/** The catalogue says what the figures of a sheet mean: it is followed from when one is first looked at. */
let follows = false;
function followMeasures(): void {
  if (follows) return;
  follows = true;
  void followCatalogue(browserPorts);
}

/** All that is on the screen, once more. `changed`: also what was asked for a moment ago. */
export async function refresh(why: Why = 'round'): Promise<void> {
  if (signedOut.peek()) return;
  const { view } = choice.peek();
  if (view === 'sheet') followMeasures();
  await Promise.all([...new Set<keyof typeof REFRESH>(['notices', 'account', 'units', ...OF_VIEW[view]])].map((name) => REFRESH[name](why)));
  const { view: now } = choice.peek(); // another may have been chosen meanwhile, before it was known of which unit it is
  if (now === 'board' && board.peek().unit !== boardUnit.peek()) await REFRESH.board(); // by their names, which only came now, another unit is the first
  if (now === 'sheet' && sheet.peek().of !== sheetPath.peek()) await REFRESH.sheet(why); // so is another month the last
  if (now === 'criteria' && criteria.peek().of !== criteriaAt.peek()) await REFRESH.criteria(why);
  if (now === 'follow_ups' && followUps.peek().unit !== followUpUnit.peek()) await REFRESH.follow_ups(why);
}
/** The next page of what is followed up. */
export async function moreFollowUps(): Promise<void> {
  const { body, unit } = followUps.peek();
  if (body === null || body.after === '') return;
  const next = await ask(pathOf.followUps(unit, body.after), followUpsOf);
  if (followUps.peek().body !== body) return; // another answer came meanwhile
  followUps.value = { ...after(followUps.peek(), next.body === null ? next : { status: 200, body: { ...next.body, list: [...body.list, ...next.body.list] } }), unit };
}
/** The next page of the list that is on the screen. */
export async function more(): Promise<void> {
  const shown = choice.peek().view === 'board' ? board : mine;
  const { body } = shown.peek();
  if (body === null || body.after === '') return;
  const unit = boardUnit.peek() ?? '';
  const told = joined(body, await ask(shown === board ? pathOf.board(unit, body.after) : pathOf.mine(body.after), listingOf));
  if (shown === board) board.value = { ...after(board.peek(), told), unit };
  else mine.value = after(mine.peek(), told);
}

export function choose(part: Partial<Choice>): void {
  const before = choice.peek();
  const next = { ...before, ...part };
  if (JSON.stringify(next) === JSON.stringify(before)) return;
  history.pushState({ step: steps.push(next.dossier) - 1 }, '', location.pathname + write(next));
  take(next);
}
/** Stays with the year that is shown, whatever year begins while somebody writes. */
export function stay(): void {
  if (choice.peek().year === year.peek()) return;
  choice.value = { ...choice.peek(), year: year.peek() };
  history.replaceState(history.state, '', location.pathname + write(choice.peek()));
}
function take(next: Choice): void {
  const before = choice.peek();
  choice.value = next;
  if (next.view === 'sheet') followMeasures();
  if (next.view !== before.view || next.unit !== before.unit || next.month !== before.month || next.year !== before.year) void Promise.all(OF_VIEW[next.view].map((name) => REFRESH[name]('chosen')));
  if (next.dossier !== before.dossier) void REFRESH.account();
}

/** A notice's link opens its dossier; its secret leaves the address before anything is asked, and nothing is changed by opening it. */
async function openLink(token: string): Promise<void> {
  const told = await ask(pathOf.link(token), linkOf);
  if (told.body !== null) {
    opened.value = told.body;
    choose({ dossier: told.body.dossier });
  } else if (!isAway(told.status) && told.status !== 401) opened.value = told.status === 410 ? 'link_expired' : 'link_unknown';
}

async function begin(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const token = query.get('notice');
  if (token !== null) history.replaceState(history.state, '', location.pathname + write(choice.peek()));
  const told = await ask(pathOf.session(), sessionOf);
  if (told.body === null) return;
  session.value = told.body;
  if (token !== null) await openLink(token);
}

const TOO_MANY = 429;
const READ_AGAIN_SECONDS = 600;
const AGAIN_SECONDS = 60;
const FAILED_SECONDS = 5;
const GATHER_MS = 1_000;

/** The stream only says that something changed; what changed is asked for. */
function follow(changed: () => void): () => void {
  let stream: EventSource | null = null;
  const open = (): void => {
    if (signedOut.peek() || (stream !== null && stream.readyState !== EventSource.CLOSED)) return;
    stream = new EventSource(pathOf.stream());
    stream.addEventListener('changed', changed);
    stream.onerror = changed; // whether the server or the session is gone, the next answer says
  };
  return open;
}

/** Begins, and keeps what is shown fresh until the page goes. */
export function start(): void {
  let [soon, last] = [undefined as ReturnType<typeof setTimeout> | undefined, 0];
  const now = async (): Promise<void> => {
    last = beat.peek().steady;
    if (session.peek() === null && !signedOut.peek()) await begin();
    if (session.peek() !== null) await refresh();
  };
  const gathered = (): void => void (soon ??= setTimeout(() => ((soon = undefined), void now()), GATHER_MS));
  const connect = follow(gathered);
  void now().then(connect);
  const pulse = (): void => {
    beat.value = moment();
    const failed = contact.peek().failed || (choice.peek().view === 'criteria' && (isAway(criteria.peek().status) || criteria.peek().unread.length > 0)); // an answer after it does not make it whole
    const due = failed ? FAILED_SECONDS : AGAIN_SECONDS;
    if (beat.value.steady - last >= due) void now().then(connect);
  };
  setInterval(pulse, 1000);
  document.addEventListener('visibilitychange', pulse);
  addEventListener('pageshow', (event) => void (event.persisted && now()));
  addEventListener('popstate', (event) => take(read(location.search, steps[(event.state as { step?: number } | null)?.step ?? 0] ?? null)));
  darkSystem.addEventListener('change', (event) => (systemDark.value = event.matches));
  narrowScreen.addEventListener('change', (event) => (narrow.value = event.matches));
  paper.addEventListener('change', (event) => (printing.value = event.matches));
  addEventListener('beforeprint', () => (printing.value = true));
  addEventListener('afterprint', () => (printing.value = paper.matches));
}

/** Keeps the document's language, theme and title as chosen; no dossier in the title, which the browser's history keeps. */
export function dress(root: HTMLElement): void {
  effect(() => {
    root.lang = lang.value;
    root.classList.toggle('light', theme.value === 'light' || printing.value);
    document.title = `${say(`tab_${choice.value.view}`)} · ${say('product')}`;
  });
}

/** What is chosen lives in the address, with the names of the API where it has them. Defaults stay out of it; unknown words fall back to them. */
import { LINKED, PAGES, type PageName } from './pages';
import { LEVELS, type Level } from './procedures';
import { KINDS, RATES, WINDOWS, type Kind, type Question, type Rate } from './model';
import { LOWEST_FIRST, orderOf, orderWord, type Order } from './sorting';
import type { Lang } from './text';

export type Theme = 'light' | 'dark';
export type View = 'unit' | PageName;
/** Whether a page is about whatever the map shows: a rate, an indicator or a total. A unit's page is about rates. */
export const isOfMeasures = (view: View): boolean => view === 'map' || view === 'compare' || view === 'ranking';
export const GROUPS = ['kind', 'overall', 'peers', 'setting'] as const;
export type Group = (typeof GROUPS)[number];
export const BYS = ['procedure', 'field', 'channel', 'hour', 'weekday'] as const;
export type By = (typeof BYS)[number];
/** `view` `unit`: the page of `unit` instead of the map; `search`: what was typed to find units; `order`: of the table. */
export interface Choice extends Question {
  readonly asOf: string | null; readonly knownAt: string | null; readonly lang: Lang; readonly theme: Theme | null;
  readonly unit: string | null; readonly view: View; readonly search: string; readonly order: Order;
  /** Of the ranking, and which set the score card shows; null: the first. */
  readonly group: Group; readonly set: string | null;
  /** Whether the explanation of a unit's rate is open. */
  readonly why: boolean;
  /** By what a unit's finished dossiers are told apart, and of which months (null: of the page's period); null: not at all. */
  readonly by: By | null; readonly months: string | null;
  /** Of the comparison the earlier of the two days; null: the end of the month before. */
  readonly against: string | null;
  /** Of the list of procedures: one level, one field; null: all. */
  readonly level: Level | null; readonly field: string | null;
  /** What the address says of a period, day or instant and could not be read, as "name=word": what is shown goes without it, and says so. */
  readonly unread: readonly string[];
}

const NAMED = /^\d{4}(-(Q[1-4]|0[1-9]|1[0-2]))?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const CODE = /^[A-Z0-9_.]{1,61}$/;
const FIELD = /^[^<>\p{C}]{1,80}$/u; // a name, as the list has it
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const matching = (form: RegExp, word: string | null): string | null => (word !== null && form.test(word) && !Number.isNaN(Date.parse(word)) ? word : null);
const coded = (word: string | null): string | null => (word !== null && CODE.test(word) ? word : null);
const isWindow = (word: string): boolean => (WINDOWS as readonly string[]).includes(word) || NAMED.test(word);
const named = (word: string | null): string | null => (word !== null && isWindow(word) ? word : null);
function among<T extends string>(words: readonly T[], word: string | null, fallback: T): T {
  return words.find((known) => known === word) ?? fallback;
}

/** With the plus of its offset, which is a space where an address was written without escapes. */
const withPlus = (word: string | null): string | null => word?.replace(/(T.*) (?=\d\d:?\d\d$)/, '$1+') ?? null;
const LONGEST = 40; // of a word that is said back

export function read(search: string): Choice {
  const query = new URLSearchParams(search);
  const unread: string[] = [];
  const told = <T>(name: string, of: (word: string | null) => T | null, word = query.get(name)): T | null => {
    const found = of(word);
    if (found === null && word) unread.push(word.length + name.length < LONGEST ? `${name}=${word}` : `${`${name}=${word}`.slice(0, LONGEST)}…`);
    return found;
  };
  return inOrder({
    window: told('window', named) ?? 'month',
    rate: among<Rate>(RATES, query.get('rate'), 'official'),
    kind: among<Kind | 'all'>([...KINDS, 'all'], query.get('kind'), 'locality'),
    asOf: told('as_of', (word) => matching(DAY, word)),
    knownAt: told('known_at', (word) => matching(INSTANT, word), withPlus(query.get('known_at'))),
    lang: among<Lang>(['vi', 'en'], query.get('lang'), 'vi'),
    theme: query.get('theme') === 'dark' ? 'dark' : query.get('theme') === 'light' ? 'light' : null,
    unit: query.get('unit'),
    view: query.get('view') === 'unit' && query.get('unit') !== null ? 'unit' : among([...PAGES, ...LINKED].map(({ view }) => view), query.get('view'), 'map'),
    search: query.get('q') ?? '',
    order: orderOf(query.get('sort')),
    indicator: coded(query.get('indicator')),
    group: among<Group>(GROUPS, query.get('group'), 'kind'),
    set: coded(query.get('set')),
    why: query.get('why') === 'open',
    by: BYS.find((by) => by === query.get('by')) ?? null,
    months: named(query.get('months')),
    against: told('against', (word) => matching(DAY, word)),
    level: LEVELS.find((level) => level === query.get('level')) ?? null,
    field: query.get('field')?.match(FIELD)?.[0] ?? null,
    unread,
  });
}
/** The two days of a comparison in their order, however they were chosen. */
export function inOrder(choice: Choice): Choice {
  const { view, asOf, against } = choice;
  return view === 'compare' && asOf !== null && against !== null && against > asOf ? { ...choice, asOf: against, against: asOf } : choice;
}

/** The address for a choice, "" or "?…". Parameters that are not ours (kiosk …) are kept. */
export function write(choice: Choice, search = ''): string {
  const query = new URLSearchParams(search);
  const set = (name: string, value: string | null, fallback: string | null): void => {
    if (value === null || value === fallback) query.delete(name);
    else query.set(name, value);
  };
  set('window', choice.window, 'month');
  set('rate', choice.rate, 'official');
  set('indicator', choice.indicator ?? null, null);
  set('kind', choice.kind, 'locality');
  set('as_of', choice.asOf, null);
  set('known_at', choice.knownAt, null);
  set('lang', choice.lang, 'vi');
  set('theme', choice.theme, null);
  set('unit', choice.unit, null);
  set('view', choice.view, 'map');
  set('q', choice.search, '');
  set('sort', orderWord(choice.order), orderWord(LOWEST_FIRST));
  set('group', choice.group, 'kind');
  set('set', choice.set, null);
  set('why', choice.why ? 'open' : null, null);
  set('by', choice.by, null);
  set('months', choice.months, null);
  set('against', choice.against, null);
  set('level', choice.level, null);
  set('field', choice.field, null);
  const said = query.toString();
  return said === '' ? '' : `?${said}`;
}

/** The query of the API for a question, the same for /map, /map.csv, /map.geojson and /stream. */
export function asked({ window, rate, kind, asOf = null, knownAt = null, indicator = null }: Question): string {
  const query = new URLSearchParams({ window, ...(indicator === null ? { rate } : { indicator }), kind });
  if (asOf !== null) query.set('as_of', asOf);
  if (knownAt !== null) query.set('known_at', knownAt);
  return query.toString();
}

/** The order of the table: a column and a direction, written as "rate", "-rate", "n" … in the address. */
import { alphabetical } from './alphabet';
import { compare } from './figures';
import type { Unit } from './model';
import { shortName } from './picture';

export const COLUMNS = ['rank', 'name', 'rate', 'low', 'n', 'overdue', 'trend'] as const;
export type Column = (typeof COLUMNS)[number];
export interface Order { readonly by: Column; readonly down: boolean }
export const LOWEST_FIRST: Order = { by: 'rate', down: false };
export const HIGHEST_FIRST: Order = { by: 'rate', down: true };

export function orderOf(word: string | null): Order {
  const by = COLUMNS.find((column) => column === word?.replace(/^-/, ''));
  return by === undefined ? LOWEST_FIRST : { by, down: word?.startsWith('-') ?? false };
}
export const orderWord = ({ by, down }: Order): string => (down ? `-${by}` : by);

const VALUES: Readonly<Record<Exclude<Column, 'name' | 'rate'>, (unit: Unit) => number | null>> = {
  rank: (unit) => unit.rank, low: (unit) => unit.low, n: (unit) => unit.denominator, overdue: (unit) => unit.overdue, trend: (unit) => unit.trend,
};
/** 0: has a rate that is compared; 1: too few dossiers to be; 2: none. */
const group = (unit: Unit): number => (unit.denominator === 0 ? 2 : unit.few ? 1 : 0);

/** Rates by their exact ratio, few and none after all others in either direction; what has no value stands last; ties by name. */
export function sorted(units: readonly Unit[], { by, down }: Order): readonly Unit[] {
  const turned = down ? -1 : 1;
  const names = units.map(shortName);
  const places = alphabetical(names);
  const keyed = units.map((unit, index) => ({ unit, place: places.get(names[index]!) ?? 0, value: by === 'name' || by === 'rate' ? null : VALUES[by](unit) }));
  type Keyed = (typeof keyed)[number];
  const difference = (a: Keyed, b: Keyed): number => {
    if (by === 'name') return turned * (a.place - b.place);
    if (by === 'rate') return group(a.unit) - group(b.unit) || turned * compare(a.unit, b.unit);
    return a.value === null || b.value === null ? Number(a.value === null) - Number(b.value === null) : turned * (a.value - b.value);
  };
  return keyed.sort((a, b) => difference(a, b) || a.place - b.place).map(({ unit }) => unit);
}
export const lowestFirst = (units: readonly Unit[]): readonly Unit[] => sorted(units, LOWEST_FIRST);

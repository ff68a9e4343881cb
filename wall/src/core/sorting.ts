/** The order of the table: a column and a direction, written as "rate", "-rate", "n" … in the address. */
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
const byName = (a: Unit, b: Unit): number => shortName(a).localeCompare(shortName(b), 'vi');

/** Rates by their exact ratio, few and none after all others in either direction; what has no value stands last; ties by name. */
export function sorted(units: readonly Unit[], { by, down }: Order): readonly Unit[] {
  const turned = down ? -1 : 1;
  const difference = (a: Unit, b: Unit): number => {
    if (by === 'name') return turned * byName(a, b);
    if (by === 'rate') return group(a) - group(b) || turned * compare(a, b);
    const [one, other] = [VALUES[by](a), VALUES[by](b)];
    return one === null || other === null ? Number(one === null) - Number(other === null) : turned * (one - other);
  };
  return [...units].sort((a, b) => difference(a, b) || byName(a, b));
}

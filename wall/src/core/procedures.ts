/** The catalogue of procedures, as GET /procedures says it, checked at the door; and finding one by what people type. */
import { among, count, listOf, Malformed, record, word, type Answered, type Untold } from './model';
import { folded } from './search';

type Body = Answered<'/api/v1/procedures'>;
type RawProcedure = Untold<Body['procedures'][number]>;
type RawLimit = Untold<NonNullable<Body['procedures'][number]['limit']>>;

export const LEVELS = ['full', 'partial', 'rest'] as const;
export type Level = (typeof LEVELS)[number];
const LIMIT_UNITS = ['hours', 'working_days', 'days', 'months'] as const;
/** How long a procedure may take. */
export interface Limit { readonly amount: number; readonly unit: (typeof LIMIT_UNITS)[number] }
/** `limit`, `level` null: not known. `field`: as the list names it. `integrated`: on the national portal. */
export interface Procedure {
  readonly code: string; readonly name: { readonly vi: string; readonly en: string }; readonly field: string;
  readonly limit: Limit | null; readonly level: Level | null; readonly integrated: boolean; readonly onlinePayment: boolean;
}
export interface Procedures { readonly asOf: string; readonly all: readonly Procedure[] }
/** What is looked for: words of a name or the beginning of a code, one level, one field; "" and null: any. */
export interface Looked { readonly typed: string; readonly level: Level | null; readonly field: string | null }

function limitOf(value: unknown): Limit | null {
  if (value === null) return null;
  const raw = record<RawLimit>(value, 'limit');
  return { amount: count(raw, 'amount'), unit: among(LIMIT_UNITS, raw.unit, 'unit of a limit') };
}
function said(raw: RawProcedure, name: 'integrated' | 'online_payment'): boolean {
  const value = raw[name];
  if (typeof value !== 'boolean') throw new Malformed(`${name} is neither true nor false`);
  return value;
}
/** A name in both languages; where one has none, the other's; without any, the code. */
function nameOf(value: unknown, code: string): Procedure['name'] {
  const raw = record<{ readonly vi?: unknown; readonly en?: unknown }>(value, 'name');
  const [vi, en] = [raw.vi, raw.en].map((words) => (typeof words === 'string' && words !== '' ? words : null));
  return { vi: vi ?? en ?? code, en: en ?? vi ?? code };
}
function procedureOf(value: unknown): Procedure {
  const raw = record<RawProcedure>(value, 'procedure');
  const code = word(raw, 'code');
  return {
    code, name: nameOf(raw.name, code), field: word(raw, 'field'), limit: limitOf(raw.limit), level: raw.level === null ? null : among(LEVELS, raw.level, 'level'),
    integrated: said(raw, 'integrated'), onlinePayment: said(raw, 'online_payment'),
  };
}
/** Raises Malformed for an answer that does not fit. */
export function proceduresBody(value: unknown): Procedures {
  const raw = record<Untold<Body>>(value, 'procedures');
  return { asOf: word(raw, 'as_of'), all: listOf(raw.procedures, 'procedures').map(procedureOf) };
}

/** Those that are looked for, in their order: a word of the name begins as each word typed (diacritics do not matter), or the code does. */
export function lookedFor(all: readonly Procedure[], { typed, level, field }: Looked): readonly Procedure[] {
  const asked = folded(typed);
  const words = asked.split(' ');
  const found = ({ code, name }: Procedure): boolean => folded(code).startsWith(asked) || [name.vi, name.en].map(folded).some((name) => words.every((part) => ` ${name}`.includes(` ${part}`)));
  return all.filter((one) => (level === null || one.level === level) && (field === null || one.field === field) && (asked === '' || found(one)));
}
/** The fields there are, by name. */
export const fieldsOf = (all: readonly Procedure[]): readonly string[] => [...new Set(all.map(({ field }) => field))].filter((field) => field !== '').sort((a, b) => a.localeCompare(b, 'vi'));

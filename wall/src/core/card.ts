/** A unit's score card, as GET /units/{code}/indicators says, checked at the door. */
import { instant, Malformed, measuredFigure, measuredOf, ratio, record, word, type Figure, type Measured } from './model';

/** A term of an indicator in the whole window; nulls: not told, or a number by itself. `periods`, `toldAt`: of what, and when, it was told. */
export interface Input { readonly term: string; readonly numerator: number | null; readonly denominator: number | null; readonly periods: readonly string[]; readonly toldAt: number | null }
export interface Line extends Figure, Omit<Measured, 'standing'> { readonly code: string; readonly group: string | null; readonly definition: number; readonly inputs: readonly Input[] }
/** `counted`: the maxima of what has a value, out of which the points are; 0: none has. `depth`: how many groups it lies in. */
export interface GroupLine { readonly code: string; readonly depth: number; readonly maximum: number; readonly points: number | null; readonly counted: number; readonly reason: string }
export interface SetCard { readonly code: string; readonly total: (Figure & Measured) | null; readonly groups: readonly GroupLine[]; readonly lines: readonly Line[] }
/** Of the local dates first..last, both included. */
export interface ScoreCard { readonly code: string; readonly first: string; readonly last: string; readonly sets: readonly SetCard[] }

type Raw = Readonly<Record<string, unknown>>;
function list(raw: Raw, name: string): readonly Raw[] {
  const value = raw[name];
  if (!Array.isArray(value)) throw new Malformed(`${name} is not a list`);
  return value.map((one) => record<Raw>(one, name));
}
const inputOf = (raw: Raw): Input => ({
  term: word(raw, 'term'), numerator: ratio(raw, 'numerator'), denominator: ratio(raw, 'denominator'),
  periods: Array.isArray(raw['periods']) ? raw['periods'].filter((one) => typeof one === 'string') : [], toldAt: instant(raw['told_at']),
});
function lineOf(raw: Raw): Line {
  const { points, maximum, reason } = measuredOf(raw);
  return {
    ...measuredFigure(raw), points, maximum, reason, code: word(raw, 'code'), group: typeof raw['group'] === 'string' ? raw['group'] : null,
    definition: ratio(raw, 'definition') ?? 1, inputs: list(raw, 'inputs').map(inputOf),
  };
}
function groupOf(raw: Raw, depth: number): GroupLine {
  return { code: word(raw, 'code'), depth, maximum: ratio(raw, 'maximum') ?? 0, points: ratio(raw, 'points'), counted: ratio(raw, 'counted') ?? 0, reason: word(raw, 'reason') };
}
/** Each group followed by those that are its parts. */
function treeOf(groups: readonly Raw[], parent: unknown = null, depth = 0): readonly GroupLine[] {
  return groups.filter((one) => (one['parent'] ?? null) === parent).flatMap((one) => [groupOf(one, depth), ...treeOf(groups, one['code'], depth + 1)]);
}
function setOf(raw: Raw): SetCard {
  const total = raw['total'] === null || raw['total'] === undefined ? null : record<Raw>(raw['total'], 'total');
  return { code: word(raw, 'code'), total: total && { ...measuredFigure(total), ...measuredOf(total) }, groups: treeOf(list(raw, 'groups')), lines: list(raw, 'indicators').map(lineOf) };
}
/** Raises Malformed for an answer that does not fit. */
export function cardOf(value: unknown): ScoreCard {
  const raw = record<Raw>(value, 'card');
  return { code: word(raw, 'code'), first: word(raw, 'first'), last: word(raw, 'last'), sets: list(raw, 'sets').map(setOf) };
}

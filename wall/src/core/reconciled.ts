/** Whether the map was last found equal to the raw events, when, and over how many figures: GET /reconciliations. */
import { counted } from './figures';
import { count, instant, record, word, type Answered, type Untold } from './model';
import { text, type Lang } from './text';
import { dayMonth, local } from './times';

type Body = Untold<Answered<'/api/v1/reconciliations'>>;
type Line = Untold<Answered<'/api/v1/reconciliations'>['reconciliations'][number]>;
export interface Reconciled { readonly at: number; readonly cells: number; readonly differences: number }

/** The newest of the answer; null where none is in it. Raises Malformed for an answer that does not fit. */
export function reconciledBody(value: unknown): Reconciled | null {
  const lines = record<Body>(value, 'reconciliations').reconciliations;
  if (!Array.isArray(lines) || lines.length === 0) return null;
  const newest = record<Line>(lines[0], 'reconciliation');
  word(newest, 'state');
  const at = instant(newest.at);
  return at === null ? null : { at, cells: count(newest, 'cells'), differences: count(newest, 'differences') };
}

/** "khớp 100 % lúc 02:00 ngày 30/11/2026 …": rounded to nothing; one difference is said as one. */
export function sentence(found: Reconciled | null, lang: Lang, zone: string): string {
  if (found === null) return text(lang, 'reconciled_never');
  const { date, time } = local(found.at, zone);
  const told = { time: time.slice(0, 5), date: dayMonth(date, true), cells: counted(found.cells, lang) };
  return found.differences === 0 ? text(lang, 'reconciled_equal', told) : text(lang, 'reconciled_differs', { ...told, n: counted(found.differences, lang) });
}

/** How break-downs and desks are put into words. Pure. */
import { longestBound, type Length } from '../core/desks';
import { age } from '../core/times';
import type { Lang } from '../core/text';
import { unitText } from './text';

/** "20 phút" for a bound in seconds; "hơn 2 giờ" beyond the last. */
export function boundSaid(seconds: number | null, length: Length, lang: Lang): string {
  return seconds === null ? unitText(lang, 'over_bound', { time: age(longestBound(length), lang) }) : age(seconds, lang);
}
/** "≤ 20 phút" in a table. */
export const boundShort = (seconds: number | null, length: Length, lang: Lang): string => (seconds === null ? boundSaid(seconds, length, lang) : unitText(lang, 'at_most_time', { time: age(seconds, lang) }));

const monthSaid = (month: string, lang: Lang): string => unitText(lang, 'breakdown_month', { month: Number(month.slice(5)), year: month.slice(0, 4) });
/** Which months are in the figures: each by its name, or the first and the last of a run without a gap. */
export function monthsSaid(months: readonly string[], lang: Lang): string {
  const sorted = [...months].sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return '';
  const index = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
  if (sorted.length < 3 || index(last) - index(first) + 1 !== sorted.length) return sorted.map((month) => monthSaid(month, lang)).join(', ');
  return unitText(lang, 'breakdown_months', { from: monthSaid(first, lang), to: monthSaid(last, lang) });
}

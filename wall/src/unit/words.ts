/** How break-downs and desks are put into words. Pure. */
import { longestBound, type Length } from '../core/desks';
import { text, type Lang } from '../core/text';
import { unitText } from './text';

const [MINUTE, HOUR] = [60, 3600];
const IN_HOURS_FROM = 2 * HOUR;
/** A bound in seconds, never less than it is: whole minutes below two hours ("90 phút"), else whole hours; what is no whole one is rounded up. */
function upTo(seconds: number, lang: Lang): string {
  if (seconds < MINUTE) return text(lang, 'seconds', { n: seconds });
  return seconds < IN_HOURS_FROM ? text(lang, 'minutes', { n: Math.ceil(seconds / MINUTE) }) : text(lang, 'hours', { n: Math.ceil(seconds / HOUR) });
}
/** "20 phút" for a bound in seconds; "hơn 2 giờ" beyond the last. */
export function boundSaid(seconds: number | null, length: Length, lang: Lang): string {
  return seconds === null ? unitText(lang, 'over_bound', { time: upTo(longestBound(length), lang) }) : upTo(seconds, lang);
}
/** "≤ 20 phút" in a table. */
export const boundShort = (seconds: number | null, length: Length, lang: Lang): string => (seconds === null ? boundSaid(seconds, length, lang) : unitText(lang, 'at_most_time', { time: upTo(seconds, lang) }));

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

/** Working time and instants in words. Instants come from the API as ISO 8601 with the city's offset: their letters are the city's local time. */
import type { Lang } from '../core/text';
import { dayMonth, dayOf, timeOf } from '../core/times';
import { officialsText } from './text';

const HOUR = 60;
/** Of the calendar that the city starts with (domain.md §3): only for words like "2 ngày 3 giờ". */
const DAY = 8 * HOUR;
const IN_DAYS_FROM = 2 * DAY;

export const secondsOf = (at: string): number => Date.parse(at) / 1000;
/** Local minutes since 1970, for places on a strip. */
export const minutesOf = (at: string): number => Date.parse(`${at.slice(0, 19)}Z`) / 60_000;
/** 0 is Sunday. */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();
export const weekday = (at: string, lang: Lang): string => officialsText(lang, `weekday_${weekdayOf(dayOf(at))}` as 'weekday_0');
/** "11/11 10:30". */
export const dateTime = (at: string): string => `${dayMonth(dayOf(at))} ${timeOf(at)}`;
/** "10:30" on the same day, "11/11 10:30" on another. */
export const near = (at: string, day: string): string => (dayOf(at) === day ? timeOf(at) : dateTime(at));

/** "38 phút", "8 giờ 48", "2 ngày 3 giờ": working minutes, hours cut down from two days of 8 hours on. */
export function duration(minutes: number, lang: Lang): string {
  const [h, m] = [Math.floor(minutes / HOUR), minutes % HOUR];
  if (minutes < HOUR) return officialsText(lang, 'm_only', { m: minutes });
  if (minutes < IN_DAYS_FROM) return m === 0 ? officialsText(lang, 'h_only', { h }) : officialsText(lang, 'hm', { h, m: String(m).padStart(2, '0') });
  const [d, rest] = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / HOUR)];
  return rest === 0 ? officialsText(lang, 'd_only', { d }) : officialsText(lang, 'd_h', { d, h: rest });
}
/** "31:12", and "40" for whole hours where `short`. */
export function hours(minutes: number, short = false): string {
  const [h, m] = [Math.floor(minutes / HOUR), minutes % HOUR];
  return short && m === 0 ? String(h) : `${h}:${String(m).padStart(2, '0')}`;
}
/** "3,5" inside a block of the strip. */
export const tenths = (minutes: number, lang: Lang): string => String(Math.round(minutes / 6) / 10).replace('.', lang === 'vi' ? ',' : '.');
/** The ISO text of an instant `seconds` later, with the same offset. */
export function later(at: string, seconds: number): string {
  const local = new Date(Date.parse(`${at.slice(0, 19)}Z`) + seconds * 1000).toISOString().slice(0, 19);
  return local + at.slice(19).replace(/^\.\d+/, '');
}

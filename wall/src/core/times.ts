/** Clock times, ages and the dates of a window. A day is a local date "YYYY-MM-DD" of the city; an instant is seconds since 1970. */
import { text, type Lang } from './text';

interface Local { readonly date: string; readonly time: string }

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string): Intl.DateTimeFormat {
  let made = formats.get(zone);
  if (made === undefined) {
    made = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
    formats.set(zone, made);
  }
  return made;
}
export function local(at: number, zone: string): Local {
  const parts = Object.fromEntries(format(zone).formatToParts(at * 1000).map((part) => [part.type, part.value]));
  return { date: `${parts['year']}-${parts['month']}-${parts['day']}`, time: `${parts['hour']}:${parts['minute']}:${parts['second']}` };
}

const pieces = (day: string): [number, number, number] => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return [year, month, date];
};
/** "2026-11-09" as "9/11" or, with the year, "9/11/2026". */
export function dayMonth(day: string, withYear = false): string {
  const [year, month, date] = pieces(day);
  return withYear ? `${date}/${month}/${year}` : `${date}/${month}`;
}

/** Of an instant as the API says it, ISO 8601 with the city's offset: its letters are the city's local time. */
export const dayOf = (at: string): string => at.slice(0, 10);
export const timeOf = (at: string): string => at.slice(11, 16);

/** When a silent feed was last heard: "08:55" today, "9/11" before; the year too when it is another one. */
export function since(at: number, today: string, zone: string): string {
  const seen = local(at, zone);
  if (seen.date === today) return seen.time.slice(0, 5);
  return dayMonth(seen.date, seen.date.slice(0, 4) !== today.slice(0, 4));
}

/** An age in its largest sensible unit, cut down: 14 min 59 s is "14 phút". Below zero counts as zero. */
export function age(seconds: number, lang: Lang): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return text(lang, 'seconds', { n: whole });
  if (whole < 3600) return text(lang, 'minutes', { n: Math.floor(whole / 60) });
  if (whole < 172800) return text(lang, 'hours', { n: Math.floor(whole / 3600) });
  return text(lang, 'days', { n: Math.floor(whole / 86400) });
}

const moved = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const pad = (n: number): string => String(n).padStart(2, '0');
const lastOfMonth = (year: number, month: number): string => new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);

/** First and last day of a window seen on `today` (domain.md §4); null for a name that is no window. */
export function daysOf(window: string, today: string): readonly [string, string] | null {
  const [year, month] = pieces(today);
  const rolling = /^(\d+)d$/.exec(window);
  if (rolling !== null) return [moved(today, 1 - Number(rolling[1])), today];
  switch (window) {
    case 'today': return [today, today];
    case 'month': return [`${year}-${pad(month)}-01`, today];
    case 'quarter': return [`${year}-${pad(month - ((month - 1) % 3))}-01`, today];
    case 'year': return [`${year}-01-01`, today];
    default: return named(window, today);
  }
}
function named(window: string, today: string): readonly [string, string] | null {
  const parts = /^(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$/.exec(window);
  if (parts === null) return null;
  const year = Number(parts[1]);
  const [first, last] = parts[2] !== undefined ? [Number(parts[2]) * 3 - 2, Number(parts[2]) * 3] : parts[3] !== undefined ? [Number(parts[3]), Number(parts[3])] : [1, 12];
  const end = lastOfMonth(year, last);
  return [`${year}-${pad(first)}-01`, end < today ? end : today];
}

/** "1–10/11/2026", "12/10–10/11/2026", "10/11/2026": the days a figure stands for. */
export function dates(window: string, today: string): string {
  const days = daysOf(window, today);
  return days === null ? window : span(...days);
}
/** The same of two local dates, both included. */
export function span(from: string, to: string): string {
  if (from === to) return dayMonth(to, true);
  if (from.slice(0, 7) === to.slice(0, 7)) return `${pieces(from)[2]}–${dayMonth(to, true)}`;
  return `${dayMonth(from, from.slice(0, 4) !== to.slice(0, 4))}–${dayMonth(to, true)}`;
}

/** A window's name for the picker: a running calendar period by its own name ("Tháng 11/2026") once the day is known. */
export function windowName(window: string, today: string | null, lang: Lang, short = false): string {
  const days = today === null ? null : daysOf(window, today);
  const [year, month] = pieces(days?.[0] ?? '');
  if (window === 'month' && days !== null || /^\d{4}-\d\d$/.test(window)) return text(lang, short ? 'named_month_short' : 'named_month', days === null ? { month: Number(window.slice(5)), year: window.slice(0, 4) } : { month, year });
  if (window === 'quarter' && days !== null) return text(lang, 'named_quarter', { quarter: (month + 2) / 3, year });
  if (/^\d{4}-Q[1-4]$/.test(window)) return text(lang, 'named_quarter', { quarter: window.slice(6), year: window.slice(0, 4) });
  if (window === 'year' && days !== null || /^\d{4}$/.test(window)) return text(lang, 'named_year', { year: days === null ? window : year });
  return text(lang, `window_${window}` as 'window_today');
}

/** Told periods, in their order, by the first and the last: "T9/2026–T11/2026", "3/10/2026". */
export function periodsOf(periods: readonly string[], lang: Lang): string {
  const name = (one: string): string => (/^\d{4}-\d\d-\d\d$/.test(one) ? dayMonth(one, true) : windowName(one, null, lang, true));
  const [first = '', last = first] = [periods[0], periods.at(-1)];
  return first === last ? name(first) : `${name(first)}–${name(last)}`;
}

/** The last day of the month before that of `day`. */
export function monthEndBefore(day: string): string {
  const [year, month] = pieces(day);
  return lastOfMonth(year, month - 1);
}

/** Whether a whole calendar month that is over lies within a window seen on `today`. */
export function holdsMonth(window: string, today: string): boolean {
  const days = daysOf(window, today);
  if (days === null) return false;
  const over = monthEndBefore(today);
  const firstWhole = days[0].endsWith('-01') ? days[0] : moved(`${days[0].slice(0, 7)}-28`, 4);
  return firstWhole.slice(0, 7) <= monthEndBefore(moved(days[1] < over ? days[1] : over, 1)).slice(0, 7);
}

/** Past periods to choose from, newest first, as seen on `today`: the months, quarters and years before the present ones. */
export function pastWindows(today: string, months = 6, quarters = 4, years = 2): readonly string[] {
  const [year, month] = pieces(today);
  const back = (count: number, name: (i: number) => string): readonly string[] => Array.from({ length: count }, (_, i) => name(i + 1));
  const quarter = Math.ceil(month / 3);
  return [
    ...back(months, (i) => new Date(Date.UTC(year, month - 1 - i, 1)).toISOString().slice(0, 7)),
    ...back(quarters, (i) => `${year - Math.ceil((i - quarter + 1) / 4)}-Q${((((quarter - 1 - i) % 4) + 4) % 4) + 1}`),
    ...back(years, (i) => String(year - i)),
  ];
}

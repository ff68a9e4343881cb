/** The strip of working time as places on a drawing: width only for working hours, days in rows, marks above with their words apart. Pure. */
import { dayMonth, dayOf, timeOf } from '../core/times';
import type { Lang } from '../core/text';
import type { Account, Kind } from './model';
import { officialsText } from './text';
import { dateTime, minutesOf, near, tenths, weekdayOf } from './times';

export interface Frame { readonly width: number; readonly hour: number; readonly lunch: number; readonly apart: number; readonly off: number }
export interface Block { readonly x: number; readonly width: number; readonly kind: Kind; readonly label: string }
export interface Day { readonly x: number; readonly width: number; readonly label: string }
/** What lies between two days, in as many short lines as have room. */
export interface Off { readonly x: number; readonly label: string; readonly lines: readonly string[] }
/** `below`: the first promise, dashed. */
export interface Mark { readonly x: number; readonly name: 'start' | 'pause' | 'now' | 'end' | 'due' | 'first'; readonly title: string; readonly sub: string; readonly textX: number; readonly level: number }
export interface Row { readonly blocks: readonly Block[]; readonly days: readonly Day[]; readonly offs: readonly Off[]; readonly marks: readonly Mark[]; readonly levels: number; readonly below: Mark | null }

const LARGE: Omit<Frame, 'width'> = { hour: 10, lunch: 20, apart: 10, off: 26 };
const MIDDLE: Omit<Frame, 'width'> = { hour: 5, lunch: 6, apart: 6, off: 16 };
const SMALL: Omit<Frame, 'width'> = { hour: 2, lunch: 2, apart: 3, off: 6 };
/** Of a term in calendar days every day has the same width, and there is nothing between two. */
const CALENDAR = [28, 14, 7].map((day) => ({ hour: day / 24, lunch: 0, apart: 2, off: 0 }));
export function frameForDays(days: number, width: number): Frame {
  const [large, middle, small] = CALENDAR as [(typeof CALENDAR)[0], (typeof CALENDAR)[0], (typeof CALENDAR)[0]];
  return { width, ...([large, middle].find(({ hour, apart }) => (days * (hour * 24 + apart)) / width <= 3) ?? small) };
}
/** How large hours are drawn, so that a term of months stays a picture. */
export function frameFor(days: number, width: number): Frame {
  const rows = (days * 110) / width;
  return { width, ...(rows <= 4.5 ? LARGE : rows <= 12 ? MIDDLE : SMALL) };
}

interface Session { from: number; to: number; readonly parts: Account['spans'][number][] }
interface Placed { readonly row: number; readonly x: number }

/** The spans of each local day, touching ones together. */
function sessionsByDay(spans: Account['spans']): readonly (readonly [string, readonly Session[]])[] {
  const days = new Map<string, Session[]>();
  for (const span of [...spans].sort((a, b) => minutesOf(a.from) - minutesOf(b.from))) {
    const day = days.get(dayOf(span.from)) ?? [];
    days.set(dayOf(span.from), day);
    const last = day[day.length - 1];
    if (last !== undefined && last.to === minutesOf(span.from)) [last.to] = [minutesOf(span.to), last.parts.push(span)];
    else day.push({ from: minutesOf(span.from), to: minutesOf(span.to), parts: [span] });
  }
  return [...days];
}

const DAY_MS = 86_400_000;
const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
const LINE = 13;
const range = (first: string, last: string): readonly string[] => (first === last ? [dayMonth(first)] : [`${dayMonth(first)}–`, dayMonth(last)]);

/** What lies between two days: "T7, CN", or the dates that are off, which need more lines. */
function offOf(before: string, day: string, lang: Lang): Omit<Off, 'x'> {
  const between: string[] = [];
  for (let at = dayAfter(before); at < day; at = dayAfter(at)) between.push(at);
  const [first, last] = [between[0], between[between.length - 1]];
  if (first === undefined || last === undefined) return { label: '', lines: [] };
  const weekend = between.every((one) => [0, 6].includes(weekdayOf(one))) ? between.map((one) => officialsText(lang, `day_${weekdayOf(one)}` as 'day_0')).join(', ') : null;
  if (weekend !== null) return { label: weekend, lines: [weekend] };
  return { label: officialsText(lang, 'off_days', { days: range(first, last).join('') }), lines: [officialsText(lang, 'off_days', { days: '' }).trim(), ...range(first, last)] };
}
/** How wide the gap is in which the lines stand; where hours are drawn so small that none has room there are no words. */
const gapOf = (off: Omit<Off, 'x'>, frame: Frame): number => (off.label === '' ? 0 : frame.off < LINE ? frame.off : Math.max(frame.off, off.lines.length * LINE));

/** What is drawn: working intervals, or of a term in calendar days each day from midnight to midnight. */
function drawn({ spans, days, at }: Account): Account['spans'] {
  const zone = at.slice(19).replace(/^\.\d+/, '');
  return days === null ? spans : days.each.map(({ day, kind }) => ({ kind, from: `${day}T00:00:00${zone}`, to: `${dayAfter(day)}T00:00:00${zone}`, minutes: DAY_MS / 60_000 }));
}

interface Draft { blocks: Block[]; days: Day[]; offs: Off[] }
interface Whole { readonly rows: Draft[]; readonly placed: (at: string) => Placed }

function laid(account: Account, frame: Frame, lang: Lang): Whole {
  const rows: Draft[] = [{ blocks: [], days: [], offs: [] }];
  const known: (Session & Placed & { readonly width: number })[] = [];
  let [x, before] = [0, ''];
  for (const [day, sessions] of sessionsByDay(drawn(account))) {
    const widths = sessions.map(({ from, to }) => Math.min(((to - from) / 60) * frame.hour, frame.width / 2));
    const needed = widths.reduce((sum, width) => sum + width, 0) + (sessions.length - 1) * frame.lunch;
    const off = before === '' ? { label: '', lines: [] } : offOf(before, day, lang);
    const gap = gapOf(off, frame);
    const start = x === 0 ? 0 : x + frame.apart + gap;
    const fits = start + needed <= frame.width + 1;
    if (!fits) rows.push({ blocks: [], days: [], offs: [] });
    const row = rows[rows.length - 1] as Draft;
    const begin = fits ? start : gap;
    if (gap >= LINE) row.offs.push({ x: begin - (gap + (begin === gap ? 0 : frame.apart)) / 2, ...off });
    let at = begin;
    sessions.forEach((session, i) => {
      known.push({ ...session, row: rows.length - 1, x: at, width: widths[i] ?? 0 });
      row.blocks.push(...blocksOf(session, at, widths[i] ?? 0, account.days === null ? lang : null));
      at += (widths[i] ?? 0) + frame.lunch;
    });
    x = at - frame.lunch;
    row.days.push({ x: begin, width: x - begin, label: `${officialsText(lang, `day_${weekdayOf(day)}` as 'day_0')} ${dayMonth(day)}` });
    before = day;
  }
  const placed = (at: string): Placed => {
    const minute = minutesOf(at);
    const found = known.find(({ to }) => minute <= to) ?? known[known.length - 1];
    if (found === undefined) return { row: 0, x: 0 };
    const part = Math.min(1, Math.max(0, (minute - found.from) / (found.to - found.from || 1)));
    return { row: found.row, x: found.x + part * found.width };
  };
  return { rows, placed };
}
function blocksOf({ from, to, parts }: Session, x: number, width: number, lang: Lang | null): readonly Block[] {
  return parts.map((part) => {
    const [a, b] = [(minutesOf(part.from) - from) / (to - from || 1), (minutesOf(part.to) - from) / (to - from || 1)];
    const wide = (b - a) * width;
    return { x: x + a * width, width: wide, kind: part.kind, label: lang !== null && wide >= 22 && part.kind !== 'paused' && part.kind !== 'void' ? tenths(part.minutes, lang) : '' };
  });
}

type Said = Omit<Mark, 'x' | 'textX' | 'level'> & { readonly at: string };
function said(account: Account, lang: Lang): readonly Said[] {
  const { spans, item, at, due, pauses } = account;
  const say = (key: Parameters<typeof officialsText>[1], values = {}): string => officialsText(lang, key, values);
  const start = spans[0]?.from;
  const today = dayOf(at);
  return [
    ...(start === undefined ? [] : [{ name: 'start' as const, at: start, title: say('mark_start'), sub: dateTime(start) }]),
    ...pauses.map((pause) => ({ name: 'pause' as const, at: pause.from, title: say(pause.status === 6 ? 'mark_pause_6' : 'mark_pause_5'), sub: pause.to === null ? say('from_still', { from: dateTime(pause.from) }) : say('from_to', { from: dateTime(pause.from), to: near(pause.to, dayOf(pause.from)) }) })),
    item.endedAt === null ? { name: 'now', at, title: say('mark_now'), sub: timeOf(at) } : { name: 'end', at: item.endedAt, title: say('mark_end'), sub: near(item.endedAt, today) },
    ...(due.due_at === null ? [] : [{ name: 'due' as const, at: due.due_at, title: say('mark_due'), sub: dateTime(due.due_at) }]),
  ];
}

const letters = (said: { readonly title: string; readonly sub: string }): number => Math.max(said.title.length * 7.6, said.sub.length * 6.9) + 10;

/** Words of a row's marks, from the right: each as low as it stands clear of those after it, so that no mark's line goes through another's words. */
function apart(marks: readonly (Said & Placed)[], width: number): readonly Mark[] {
  const taken: { readonly from: number; readonly to: number; readonly level: number }[] = [];
  const placed = marks.map((mark, i) => [mark, i] as const).sort(([a, i], [b, j]) => b.x - a.x || j - i).map(([mark]) => {
    const wide = letters(mark);
    const from = Math.max(0, Math.min(mark.x, width - wide));
    let level = 0;
    while (taken.some((other) => other.level === level && other.from < from + wide && from < other.to)) level += 1;
    taken.push({ from, to: from + wide, level });
    return { x: mark.x, name: mark.name, title: mark.title, sub: mark.sub, textX: from, level };
  });
  return placed.reverse();
}

/** Rows from the top. No spans: no rows. */
export function strip(account: Account, width: number, lang: Lang): readonly Row[] {
  const spans = drawn(account);
  if (spans.length === 0) return [];
  const days = new Set(spans.map((span) => dayOf(span.from))).size;
  const frame = account.days === null ? frameFor(days, width) : frameForDays(days, width);
  const { rows, placed } = laid(account, frame, lang);
  const marks = said(account, lang).map((mark) => ({ ...mark, ...placed(mark.at) }));
  const { first_due_at: firstDue, due_at: dueAt } = account.due;
  const first = firstDue === null || firstDue === dueAt ? null : { at: firstDue, ...placed(firstDue) };
  return rows.map((row, i) => {
    const above = apart(marks.filter((mark) => mark.row === i), width);
    const sub = first === null ? '' : officialsText(lang, 'mark_first', { when: dateTime(first.at) });
    const half = letters({ title: '', sub }) / 2;
    const below = first === null || first.row !== i ? null : { x: first.x, name: 'first' as const, title: '', sub, textX: Math.max(half, Math.min(first.x, width - half)), level: 0 };
    return { ...row, days: thinned(row.days), marks: above, levels: Math.max(0, ...above.map((mark) => mark.level + 1)), below };
  });
}
/** Days whose words would touch those before them have none. */
function thinned(days: readonly Day[]): readonly Day[] {
  let free = -Infinity;
  return days.map((day) => {
    const half = day.label.length * 3.4;
    const middle = Math.max(half, day.x + day.width / 2);
    if (middle - half < free) return { ...day, label: '' };
    free = middle + half + 6;
    return day;
  });
}

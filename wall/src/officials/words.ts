/** A dossier in words: what is left of its time, where it stands. */
import type { Lang } from '../core/text';
import { dayMonth, dayOf, timeOf } from '../core/times';
import type { Days, Item, Name, Notice } from './model';
import { named, officialsText } from './text';
import { duration, weekday } from './times';

/** "còn 8 giờ 48", "trễ 45 phút"; why there is nothing to count where there is not. */
export function leftSaid(item: Item, lang: Lang): string {
  if (!item.counted) return officialsText(lang, 'outside');
  if (item.group === 'ended') return named(lang, 'status', String(item.status));
  if (item.group === 'paused') return officialsText(lang, item.status === 6 ? 'waits_fee' : 'waits_papers');
  if (item.left === null) return officialsText(lang, 'no_due');
  if (item.left === 0) return officialsText(lang, 'due_now');
  return officialsText(lang, item.left < 0 ? 'late' : 'left', { time: duration(Math.abs(item.left), lang) });
}
/** The same of a term in calendar days, which is counted in days; on the due day itself by working time. */
export function leftOf(item: Item, days: Days | null, lang: Lang): string {
  if (days === null || days.limit === null || item.endedAt !== null || days.remaining + days.late === 0) return leftSaid(item, lang);
  return officialsText(lang, days.late > 0 ? 'late' : 'left', { time: daysSaid(days.late || days.remaining, lang) });
}
/** "12 ngày", "1 day". */
export const daysSaid = (d: number, lang: Lang): string => officialsText(lang, d === 1 ? 'd_one' : 'd_only', { d });
/** The name of a procedure, and whether it is in Vietnamese though the page is not. */
export function nameSaid(name: Name | null, code: string, lang: Lang): { readonly text: string; readonly lang?: 'vi' } {
  if (name === null) return { text: code };
  if (lang === 'vi') return { text: name.vi };
  return name.en === null ? { text: name.vi, lang: 'vi' } : { text: name.en };
}
/** Beside the code in a list. */
export function standsAt(item: Item, lang: Lang): string {
  const status = named(lang, 'status', String(item.status));
  return [item.onTimeToday ? officialsText(lang, 'on_time_today') : status, ...(item.moved ? [officialsText(lang, 'moved')] : [])].join(' · ');
}
/** Beside the time that is left, on the dossier's own page. */
export function untilSaid(item: Item, lang: Lang, days: Days | null = null): string {
  const at = item.endedAt ?? item.dueAt;
  if (at === null || item.group === 'paused') return '';
  const key = item.endedAt !== null ? 'ended_at' : days !== null ? ((item.left ?? 0) < 0 ? 'since_days' : 'until_days') : (item.left ?? 0) < 0 ? 'since_working' : 'of_working_until';
  return officialsText(lang, key, { time: timeOf(at), weekday: weekday(at, lang), date: dayMonth(dayOf(at)) });
}
export const stageSaid = (stage: string, lang: Lang): string => named(lang, 'stage', stage, officialsText(lang, 'stage_other', { name: stage }));
export function noticeSaid({ clock, stage }: Pick<Notice, 'clock' | 'stage'>, lang: Lang): string {
  return `${named(lang, 'clock', clock)}: ${stageSaid(stage, lang)}`;
}

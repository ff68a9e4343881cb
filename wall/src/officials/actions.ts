/** What an official answers to a notice, and what the page says of the server's reply. Pure but for the words. */
import { dayOf, timeOf } from '../core/times';
import type { Lang } from '../core/text';
import type { Item } from './model';
import { officialsText } from './text';
import { dateTime, later, minutesOf, near } from './times';

export type Act = 'acknowledge' | 'working' | 'snooze' | 'dispute';
export const REASONS = {
  snooze: ['WAITING_OTHER_UNIT', 'ON_SITE', 'CITIZEN_ASKED', 'OTHER'],
  dispute: ['WRONG_STATUS', 'WRONG_DATE', 'WRONG_UNIT', 'ALREADY_FINISHED', 'OTHER'],
} as const;

/** `clock` and `stage` of the notice that is answered, where there is one. */
export interface Answering { readonly clock?: string; readonly stage?: string }
export interface Wanted { readonly kind: Act; readonly until?: string; readonly reason?: string }
export const bodyOf = ({ kind, until, reason }: Wanted, { clock, stage }: Answering): Readonly<Record<string, string>> =>
  ({ kind, ...(clock ? { clock } : {}), ...(stage ? { stage } : {}), ...(until ? { until } : {}), ...(reason ? { reason } : {}) });

/** Whether an answer is to a notice, so that there must be one. */
export const answersNotice = (kind: Act): boolean => kind === 'acknowledge' || kind === 'working';

/** When to be reminded, before anything is chosen: in two hours, or halfway to the due instant where that is sooner. */
export function suggestedUntil(at: string, { dueAt }: Item): string {
  const left = dueAt === null ? Infinity : minutesOf(dueAt) - minutesOf(at);
  return later(at, Math.floor(Math.min(120, Math.max(5, left / 2))) * 60);
}

export interface Recorded { readonly at: string; readonly until: string | null }
/** The sentence for a reply; `recorded` null where it was not taken. */
export function replySaid(kind: Act, status: number, recorded: Recorded | null, lang: Lang): string {
  if (recorded !== null) return officialsText(lang, `done_${kind}`, { time: timeOf(recorded.at), until: recorded.until === null ? '' : near(recorded.until, dayOf(recorded.at)) });
  if (status === 422) return officialsText(lang, answersNotice(kind) ? 'act_untold' : kind === 'snooze' ? 'act_invalid' : 'act_reason');
  if (status === 404) return officialsText(lang, 'act_unknown');
  return status === 0 || status >= 500 ? officialsText(lang, 'act_away') : officialsText(lang, 'act_refused', { status });
}
export const untilSaid = (until: string): string => dateTime(until);

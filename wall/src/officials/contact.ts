/** Whether what is shown may be called of now: a pure choice from what the server last did. */
import { elapsed, type Moment } from '../core/freshness';
import type { View } from './address';

/** `heard`: the last answer or word of the stream; `failed`: the server has not answered since; `admitted`: it says itself that it is behind. */
export interface Contact { readonly heard: Moment | null; readonly failed: boolean; readonly admitted: boolean }
export type Mode = 'connecting' | 'live' | 'lost' | 'behind';

/** Lists are asked for once a minute: after this long without an answer they are not of now, as after a computer's sleep. */
export const SILENT_SECONDS = 90;

/** When what a view shows was made, as the server said with it (ISO 8601); null where its answer names no instant: the sheet names a day, criteria, notices and follow-ups none. */
export function shownAt(view: View, { mine, board, account }: Readonly<Record<'mine' | 'board' | 'account', string | null>>): string | null {
  return view === 'mine' ? (mine ?? account) : view === 'board' ? (board ?? account) : null;
}

export function modeOf({ heard, failed, admitted }: Contact, now: Moment): Mode {
  if (heard === null) return failed ? 'lost' : 'connecting';
  if (failed || elapsed(heard, now) > SILENT_SECONDS) return 'lost';
  return admitted ? 'behind' : 'live';
}

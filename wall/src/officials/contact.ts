/** Whether what is shown may be called of now: a pure choice from what the server last did. */
import { elapsed, type Moment } from '../core/freshness';

/** `heard`: the last answer or word of the stream; `failed`: the server has not answered since; `admitted`: it says itself that it is behind. */
export interface Contact { readonly heard: Moment | null; readonly failed: boolean; readonly admitted: boolean }
export type Mode = 'connecting' | 'live' | 'lost' | 'behind';

/** Lists are asked for once a minute: after this long without an answer they are not of now, as after a computer's sleep. */
export const SILENT_SECONDS = 90;

export function modeOf({ heard, failed, admitted }: Contact, now: Moment): Mode {
  if (heard === null) return failed ? 'lost' : 'connecting';
  if (failed || elapsed(heard, now) > SILENT_SECONDS) return 'lost';
  return admitted ? 'behind' : 'live';
}

/** What stands beside the picture was read apart from it, and must not be of another moment than the picture is: pure. */
import { elapsed, type Freshness, type Moment } from '../core/freshness';

/** `at`: when it was read; null: it was kept with the picture of an earlier run. */
export interface Read<T> { readonly what: T; readonly at: Moment | null }

const TURNS = 3;
const ANSWER_SECONDS = 20;

/**
 * What was read, if it was within a few of its turns (`every` seconds) of the moment that the picture is of; else null.
 * A picture of an earlier run has only what was kept with it, a picture of this one only what was read in it.
 */
export function beside<T>(read: Read<T> | null, picture: Freshness | null, every: number): T | null {
  if (read === null || picture === null) return null;
  const kept = !Number.isFinite(picture.vouched.steady);
  if (kept || read.at === null) return kept && read.at === null ? read.what : null;
  return elapsed(read.at, picture.vouched) - picture.lag <= TURNS * every + ANSWER_SECONDS ? read.what : null;
}

/** What is on screen, and whether it may be called a picture of now. */
import { health, type Freshness, type Health, type Moment } from '../core/freshness';
import { sameQuestion, type Picture } from '../core/picture';
import type { State } from './state';

export interface Shown { readonly picture: Picture; readonly freshness: Freshness }
/** `kept`: from an earlier run; `held`: stopped by the reader; `switching`: still the answer to the question before. */
export type Mode = Health | 'connecting' | 'kept' | 'held' | 'switching';

export function shownOf({ picture, freshness }: State, held: Shown | null): Shown | null {
  return held ?? (picture === null || freshness === null ? null : { picture, freshness });
}

export function modeOf(state: State, held: Shown | null, now: Moment): Mode {
  const shown = shownOf(state, held);
  if (shown === null || state.freshness === null) return 'connecting';
  if (state.kept !== null) return 'kept';
  const contact = health(state.freshness, now);
  if (contact !== 'live') return contact;
  if (held !== null) return 'held';
  return sameQuestion(shown.picture.question, state.question) ? 'live' : 'switching';
}

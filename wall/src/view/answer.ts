/** An answer of the API that a page shows: followed while the page is there, standing still while updates are paused. */
import { useEffect, useMemo } from 'preact/hooks';
import { followAnswer, type Answered, type Following } from '../live/asked';
import { browserPorts } from '../live/browser';
import { held } from './store';

/** While updates are paused. */
export const still = (): boolean => held.value !== null;

/** What `follow` follows, begun anew when one of `keys` is another. */
export function useFollowed<Body>(follow: () => Following<Body>, keys: readonly unknown[]): Answered<Body> {
  const followed = useMemo(follow, keys);
  useEffect(() => followed.stop, [followed]);
  return followed.state.value;
}

/** As `followAnswer`. */
export const useAnswer = <Body>(read: (raw: unknown) => Body, wanted: () => string, changed: () => unknown, keys: readonly unknown[], againMs?: number): Answered<Body> =>
  useFollowed(() => followAnswer(browserPorts, read, wanted, changed, { still, ...(againMs === undefined ? {} : { againMs }) }), keys);

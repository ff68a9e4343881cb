/** Work that nobody sees done: it waits until the browser has drawn and has nothing else to do, the last wish of each place only. */

const TURN_MS = 12; // shorter than a frame, so that what comes meanwhile does not wait
const AT_LATEST_MS = 300;
type Work = () => void;
const waiting = new Map<object, Work>();
let called = false;

/** Does it soon, in place of what waits for this place already. */
export function soon(place: object, work: Work): void {
  waiting.set(place, work);
  if (!called) call();
}

/** Does now what waits for this place, if anything. */
export function now(place: object): void {
  waiting.get(place)?.();
  waiting.delete(place);
}

/** What waits for this place is no longer wanted. */
export const never = (place: object): void => void waiting.delete(place);

function call(): void {
  called = true;
  if (typeof requestIdleCallback === 'function') requestIdleCallback(turn, { timeout: AT_LATEST_MS });
  else setTimeout(turn); // Safari
}

function turn(): void {
  called = false;
  const until = performance.now() + TURN_MS;
  for (const [place, work] of waiting) {
    waiting.delete(place);
    work();
    if (performance.now() >= until) break;
  }
  if (waiting.size > 0) call();
}

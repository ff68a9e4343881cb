/** When a picture that failed is drawn again: at once slower and slower, never in a circle. Times in seconds of the steady clock. */
const CALM_SECONDS = 300;
const LONGEST = 60;

/** Seconds until the next attempt after these failures, the newest last: 1, 2, 4 … 60; failures before a calm of five minutes do not count. */
export function restartAfter(failures: readonly number[]): number {
  let count = 0;
  for (let i = failures.length - 1; i >= 0; i -= 1) {
    count += 1;
    if (i > 0 && failures[i]! - failures[i - 1]! > CALM_SECONDS) break;
  }
  return Math.min(LONGEST, 2 ** Math.max(0, count - 1));
}

/** Which rows of a long table are drawn: those in sight and as many before and after. Pure. */

/** Up to so many rows all are drawn, so that finding in the page and printing need no help. */
export const WHOLE = 300;
export interface Range { readonly from: number; readonly to: number }
/** Pixels of the screen: where the first row begins (far above it after scrolling down), the part in which rows are seen, one row's height. */
export interface Sight { readonly start: number; readonly top: number; readonly bottom: number; readonly height: number }

const STEP = 10; // the range moves by so many rows at once, not at every pixel of scrolling
const FIRST = 24;
/** What is drawn at first, so that the map and the first rows are not waited for; the others follow at once. */
export const beginning = (count: number): Range => ({ from: 0, to: Math.min(count, FIRST) });

/** Never empty and never outside of the rows there are; what is out of sight as a whole has the rows nearest to it. */
export function rangeOf(count: number, { start, top, bottom, height }: Sight): Range {
  if (count <= WHOLE) return { from: 0, to: count };
  if (!(height > 0)) return beginning(count);
  const shown = Math.max(bottom - top, height);
  const step = (pixels: number): number => Math.floor(pixels / height / STEP) * STEP;
  const from = Math.min(Math.max(0, step(top - start - shown)), count - STEP);
  return { from, to: Math.min(count, Math.max(from + STEP, step(bottom - start + shown) + STEP)) };
}

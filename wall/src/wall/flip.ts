/** Rows that change their place move there in 300 ms; where motion is not wanted they are simply there. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { cameFrom } from './order';

const MS = 300;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * `holder`'s children with `data-row` are followed from drawing to drawing. Where a row was is where the row is that has its old place now:
 * nothing is measured while the order stays, and when it changes all is measured before anything moves.
 */
export function useFlip(holder: RefObject<HTMLElement | null>): void {
  const before = useRef<readonly string[]>([]);
  useLayoutEffect(() => {
    const rows = [...(holder.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const codes = rows.map((row) => row.dataset['row'] ?? '');
    const moved = still.matches ? [] : cameFrom(before.current, codes);
    before.current = codes;
    if (moved.length === 0) return;
    const places = rows.map((row) => [row.offsetLeft, row.offsetTop] as const);
    for (const [now, was] of moved) {
      const [[x0 = 0, y0 = 0] = [], [x = 0, y = 0] = []] = [places[was], places[now]];
      rows[now]?.animate([{ transform: `translate(${x0 - x}px, ${y0 - y}px)` }, { transform: 'none' }], { duration: MS, easing: 'ease-out' });
    }
  });
}

/** Rows that change their place move there in 300 ms; where motion is not wanted they are simply there. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const MS = 300;
const still = matchMedia('(prefers-reduced-motion: reduce)');

interface Place { readonly left: number; readonly top: number }

/** `holder`'s children with `data-row` are followed from drawing to drawing. */
export function useFlip(holder: RefObject<HTMLElement | null>): void {
  const before = useRef<ReadonlyMap<string, Place>>(new Map());
  useLayoutEffect(() => {
    const rows = [...(holder.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const now = new Map(rows.map((row) => [row.dataset['row'] ?? '', { left: row.offsetLeft, top: row.offsetTop }]));
    for (const row of still.matches ? [] : rows) move(row, before.current.get(row.dataset['row'] ?? ''));
    before.current = now;
  });
}

function move(row: HTMLElement, from: Place | undefined): void {
  if (from === undefined) return;
  const [x, y] = [from.left - row.offsetLeft, from.top - row.offsetTop];
  if (x !== 0 || y !== 0) row.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], { duration: MS, easing: 'ease-out' });
}

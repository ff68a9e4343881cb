/** Follows what of a long table is in sight, in the page or in a box of its own that scrolls. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { beginning, rangeOf, WHOLE, type Range } from '../core/rows';

/** `height`: of one row in pixels; 0 until one was drawn. `settled`: false only for the first drawing. */
export interface Drawn extends Range { readonly height: number; readonly settled: boolean }

/** `holder` has rows with `data-row` in a `tbody`; while `all` is true they are all drawn. */
export function useDrawn(holder: RefObject<HTMLElement | null>, count: number, all: boolean): Drawn {
  const [drawn, setDrawn] = useState<Drawn>({ ...beginning(count), height: 0, settled: false });
  const long = count > WHOLE && !all;
  useEffect(() => setDrawn((before) => ({ ...before, settled: true })), []);
  useLayoutEffect(() => {
    if (!long) return;
    const look = (): void => setDrawn((before) => lookAt(holder.current, count, before));
    const measure = (): void => setDrawn((before) => lookAt(holder.current, count, { ...before, height: 0 }));
    measure();
    addEventListener('scroll', look, { capture: true, passive: true }); // of the page, and of the table's box
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', look, { capture: true });
      removeEventListener('resize', measure);
    };
  }, [long, count]);
  if (long || (!drawn.settled && !all)) return { ...drawn, from: Math.min(drawn.from, count), to: Math.min(drawn.to, count) };
  return { from: 0, to: count, height: 0, settled: true };
}

function lookAt(holder: HTMLElement | null, count: number, before: Drawn): Drawn {
  const [body, row] = [holder?.querySelector('tbody')?.getBoundingClientRect(), holder?.querySelector('[data-row]')?.getBoundingClientRect()];
  if (holder === null || body === undefined || row === undefined) return before;
  const box = holder.getBoundingClientRect();
  const height = before.height || row.height;
  const { from, to } = rangeOf(count, { start: body.top, top: Math.max(0, box.top), bottom: Math.min(innerHeight, box.bottom), height });
  return from === before.from && to === before.to && height === before.height ? before : { ...before, from, to, height };
}

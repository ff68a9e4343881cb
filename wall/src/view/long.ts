/** Follows what of a long table is in sight, in the page or in a box of its own that scrolls. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { beginning, rangeOf, WHOLE, type Range } from '../core/rows';

/** `height`: of one row in pixels; 0 until one was drawn. */
export interface Drawn extends Range { readonly height: number }

/** `holder` has rows with `data-row` in a `tbody`; while `all` is true they are all drawn. */
export function useDrawn(holder: RefObject<HTMLElement | null>, count: number, all: boolean): Drawn {
  const [drawn, setDrawn] = useState<Drawn>({ ...beginning(count), height: 0 });
  const long = count > WHOLE && !all;
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
  return long ? { ...drawn, from: Math.min(drawn.from, count), to: Math.min(drawn.to, count) } : { from: 0, to: count, height: 0 };
}

function lookAt(holder: HTMLElement | null, count: number, before: Drawn): Drawn {
  const [body, row] = [holder?.querySelector('tbody')?.getBoundingClientRect(), holder?.querySelector('[data-row]')?.getBoundingClientRect()];
  if (holder === null || body === undefined || row === undefined) return before;
  const box = holder.getBoundingClientRect();
  const height = before.height || row.height;
  const { from, to } = rangeOf(count, { start: body.top, top: Math.max(0, box.top), bottom: Math.min(innerHeight, box.bottom), height });
  return from === before.from && to === before.to && height === before.height ? before : { from, to, height };
}

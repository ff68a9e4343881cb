/** A signal that follows another one no oftener than so: what comes after a pause at once, of what comes in a rush the newest. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';

/** `ms` between two of its values, at least. */
export function paced<T>(of: ReadonlySignal<T>, ms: number): ReadonlySignal<T> {
  const shown = signal(of.peek());
  let next = -Infinity;
  let waiting = false;
  const take = (): void => {
    waiting = false;
    next = performance.now() + ms;
    shown.value = of.peek();
  };
  effect(() => {
    void of.value; // followed
    if (waiting) return;
    const wait = next - performance.now();
    if (wait <= 0) take();
    else {
      waiting = true;
      setTimeout(take, wait);
    }
  });
  return shown;
}

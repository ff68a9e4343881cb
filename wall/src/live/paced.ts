/** A signal that follows another one, of a rush no oftener than so: what comes after a pause at once, of what comes in a rush the newest. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';

/** `ms` between two of its values, at least, where the later one is `more` of the same; anything else is there at once. */
export function paced<T>(of: ReadonlySignal<T>, ms: number, more: (shown: T, next: T) => boolean): ReadonlySignal<T> {
  const shown = signal(of.peek());
  let next = -Infinity;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const take = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
    next = performance.now() + ms;
    shown.value = of.peek();
  };
  effect(() => {
    const wait = more(shown.peek(), of.value) ? next - performance.now() : 0;
    if (wait <= 0) take();
    else waiting ??= setTimeout(take, wait);
  });
  return shown;
}

/** A signal that follows another one, and stands still while something is held. */
import { computed, type ReadonlySignal } from '@preact/signals';

/** `held`: null while nothing is. */
export function standing<T>(of: ReadonlySignal<T>, held: ReadonlySignal<unknown>): ReadonlySignal<T> {
  let stood: { readonly value: T } | null = null;
  return computed(() => {
    if (held.value === null || stood === null) stood = { value: of.value };
    return stood.value;
  });
}

/** A newer page that the server has: said to the reader, and loaded by itself only where this one can go on no more. */
import { computed, effect, signal } from '@preact/signals';
import { decideRelease, versionOf } from '../core/release';
import { loadAnew, ownEntry, servedEntry, triedFor } from '../live/release';

/** Its version; null while the server has this one. */
export const newer = signal<string | null>(null);
const LOOK_MS = 300_000;

/** Looks for one now. `stuck`: a part of this page cannot be had, or what the server says cannot be read: a newer one is loaded, once. */
export async function lookForNewer(stuck: boolean): Promise<void> {
  const served = await servedEntry('/').catch(() => null);
  const decided = decideRelease({ own: ownEntry(), served, newerSince: stuck ? -Infinity : null, triedFor: triedFor() }, performance.now() / 1000);
  if (served === null || decided === 'UNKNOWN') return;
  newer.value = decided === 'SAME' ? null : versionOf(served);
  if (decided === 'RELOAD') await loadAnew(served).catch(() => undefined); // asked for again at the next look
}

/** Looks now and then, and at once when the page is `stuck`; a page that nobody sees asks for nothing. */
export function followNewer(stuck: () => boolean): void {
  if (ownEntry() === null) return;
  const is = computed(stuck);
  const look = (): void => void (document.hidden || lookForNewer(is.peek()));
  setInterval(look, LOOK_MS);
  effect(() => void (is.value && look()));
}

/** Which colours the bands have: those that are furthest apart for every kind of eye, or those of official maps. In the address: ?colours=official. */
import { effect, signal } from '@preact/signals';

export type Palette = 'apart' | 'official';
export const paletteOf = (search: string): Palette => (new URLSearchParams(search).get('colours') === 'official' ? 'official' : 'apart');
export const palette = signal<Palette>('apart');

export function choosePalette(next: Palette): void {
  const query = new URLSearchParams(location.search);
  if (next === 'official') query.set('colours', next);
  else query.delete('colours');
  history.replaceState(history.state, '', `${location.pathname}${query.size === 0 ? '' : `?${query}`}${location.hash}`);
  palette.value = next;
}

/** Keeps the document in the colours that are chosen. */
export function dressPalette(root: HTMLElement): void {
  const follow = (): void => void (palette.value = paletteOf(location.search));
  follow();
  addEventListener('popstate', follow);
  effect(() => void root.classList.toggle('official', palette.value === 'official'));
}

/** What changed, for screen readers: gathered and said at most every half minute, so that it never talks without end. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Figure } from '../core/model';
import { news } from '../core/news';
import type { Picture } from '../core/picture';
import { text, type Lang } from '../core/text';
import type { Mode } from '../live/shown';

const EVERY_MS = 30_000;
export interface Told { readonly picture: ReadonlySignal<Picture | null>; readonly mode: ReadonlySignal<Mode>; readonly lang: ReadonlySignal<Lang>; readonly written: ReadonlySignal<(figure: Figure) => string> }

function listen({ picture, mode, lang, written }: Told, say: (sentence: string) => void): () => void {
  let told: Picture | null = picture.peek();
  let before = mode.peek();
  const timer = setInterval(() => {
    const now = picture.peek();
    const sentence = told !== null && now !== null && mode.peek() === 'live' ? news(told, now, lang.peek(), written.peek()) : null;
    if (sentence !== null) say(sentence);
    told = now;
  }, EVERY_MS);
  const stop = effect(() => {
    const now = mode.value;
    if (now === 'lost') say(text(lang.peek(), 'said_lost'));
    if (before === 'lost' && now === 'live') say(text(lang.peek(), 'said_back'));
    before = now;
  });
  return () => {
    clearInterval(timer);
    stop();
  };
}

export function Announcer({ told }: { readonly told: Told }) {
  const said = useMemo(() => signal(''), []);
  useEffect(() => listen(told, (sentence) => (said.value = sentence)), [told]);
  return <div class="vh" role="status" aria-live="polite">{said.value}</div>;
}

/** What changed, for screen readers: gathered and said at most every half minute, so that it never talks without end. */
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { news } from '../core/news';
import type { Picture } from '../core/picture';
import { edges, lang, mode, picture, say } from './store';

const EVERY_MS = 30_000;
const said = signal('');

function listen(): () => void {
  let told: Picture | null = picture.peek();
  let before = mode.peek();
  const timer = setInterval(() => {
    const now = picture.peek();
    if (told !== null && now !== null && mode.peek() === 'live') said.value = news(told, now, lang.peek(), edges.peek()) ?? said.peek();
    told = now;
  }, EVERY_MS);
  const stop = effect(() => {
    const now = mode.value;
    if (now === 'lost') said.value = say('said_lost');
    if (before === 'lost' && now === 'live') said.value = say('said_back');
    before = now;
  });
  return () => {
    clearInterval(timer);
    stop();
  };
}

export function Announcer() {
  useEffect(listen, []);
  return <div class="vh" role="status" aria-live="polite">{said.value}</div>;
}

/** One answer of the API as a signal: asked for when its address is another one, again when what it stands on changed, and now and then. */
import { effect, signal, type Signal } from '@preact/signals';
import { Malformed } from '../core/model';
import type { Ports } from './stream';

/** `status`: the HTTP status that was not 200, 0 for no answer, 200 for one that does not fit; null while all is well or nothing is known yet. `of`: the address that `body` answers. */
export interface Answered<Body> { readonly body: Body | null; readonly of: string; readonly status: number | null }
export interface Following<Body> { readonly state: Signal<Answered<Body>>; readonly stop: () => void }

const AGAIN_MS = 60_000;
/** How often at least it is asked for; and whether what is shown stands still: then only another address is asked for, once. */
export interface How { readonly againMs?: number; readonly still?: () => boolean }
const GATHER_MS = 1_000; // a city under load changes many times a second

/**
 * Follows `wanted`, an address, and asks again whenever `changed` is another value, and every `againMs` milliseconds. `read` raises Malformed for what does not fit.
 * The body before stays until the next is here. Never two at once: what changes while an answer is on its way is asked for after it; another address drops it.
 */
export function followAnswer<Body>(ports: Pick<Ports, 'fetch'>, read: (raw: unknown) => Body, wanted: () => string, changed: () => unknown, { againMs = AGAIN_MS, still = () => false }: How = {}): Following<Body> {
  const state = signal<Answered<Body>>({ body: null, of: '', status: null });
  let asked = '';
  let running: AbortController | null = null;
  let again = false;
  let soon: ReturnType<typeof setTimeout> | undefined;
  const ask = async (address: string): Promise<void> => {
    running?.abort();
    const mine = (running = new AbortController());
    [asked, again] = [address, false];
    const answer = await ports.fetch(address, mine.signal).catch(() => null);
    if (running !== mine) return;
    running = null;
    if (still() && state.peek().of === address) return;
    state.value = told(state.peek(), address, answer, read);
    if (again) gather();
  };
  const now = (): void => {
    const address = wanted();
    if (still() && state.peek().of === address) return;
    if (running !== null && address === asked) again = true;
    else void ask(address);
  };
  const gather = (): void => void (soon ??= setTimeout(() => ((soon = undefined), now()), GATHER_MS));
  const unfollow = effect(() => {
    changed();
    still();
    if (wanted() !== asked) now();
    else gather();
  });
  const timer = setInterval(now, againMs);
  return {
    state,
    stop: () => {
      running?.abort();
      running = null;
      unfollow();
      clearTimeout(soon);
      clearInterval(timer);
    },
  };
}

function told<Body>(before: Answered<Body>, address: string, answer: { readonly status: number; readonly body: unknown } | null, read: (raw: unknown) => Body): Answered<Body> {
  if (answer?.status !== 200) return { ...before, status: answer?.status ?? 0 };
  try {
    return { body: read(answer.body), of: address, status: null };
  } catch (fault) {
    if (!(fault instanceof Malformed)) throw fault;
    return { ...before, status: 200 };
  }
}

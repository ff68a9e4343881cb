/** A unit's page as a signal: asked for anew when the map says that the unit changed, and now and then. */
import { effect, signal, type Signal } from '@preact/signals';
import { Malformed, type Question } from '../core/model';
import { unitBody, type UnitBody } from '../core/unit';
import type { Ports } from './stream';

/** `status`: the HTTP status that was not 200, 0 for no answer; null while all is well or nothing is known yet. */
export interface UnitState { readonly body: UnitBody | null; readonly status: number | null }
export interface Wanted { readonly code: string; readonly question: Question }

function addressOf({ code, question: { window, asOf = null, knownAt = null } }: Wanted): string {
  const query = new URLSearchParams({ window });
  if (asOf !== null) query.set('as_of', asOf);
  if (knownAt !== null) query.set('known_at', knownAt);
  return `/api/v1/units/${encodeURIComponent(code)}?${query.toString()}`;
}

const AGAIN_MS = 60_000;
const GATHER_MS = 1_000; // a unit under load changes many times a second

/** Follows `wanted`, and asks again whenever `changed` is another value; `stop` ends it. */
export function followUnit(ports: Ports, wanted: () => Wanted, changed: () => unknown): { readonly state: Signal<UnitState>; readonly stop: () => void } {
  const state = signal<UnitState>({ body: null, status: null });
  let asked = '';
  let running = 0;
  const ask = async ({ code, question }: Wanted): Promise<void> => {
    const turn = (running += 1);
    const address = addressOf({ code, question });
    if (address !== asked && state.peek().body?.code !== code) state.value = { body: null, status: null };
    asked = address;
    const answer = await ports.fetch(address).catch(() => null);
    if (turn === running) state.value = told(state.peek(), answer);
  };
  const now = (): void => void ask(wanted());
  let soon: ReturnType<typeof setTimeout> | undefined;
  const unfollow = effect(() => {
    changed();
    if (addressOf(wanted()) !== asked) now();
    else soon ??= setTimeout(() => ((soon = undefined), now()), GATHER_MS);
  });
  const timer = setInterval(now, AGAIN_MS);
  return {
    state,
    stop: () => {
      running += 1;
      unfollow();
      clearTimeout(soon);
      clearInterval(timer);
    },
  };
}

function told(before: UnitState, answer: { readonly status: number; readonly body: unknown } | null): UnitState {
  if (answer === null) return { ...before, status: 0 };
  if (answer.status !== 200) return { ...before, status: answer.status };
  try {
    return { body: unitBody(answer.body), status: null };
  } catch (fault) {
    if (!(fault instanceof Malformed)) throw fault;
    return { ...before, status: 200 };
  }
}

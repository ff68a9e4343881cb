/** The browser behind the line's ports. */
import type { Moment } from '../core/freshness';
import type { Answer, Ports, Source } from './stream';

export const moment = (): Moment => ({ steady: performance.now() / 1000, wall: Date.now() / 1000 });

/** Lets go of an answer that nobody reads: until then a browser keeps it, its request and its connection, on a wall for months. */
export const drop = async (answer: Response): Promise<void> => void (await answer.body?.cancel().catch(() => undefined));

export async function answerOf(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { cache: 'no-cache', ...init });
  if (!response.ok) await drop(response);
  return { status: response.status, date: response.headers.get('date'), body: response.ok ? await response.json() : null };
}

/** Of one answer. */
export const WAIT_MS = 20_000;
/** Ends after WAIT_MS whatever the line does, and when `dropped` does: who waited for ever would never ask again. */
function limited(dropped: AbortSignal | undefined): AbortSignal {
  if (dropped === undefined) return AbortSignal.timeout(WAIT_MS);
  const limit = new AbortController();
  for (const signal of [AbortSignal.timeout(WAIT_MS), dropped]) signal.addEventListener('abort', () => limit.abort(), { once: true });
  return limit.signal;
}

export const browserPorts: Ports = {
  open: (url) => new EventSource(url) as unknown as Source,
  fetch: (url, dropped) => answerOf(url, { headers: { accept: 'application/json' }, signal: limited(dropped) }),
  now: moment,
  random: Math.random,
};

/** The last picture on this computer's disk, beside the worker's pages: raw as the API gave it, so that it is checked at the door again. */
import { WAIT_MS } from './browser';
import type { Message } from './stream';
import type { Question } from '../core/model';
import { asked } from '../core/address';

const SHELF = 'dunghen-picture';
const AT = 'x-kept-at';
const placeOf = (question: Question): string => `/kept/map?${asked(question)}`;

/** Absent on a page that was not loaded safely (plain http from elsewhere); such a wall starts without a picture. */
const shelves = (): CacheStorage | null => (typeof caches === 'undefined' ? null : caches);

export async function keep(question: Question): Promise<void> {
  const answer = await fetch(`/api/v1/map?${asked(question)}`, { cache: 'no-cache', headers: { accept: 'application/json' }, signal: AbortSignal.timeout(WAIT_MS) });
  if (!answer.ok) return;
  const headers = { 'content-type': 'application/json', 'x-server-date': answer.headers.get('date') ?? '', [AT]: String(Date.now() / 1000) };
  await (await shelves()?.open(SHELF))?.put(placeOf(question), new Response(await answer.text(), { headers }));
}

/** Null when there is none that can be read. */
export async function remember(question: Question): Promise<Message | null> {
  try {
    const found = await (await shelves()?.open(SHELF))?.match(placeOf(question));
    if (found === undefined) return null;
    return { type: 'kept', question, body: await found.json(), date: found.headers.get('x-server-date'), wall: Number(found.headers.get(AT)) };
  } catch {
    return null; // a shelf that cannot be read is an empty one
  }
}

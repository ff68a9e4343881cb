import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { answered } from '../src/desk/asked';
import { served, type Served } from './served';

const BOARD = { at: '2026-11-16T08:00:00+07:00', unit: '20242', name: 'Hải Châu', desk: 'Q01', calling: [12], waiting: 3, dossiers: [], stale: false };
const [OURS, OTHER] = ['dk_of_this_desk', 'dk_of_another'];
/** The server, as it is set for a test; by default it knows one key. */
const byKey: RequestListener = (request, response) => {
  const opens = request.headers.authorization === `Bearer ${OURS}`;
  response.writeHead(opens ? 200 : 403, { 'content-type': 'application/json' }).end(opens ? JSON.stringify(BOARD) : '{}');
};
let server: Served;
const away: RequestListener = (_, response) => void response.writeHead(503).end();
const never: RequestListener = () => undefined;

const address = { search: '?desk=20242.Q01&every=5', hash: '', pathname: '/desk' };
const kept = new Map<string, string>();
const heard = new Map<string, () => void>();

beforeAll(async () => {
  server = await served();
  vi.stubGlobal('location', address);
  vi.stubGlobal('sessionStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) });
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, to: string) => ((address.search = to.slice(address.pathname.length)), (address.hash = '')) });
  vi.stubGlobal('addEventListener', (name: string, listener: () => void) => heard.set(name, listener));
});
afterAll(() => {
  vi.useRealTimers();
  server.close();
});

/** A page that was opened by an address with this key behind #, or with none; its clock is moved by the test. */
async function page(key: string | null) {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ['setInterval', 'performance', 'Date'] });
  kept.clear();
  Object.assign(address, { search: '?desk=20242.Q01&every=5', hash: key === null ? '' : `#key=${key}` });
  const store = await import('../src/desk/store');
  store.start();
  return store;
}
const until = async (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5_000, interval: 10 });
/** The next time that the board is asked for has come and gone. */
async function nextRound(): Promise<void> {
  const before = server.asked.length;
  vi.advanceTimersByTime(6_000);
  await until(() => server.asked.length > before);
  await new Promise((done) => setTimeout(done, 50));
}
beforeEach(() => void (server.serve = byKey));

test('an answer that never comes is given up, and one that is cut off is none', async () => {
  server.serve = never;
  expect(await answered('20242.Q01', OURS, 100)).toEqual({ status: 0, body: null });
  server.serve = (_, response) => void (response.writeHead(200, { 'content-length': '900' }).write('{'), setTimeout(() => response.destroy(), 20));
  expect(await answered('20242.Q01', OURS, 5_000)).toEqual({ status: 0, body: null });
  server.serve = byKey;
  expect(await answered('20242.Q01', OURS)).toMatchObject({ status: 200, body: { waiting: 3 } });
});
test('whatever asking comes to, it is asked again', async () => {
  const first = vi.fn().mockRejectedValueOnce(new DOMException('cut', 'NetworkError'));
  const through = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => first.mock.calls.length === 0 ? first() : through(url, init));
  const store = await page(OURS);
  await until(() => store.troubled.value);
  await nextRound();
  vi.stubGlobal('fetch', through);
  await until(() => store.mode.value === 'live');
});
test('a key that is refused stays refused while the server is away, so that what is typed is not lost', async () => {
  const store = await page(OTHER);
  await until(() => store.mode.value === 'refused');
  server.serve = away;
  await nextRound();
  expect([store.mode.value, store.board.value]).toEqual(['refused', null]);
  server.serve = byKey;
  expect([store.take('short'), store.take(OURS)]).toEqual([false, true]);
  await until(() => store.mode.value === 'live');
  expect([store.board.value?.waiting, address.hash]).toEqual([3, '']);
});
test('a key that is put behind # of an open page is read and asked with, and what another showed is gone', async () => {
  const store = await page(OURS);
  await until(() => store.mode.value === 'live');
  address.hash = `#key=${OTHER}`;
  heard.get('hashchange')?.();
  expect([store.settings.value.key, store.board.value]).toEqual([OTHER, null]);
  await until(() => store.mode.value === 'refused');
  address.hash = `#key=${OURS}`;
  heard.get('hashchange')?.();
  await until(() => store.mode.value === 'live');
});

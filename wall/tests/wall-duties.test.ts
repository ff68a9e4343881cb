import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { body, city, row } from './city';

const START = Date.parse('2026-11-10T10:00:00+07:00');
const SECOND = 1000;
const json = (value: unknown): Response => new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json', date: new Date().toUTCString() } });
const feed = { source: 's', seen_at: null, missing: null, stale: true, units: ['a'] };
const before = { a: { ...row('a', 5, 10), changed_at: '2026-11-10T09:50:00+07:00' } };

class Stream {
  static last: Stream;
  readyState = 1;
  private readonly heard = new Map<string, (event: { data: string; lastEventId: string }) => void>();
  constructor() { Stream.last = this; }
  addEventListener(type: string, listener: (event: never) => void): void { this.heard.set(type, listener as never); }
  close(): void {}
  say(type: string, data: unknown): void { this.heard.get(type)?.({ data: JSON.stringify(data), lastEventId: '10' }); }
}

let serve: (url: string) => Response;
let reloads = 0;
const well = (url: string): Response => {
  if (url.includes('/map')) return json(body(10, [row('a', 9, 10)]));
  if (url.includes('/changes')) return json({ since: new URL(url, 'http://x').searchParams.get('since'), before });
  if (url.includes('/feeds')) return json({ feeds: [feed] });
  if (url === '/wall') return new Response('<script type="module" src="/assets/wall-own.js"></script>');
  return new Response(null, { status: 404 });
};
const tick = (): void => Stream.last.say('tick', { server_time: new Date().toISOString(), kafka_lag_seconds: 0.4, stale: false });
async function seconds(n: number, ticking = true): Promise<void> {
  for (let s = 0; s < n; s += 1) {
    await vi.advanceTimersByTimeAsync(SECOND);
    if (ticking && s % 10 === 0) tick();
  }
}
/** A wall of its own, on the air. */
async function wall() {
  vi.resetModules();
  const store = await import('../src/wall/store');
  const { duties } = await import('../src/wall/duties');
  await duties();
  await vi.advanceTimersByTimeAsync(0);
  Stream.last.say('snapshot', body(10, [row('a', 9, 10)]));
  return store;
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  [serve, reloads] = [well, 0];
  const nothing = (): void => undefined;
  const kept = { getItem: () => null, setItem: nothing };
  const page = { querySelector: () => ({ getAttribute: () => '/assets/wall-own.js' }), addEventListener: nothing, hidden: true };
  const stubs = { document: page, location: { search: '?scenes=map', hash: '', pathname: '/wall', reload: () => (reloads += 1) }, navigator: {}, localStorage: kept, sessionStorage: kept, innerHeight: 1080, innerWidth: 1920, EventSource: Stream };
  for (const [name, value] of Object.entries(stubs)) vi.stubGlobal(name, value);
  vi.stubGlobal('addEventListener', nothing);
  vi.stubGlobal('fetch', async (url: string) => serve(url));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('the last hour and the feeds are dropped when they cannot be read again, and come back', async () => {
  const { hour, hourRead, feeds, moves, mode } = await wall();
  await seconds(5);
  expect([hour.value?.units.size, feeds.value?.length, moves.value.length]).toEqual([1, 1, 1]);
  serve = (url) => (/changes|feeds/.test(url) ? new Response(null, { status: 503 }) : well(url));
  await seconds(150);
  expect([hour.value === null, feeds.value === null]).toEqual([false, true]);
  await seconds(150);
  expect([mode.value, hour.value, hourRead.value === null, moves.value]).toEqual(['live', null, false, []]);
  serve = well;
  await seconds(61);
  expect([hour.value?.units.size, feeds.value?.length]).toEqual([1, 1]);
});
test('paused, the last hour stands still with the picture, for however long', async () => {
  const { hour, feeds, moves, toggleHeld, mode } = await wall();
  await seconds(5);
  toggleHeld();
  const stood = [hour.value, feeds.value, moves.value];
  serve = (url) => (url.includes('/changes') ? json({ since: new Date().toISOString(), before: {} }) : url.includes('/feeds') ? json({ feeds: [] }) : well(url));
  await seconds(1800);
  Stream.last.say('change', { version: 12, city, units: [row('a', 5, 10)] });
  expect([hour.value, feeds.value, moves.value]).toEqual(stood);
  expect(mode.value).toBe('held');
  toggleHeld();
  expect([hour.value, moves.value]).toEqual([null, []]); // of half an hour ago
  await seconds(3);
  expect(hour.value?.units.size).toBe(0);
});
test('a wall that cannot read what a newer server says still sees the newer page, and takes it when it is answered with again', async () => {
  const { mode, newer } = await wall();
  await seconds(5);
  const broken = (): unknown => body(20, [{ ...row('a', 9, 10), band: 'purple' }]);
  serve = (url) => {
    if (url.includes('/map')) return json(broken());
    if (url === '/wall') return new Response('<script type="module" src="/assets/wall-new.js"></script>');
    return url.startsWith('/assets/') ? new Response('') : well(url);
  };
  for (let s = 0; s < 240; s += 1) {
    await seconds(1, false);
    Stream.last.say('snapshot', broken());
  }
  expect([mode.value, newer.value?.version, reloads > 0]).toEqual(['lost', 'new', true]);
});
test('a server that is away is no reason to load the page', async () => {
  const { mode } = await wall();
  serve = () => { throw new TypeError('away'); };
  await seconds(600, false);
  expect([mode.value, reloads]).toEqual(['lost', 0]);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signal } from '@preact/signals';
import { keepTrying } from '../src/live/tried';

const SECOND = 1000;
let [page, reloads] = ['/assets/index-own.js', 0];
let asked: string[] = [];
let there = true;
const kept = new Map<string, string>();

beforeEach(() => {
  vi.useFakeTimers();
  [page, reloads, asked, there] = ['/assets/index-own.js', 0, [], true];
  kept.clear();
  vi.stubGlobal('document', { querySelector: () => ({ getAttribute: () => '/assets/index-own.js' }), hidden: false });
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
  vi.stubGlobal('location', { reload: () => (reloads += 1) });
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    if (!there) throw new TypeError('away');
    return url === '/' ? new Response(`<script type="module" src="${page}"></script>`) : new Response('');
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const moved = signal(0);
async function following(stuck = signal(false)) {
  vi.resetModules();
  const found = await import('../src/view/newer');
  found.followNewer(() => moved.value >= 0 && stuck.value);
  return found;
}

test('a newer page is told to the reader, and not loaded while this one works', async () => {
  const { newer } = await following();
  await vi.advanceTimersByTimeAsync(301 * SECOND);
  expect([newer.value, asked]).toEqual([null, ['/']]);
  page = '/assets/index-new.js';
  await vi.advanceTimersByTimeAsync(600 * SECOND);
  expect([newer.value, reloads]).toEqual(['new', 0]);
  page = '/assets/index-own.js'; // the release was taken back
  await vi.advanceTimersByTimeAsync(300 * SECOND);
  expect(newer.value).toBeNull();
});
test('a page that is stuck loads the newer one at once, and once', async () => {
  page = '/assets/index-new.js';
  const stuck = signal(false);
  const { lookForNewer } = await following(stuck);
  stuck.value = true;
  await vi.advanceTimersByTimeAsync(1);
  expect([reloads, asked]).toEqual([1, ['/', '/assets/index-new.js']]);
  for (let change = 0; change < 20; change += 1) moved.value += 1;
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.length).toBe(2); // not for every message
  await lookForNewer(true); // the server still gives the old one: no circle
  expect(reloads).toBe(1);
});
test('a page that is stuck without a newer one, or without a server, stays', async () => {
  const stuck = signal(true);
  const { newer } = await following(stuck);
  await vi.advanceTimersByTimeAsync(301 * SECOND);
  there = false;
  await vi.advanceTimersByTimeAsync(301 * SECOND);
  expect([newer.value, reloads]).toEqual([null, 0]);
});

test('a part that cannot be fetched is tried again after growing pauses, each failure told, until it comes', async () => {
  const [took, failures, at]: [string[], number[], number[]] = [[], [], []];
  const begun = Date.now();
  keepTrying(() => (at.push((Date.now() - begun) / SECOND), at.length < 9 ? Promise.reject(new TypeError('404')) : Promise.resolve('part')), (part) => took.push(part), (tries) => failures.push(tries));
  await vi.advanceTimersByTimeAsync(600 * SECOND);
  expect([took, failures.length, at]).toEqual([['part'], 8, [0, 1, 3, 7, 15, 31, 61, 91, 121]]);
});
test('what is asked for no more is neither taken nor tried', async () => {
  const took: string[] = [];
  let tries = 0;
  const stop = keepTrying(async () => ((tries += 1), Promise.reject(new Error())), (part: string) => took.push(part), () => undefined);
  await vi.advanceTimersByTimeAsync(0);
  stop();
  await vi.advanceTimersByTimeAsync(600 * SECOND);
  expect([took, tries]).toEqual([[], 1]);
  let done: (part: string) => void = () => undefined;
  keepTrying(() => new Promise<string>((found) => (done = found)), (part) => took.push(part), () => undefined)();
  done('late');
  await vi.advanceTimersByTimeAsync(0);
  expect(took).toEqual([]);
});

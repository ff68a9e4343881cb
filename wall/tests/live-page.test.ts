import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { live, type Live } from '../src/live/live';
import { modeOf } from '../src/live/shown';
import type { Answer, Heard, Source } from '../src/live/stream';
import { body, city, QUESTION, row } from './city';

const SERVER = 1_794_278_535; // its clock when the page's is 0
let now = 0;
let looks: number[] = [];
let streams: { readonly url: string; readonly say: (type: string, data: unknown) => void }[] = [];
let map: () => unknown;
let page: Live;
const clocks = () => ({ steady: now, wall: now });
const iso = (at: number): string => new Date((SERVER + at) * 1000).toISOString();
const tick = (late = 0): void => streams.at(-1)?.say('tick', { server_time: iso(now - late), kafka_lag_seconds: 0.4, stale: false });
const mode = () => modeOf(page.state.value, null, clocks());

function open(url: string): Source {
  const listeners = new Map<string, (event: Heard) => void>();
  streams.push({ url, say: (type, data) => listeners.get(type)?.({ data: JSON.stringify(data), lastEventId: '20' }) });
  return { readyState: 1, addEventListener: (type, listener) => void listeners.set(type, listener), close: () => listeners.clear() };
}
async function fetch(url: string): Promise<Answer> {
  if (!url.includes('/map')) return { status: 404, date: null, body: null };
  looks.push(now);
  return { status: 200, date: new Date((SERVER + now) * 1000).toUTCString(), body: map() };
}
/** A second each, with what `each` does after it. */
async function seconds(n: number, each: () => void = () => undefined): Promise<void> {
  for (let s = 0; s < n; s += 1) {
    now += 1;
    await vi.advanceTimersByTimeAsync(1000);
    each();
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { addEventListener: () => undefined });
  vi.stubGlobal('addEventListener', () => undefined);
  [now, looks, streams, map] = [0, [], [], () => body(10, [row('a', 9, 10)])];
  page = live({ now: clocks, random: () => 0.5, fetch, open }, QUESTION);
  page.start();
  await vi.advanceTimersByTimeAsync(0);
  streams.at(-1)?.say('snapshot', body(10, [row('a', 9, 10)]));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a stream that comes two minutes late is looked behind now and then, so that the picture is of now; it is not opened anew for that', async () => {
  let worst = '';
  await seconds(600, () => {
    if (now % 10 === 0) tick(120);
    if (now > 40 && mode() !== 'live') worst = mode();
  });
  expect([worst, streams.length]).toEqual(['', 1]);
  expect(looks.length).toBeGreaterThan(20);
  expect(Math.min(...looks.slice(1).map((at, i) => at - looks[i]!))).toBeGreaterThanOrEqual(10);
});
test('a stream that is in time is asked nothing', async () => {
  await seconds(600, () => now % 10 === 0 && tick());
  expect([mode(), looks, streams.length]).toEqual(['live', [0], 1]);
});

const broken = (version: number) => body(version, [{ ...row('a', 9, 10), band: 'purple' }]);
test('the same fault again is doubted again: a wall is not stuck when the server is right', async () => {
  let bad = true;
  map = () => (bad ? broken(20) : body(30, [row('a', 7, 10)]));
  let opened = streams.length;
  await seconds(600, () => {
    if (now === 3) streams.at(-1)!.say('change', { version: 15, city, units: [{ ...row('a', 8, 10), band: 'purple' }] });
    if (streams.length > opened) streams.at(-1)!.say('snapshot', map());
    opened = streams.length;
    if (now === 130) bad = false;
    if (now % 10 === 0) tick();
    if (now > 195 && mode() !== 'live') throw new Error(`${mode()} at ${now}: ${page.state.value.fault}`);
  });
  expect([page.state.value.picture?.units[0]?.numerator, page.state.value.whole, page.state.value.fault]).toEqual([7, true, null]);
});
test('as long as no whole picture comes it is asked for after growing pauses, never longer than a minute', async () => {
  map = () => broken(20);
  const at: number[] = [];
  let opened = streams.length;
  streams.at(-1)!.say('snapshot', map());
  await seconds(600, () => {
    if (streams.length > opened) {
      at.push(now);
      streams.at(-1)!.say('snapshot', map());
    }
    opened = streams.length;
    if (now % 10 === 0) tick();
  });
  const pauses = at.map((time, i) => time - (at[i - 1] ?? 0));
  expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(new Set(pauses.slice(4))).toEqual(new Set([60]));
});
test('a whole picture ends the doubt: the line is not opened for it any more', async () => {
  streams.at(-1)!.say('change', { version: 15, city, units: [{ ...row('a', 8, 10), band: 'purple' }] });
  streams.at(-1)!.say('snapshot', body(16, [row('a', 8, 10)]));
  await seconds(60, () => now % 10 === 0 && tick());
  expect([streams.length, mode()]).toEqual([1, 'live']);
});

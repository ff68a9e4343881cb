import { expect, test, vi } from 'vitest';
import { ANYWHERE, percent, type Edges } from '../src/core/figures';
import { followEdges } from '../src/live/edges';
import { pictureAge, health } from '../src/core/freshness';
import { Feed } from '../src/embed/feed';
import { pageOf, wishes } from '../src/embed/wishes';
import type { Answer } from '../src/live/stream';
import { body, QUESTION, row } from './city';

const given = (attributes: Record<string, string>) => wishes((name) => attributes[name] ?? null, 'https://map.example');

test('without attributes: the city of the month, in Vietnamese, from where the script came', () => {
  expect(given({})).toMatchObject({ server: 'https://map.example', question: { window: 'month', rate: 'official', kind: 'locality' }, lang: 'vi', unit: null, dark: null });
});
test('attributes are the words of the API; unknown ones fall back', () => {
  expect(given({ window: '7d', rate: 'statutory', language: 'en', unit: '20242', theme: 'dark', server: 'https://other.example/' })).toMatchObject({ server: 'https://other.example', question: { window: '7d', rate: 'statutory', kind: 'all' }, lang: 'en', unit: '20242', dark: true });
  expect(given({ window: '<b>', rate: '1', language: 'fr' })).toEqual(given({}));
});
test('the link leads to the same on the page', () => {
  expect(pageOf(given({ window: '7d', language: 'en' }))).toBe('https://map.example/?window=7d&rate=official&kind=locality&lang=en');
  expect(pageOf(given({ unit: '20242' }))).toBe('https://map.example/?window=month&rate=official&kind=locality&unit=20242&view=unit');
});

test('figures are asked for now and then, not by a page that nobody sees, and grow old without an answer', async () => {
  let [now, hidden, asked] = [0, false, 0];
  let answer: () => Promise<Answer> = () => Promise.resolve({ status: 200, date: 'Tue, 10 Nov 2026 02:42:15 GMT', body: body(10, [row('a', 9, 10)]) });
  const feed = new Feed({ fetch: () => ((asked += 1), answer()), now: () => ({ steady: now, wall: now }), hidden: () => hidden }, QUESTION);
  const settle = async (seconds: number): Promise<void> => {
    for (let s = 0; s < seconds; s += 1) {
      now += 1;
      feed.watch();
      await new Promise((done) => setImmediate(done));
    }
  };
  await settle(30);
  expect([asked, feed.state.value.picture?.version]).toEqual([2, 10]);
  hidden = true;
  await settle(30);
  expect(asked).toBe(2);
  hidden = false;
  answer = () => Promise.reject(new Error('away'));
  await settle(30);
  const { freshness, picture } = feed.state.value;
  expect([picture?.units[0]?.numerator, health(freshness!, feed.beat.value), Math.round(pictureAge(freshness!, feed.beat.value))]).toEqual([9, 'lost', 69]);
});

const definitions = (from: readonly number[]) => ({ status: 200, date: null, body: { bands: Object.fromEntries(['green', 'yellow', 'orange'].map((band, i) => [band, { from: from[i] }])) } });
test('where the bands begin is asked for until it is known, and followed', async () => {
  vi.useFakeTimers();
  let answer: () => Promise<Answer> = () => Promise.reject(new Error('away'));
  let asked = 0;
  const told: Edges[] = [];
  const stop = followEdges(() => ((asked += 1), answer()), (edges) => told.push(edges));
  await vi.advanceTimersByTimeAsync(20_000);
  expect([told, asked]).toEqual([[], 5]);
  answer = () => Promise.resolve({ status: 200, date: null, body: {} }); // one that does not fit
  await vi.advanceTimersByTimeAsync(10_000);
  answer = () => Promise.resolve(definitions([0.95, 0.85, 0.75]));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual([[['green', 950], ['yellow', 850], ['orange', 750]]]);
  answer = () => Promise.resolve(definitions([0.9, 0.8, 0.7]));
  await vi.advanceTimersByTimeAsync(300_000);
  expect(told.length).toBe(2);
  stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(told.length).toBe(2);
  vi.useRealTimers();
});
test('until it is known no figure is rounded to where a band could begin', () => {
  for (const [n, written] of [[9496, '94,96'], [94_999, '94,999'], [9500, '95,0'], [9511, '95,1'], [1, '0,0'], [9999, '99,99']] as const) expect(percent({ numerator: n, denominator: n > 10_000 ? 100_000 : 10_000 }, 'vi', ANYWHERE)).toBe(written);
  for (let n = 1; n < 1000; n += 7) for (const edge of [900, 850, 947]) {
    const shown = Number(percent({ numerator: n, denominator: 1003 }, 'en', ANYWHERE)) * 10;
    expect(shown >= edge).toBe(n * 1000 >= edge * 1003);
  }
});

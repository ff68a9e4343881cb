import { expect, test } from 'vitest';
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

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signal } from '@preact/signals';
import { followAnswer, type Following } from '../src/live/asked';
import type { Answer, Ports } from '../src/live/stream';

const version = signal(0);
const wanted = signal('/a');
let asked: { readonly url: string; readonly at: number; readonly dropped: AbortSignal | undefined }[] = [];
let open = 0;
let most = 0;
let following: Following<string>;
const SECOND = 1000;

/** A server that takes `ms` for each answer, which is the address and the version that it was asked at. */
const slow = (ms: number, status = 200): Pick<Ports, 'fetch'> => ({
  fetch: (url, dropped) => {
    asked.push({ url, at: Date.now(), dropped });
    most = Math.max(most, (open += 1));
    const body = `${url} ${version.peek()}`;
    return new Promise<Answer>((done, failed) => {
      setTimeout(() => done({ status, date: null, body }), ms);
      dropped?.addEventListener('abort', () => failed(new Error('dropped')));
    }).finally(() => (open -= 1));
  },
});
const follow = (ports: Pick<Ports, 'fetch'>): void => void (following = followAnswer(ports, String, () => wanted.value, () => version.value));
/** The city moves twice a second. */
async function moving(seconds: number): Promise<void> {
  for (let half = 0; half < 2 * seconds; half += 1) {
    version.value += 1;
    await vi.advanceTimersByTimeAsync(SECOND / 2);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  [version.value, wanted.value, asked, open, most] = [0, '/a', [], 0, 0];
});
afterEach(() => {
  following.stop();
  vi.useRealTimers();
});

test.each([300, 1100, 3000])('answers that take %i ms are shown while the city moves, one at a time', async (ms) => {
  follow(slow(ms));
  await moving(60);
  const shown = Number(following.state.value.body?.split(' ')[1]);
  expect(version.peek() - shown).toBeLessThanOrEqual((2 * ms) / SECOND + 4); // an answer on its way, a second of gathering
  expect(most).toBe(1);
});
test('the first answer is there when it has come, however much moved meanwhile, and what moved is asked for once', async () => {
  follow(slow(2500));
  await moving(3);
  expect(following.state.value.body).toBe('/a 0');
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect([following.state.value.body, asked.length]).toEqual([`/a ${version.peek()}`, 2]);
});
test('another address drops what is on its way and is asked for at once', async () => {
  follow(slow(5000));
  await moving(2);
  wanted.value = '/b';
  expect([asked.map(({ url }) => url), asked[0]?.dropped?.aborted]).toEqual([['/a', '/b'], true]);
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect(following.state.value).toMatchObject({ of: '/b', status: null });
});
test('what is followed no more is dropped, and shows nothing', async () => {
  follow(slow(5000));
  following.stop();
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect([asked[0]?.dropped?.aborted, following.state.value.body, asked.length]).toEqual([true, null, 1]);
});
test('a refusal does not end the asking', async () => {
  follow(slow(1500, 503));
  await moving(30);
  expect(following.state.value.status).toBe(503);
  expect(asked.length).toBeGreaterThan(8);
});

const still = signal(false);
const standing = (ports: Pick<Ports, 'fetch'>): void => void (following = followAnswer(ports, String, () => wanted.value, () => version.value, { still: () => still.value }));
test('while updates are paused nothing that is shown changes, an answer on its way neither; then it goes on', async () => {
  still.value = false;
  standing(slow(800));
  await vi.advanceTimersByTimeAsync(SECOND);
  await moving(1);
  await vi.advanceTimersByTimeAsync(600);
  expect(asked.length).toBe(2); // on its way
  still.value = true;
  await moving(600);
  expect([following.state.value.body, asked.length]).toEqual(['/a 0', 2]);
  still.value = false;
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  expect(following.state.value.body).toBe(`/a ${version.peek()}`);
});
test('while updates are paused a new choice is answered once, then stands still', async () => {
  still.value = false;
  standing(slow(300));
  await vi.advanceTimersByTimeAsync(SECOND);
  still.value = true;
  wanted.value = '/b';
  await moving(600);
  expect([following.state.value.body, asked.map(({ url }) => url)]).toEqual(['/b 0', ['/a', '/b']]);
});

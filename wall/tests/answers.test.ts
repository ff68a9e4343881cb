import { afterEach, expect, test, vi } from 'vitest';
import { answerOf } from '../src/live/browser';

afterEach(() => vi.unstubAllGlobals());

test('a refusal is let go of unread, or a wall that asks once a minute would keep every one of them', async () => {
  let letGo = 0;
  const body = new ReadableStream({ cancel: () => void (letGo += 1) });
  vi.stubGlobal('fetch', async () => new Response(body, { status: 404, headers: { date: 'Mon, 16 Nov 2026 01:00:00 GMT' } }));
  expect(await answerOf('/api/v1/changes', {})).toEqual({ status: 404, date: 'Mon, 16 Nov 2026 01:00:00 GMT', body: null });
  expect(letGo).toBe(1);
});
test('an answer is read', async () => {
  vi.stubGlobal('fetch', async () => new Response('{"n":1}', { status: 200 }));
  expect((await answerOf('/api/v1/map', {})).body).toEqual({ n: 1 });
});

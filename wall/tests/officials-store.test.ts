import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { body, row } from './city';
import { served, type Served } from './served';

let server: Served;
let store: typeof import('../src/officials/store');
const json = (response: ServerResponse, value: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const followUp = (n: number) => ({ unit: '20242', unit_name: 'Hải Châu', code: `VP-${n}`, violation: 'late_result', state: 'opened', opened_on: '2026-11-02', explained_on: null, closed_on: null, days_open: 14 });
/** 200 on the first page, 3 on the second; the sheet fails. */
function serve(url: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, 'http://x');
  if (pathname.endsWith('/follow-ups')) return json(response, searchParams.get('after') === 'p2' ? { as_of: '2026-11-16', follow_ups: [201, 202, 203].map(followUp), after: '' } : { as_of: '2026-11-16', follow_ups: Array.from({ length: 200 }, (_, n) => followUp(n + 1)), after: 'p2' });
  if (pathname.endsWith('/map')) return json(response, body(1, [row('20242', 9, 10)]));
  if (pathname.endsWith('/notices')) return json(response, { notices: [] });
  response.writeHead(503).end();
}
const times = (part: string): number => server.asked.filter((url) => url.includes(part)).length;
const until = async (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5_000, interval: 10 });

beforeAll(async () => {
  server = await served();
  server.serve = (request, response) => serve(request.url ?? '', response);
  vi.stubGlobal('location', { search: '', pathname: '/officials' });
  vi.stubGlobal('history', { pushState: () => undefined });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
});
afterAll(() => server.close());
beforeEach(async () => {
  vi.resetModules();
  store = await import('../src/officials/store');
  store.session.value = { id: 'p1', grants: [{ role: 'leader', units: ['20242'] }] };
  server.asked.length = 0;
});

test('whoever read on in the follow-ups is not thrown back by the minute, but who comes to them again sees them as they are', async () => {
  store.choose({ view: 'follow_ups' });
  await until(() => store.followUps.value.body?.list.length === 200);
  await store.moreFollowUps();
  expect(store.followUps.value.body?.list).toHaveLength(203);
  const before = times('/follow-ups');
  await store.refresh();
  expect([times('/follow-ups') - before, store.followUps.value.body?.list.length]).toEqual([0, 203]);
  store.choose({ view: 'notices' });
  store.choose({ view: 'follow_ups' });
  await until(() => store.followUps.value.body?.list.length === 200);
  expect(times('/follow-ups') - before).toBe(1);
});
test('a sheet that failed is not asked for with every round, but is where something was written', async () => {
  await store.refresh();
  store.choose({ view: 'sheet' });
  await until(() => store.sheet.value.status === 503);
  await store.refresh();
  await store.refresh();
  expect(times('/monthly-sheet?')).toBe(1);
  await store.refresh('changed');
  expect(times('/monthly-sheet?')).toBe(2);
});

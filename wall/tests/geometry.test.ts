import { effect, signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { unitOf } from '../src/core/model';
import { change, snapshot } from '../src/core/picture';
import { changeBody, mapBody } from '../src/core/model';
import { SeenUnits } from '../src/map/seen';
import { body, QUESTION, row } from './city';
import { danang } from './danang';

let map: typeof import('../src/map/geometry');
beforeEach(async () => {
  vi.resetModules();
  map = await import('../src/map/geometry');
});

const answer = (value: unknown, id: string, status = 200) => ({ ok: status === 200, status, headers: new Headers({ etag: `"${id}"` }), json: async () => value });
const unit = (code: string) => unitOf(row(code, 9, 10));

test('the figures do not wait for the geometry, and units without a place go into the panel', async () => {
  expect([map.geometry.value, map.hasPlace(unit('20242'))]).toEqual([null, false]);
  await map.loadGeometry(async () => answer(danang, 'aa') as never);
  expect([map.hasPlace(unit('20242')), map.hasPlace(unit('H17.10'))]).toEqual([true, false]);
});
test('a tick that names another geometry fetches just that one, which may be kept for ever; the same one is not fetched again', async () => {
  const asked: [string, string][] = [];
  const state = signal({ geometry: null as string | null });
  map.followGeometry(state, async (url, init) => (asked.push([url, init.cache]), answer(danang, asked.length === 1 ? 'aa' : 'bb') as never));
  await vi.waitFor(() => expect(map.drawn.value).toBe(danang));
  for (const geometry of ['aa', 'bb', 'bb', null]) {
    state.value = { geometry };
    await new Promise((done) => setTimeout(done));
  }
  expect(asked).toEqual([['/api/v1/geometry', 'no-cache'], ['/api/v1/geometry?v=bb', 'default']]);
});
test('without a geometry all units are tiles', async () => {
  await map.loadGeometry(async () => answer({ code: 'NO_GEOMETRY' }, '', 404) as never);
  expect(map.geometry.value).toBe('absent');
});
test('one that was drawn stays when the next cannot be had, and that is asked for again', async () => {
  vi.useFakeTimers();
  const answers = [answer(danang, 'aa'), null, answer('', 'bb', 500), answer({ ...danang, planar: false }, 'bb')];
  const ask = async () => answers.shift() ?? Promise.reject(new Error('away'));
  await map.loadGeometry(ask as never);
  await map.loadGeometry(ask as never, 'bb');
  expect([map.drawn.value, answers.length]).toEqual([danang, 2]);
  await vi.advanceTimersByTimeAsync(20_000);
  vi.useRealTimers();
  expect(map.drawn.value?.planar).toBe(false);
});

test('a change moves the signals of the units that it changed, and no other', () => {
  const before = snapshot(QUESTION, mapBody(body(5, [row('a', 9, 10), row('b', 8, 10), row('c', 7, 10)])));
  const seen = new SeenUnits();
  seen.show(before);
  const runs = new Map<string, number>();
  for (const code of ['a', 'b', 'c']) effect(() => void (seen.of(code).value, runs.set(code, (runs.get(code) ?? 0) + 1)));
  const after = change(before, changeBody({ version: 6, units: [row('b', 9, 11)] }));
  seen.show(after);
  seen.show(after);
  expect([...runs.values()]).toEqual([1, 2, 1]);
  expect([seen.of('b').value?.unit.denominator, seen.of('b').value?.changedIn]).toEqual([11, 6]);
  seen.show({ units: after.units.slice(1), changed: after.changed });
  expect([seen.of('a').value, runs.get('b')]).toEqual([undefined, 2]);
});

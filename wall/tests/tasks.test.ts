import { expect, test, vi } from 'vitest';
import { signal } from '@preact/signals';
import { Malformed } from '../src/core/model';
import { boardBody, tasksBody } from '../src/core/tasks';
import { termsOf } from '../src/core/terms';
import { followTasks, PLAN, queries, TERMS, type Wish } from '../src/tasks/follow';
import { tasksText } from '../src/tasks/text';
import type { Ports } from '../src/live/stream';

const share = (done: number, all: number, state: string, colour: string) => ({ done, all, overdue: 0, value: all ? done / all : null, state, colour });
const blocs = ['party', 'council', 'committee', 'front'].map((bloc) => ({ bloc, ...share(1, 2, 'incomplete', 'red') }));
const unit = { code: '20242', name: 'Hải Châu', kind: 'locality', rank: 1, of: 1, blocs, ...share(4, 8, 'incomplete', 'red') };
const board = (more: Record<string, unknown> = {}) => ({ as_of: '2026-11-16', year: 2026, bloc: null, plan: 'KH02', plans: ['CT-UBND', 'KH02'], stale: false, age_seconds: null, city: share(4, 8, 'incomplete', 'red'), blocs, units: [unit], ...more });
const task = (code: string, more: Record<string, unknown> = {}) => ({
  unit: '20242', unit_name: 'Hải Châu', bloc: 'party', plan: 'KH02', code, year: 2026, content: { vi: 'Số hóa', en: '' }, owner: '20242', owner_name: 'Hải Châu',
  start_on: null, due_on: '2026-10-31', done_on: null, state: 'overdue', late: false, days_over: 16, evidence: null, told_at: null, ...more,
});
const page = (tasks: readonly unknown[], after = '') => ({ as_of: '2026-11-16', year: 2026, stale: false, age_seconds: null, all: 3, tasks, after });
const both = { vi: 'a', en: 'b' };
const definitions = { blocs: { party: both }, task_states: { overdue: both }, bloc_states: { incomplete: both } };
const WISH: Wish = { plan: PLAN, unit: '', bloc: '', state: '', year: null, asOf: null };

test('an answer that does not fit is refused as a whole', () => {
  expect(boardBody(board()).plans).toEqual(['CT-UBND', 'KH02']);
  expect(boardBody(board()).units[0]).toMatchObject({ code: '20242', kind: 'locality', done: 4, all: 8, colour: 'red', blocs: { front: { done: 1 } } });
  for (const wrong of [{ units: {} }, { city: share(9, 8, 'incomplete', 'red') }, { city: share(1, 8, 'incomplete', 'blue') }, { units: [{ ...unit, blocs: blocs.slice(1) }] }, { year: '2026' }, { plans: 'KH02' }, { plans: [1] }]) expect(() => boardBody(board(wrong)), JSON.stringify(wrong)).toThrow(Malformed);
  for (const wrong of [{ due_on: null }, { days_over: 1.5 }, { content: 'text' }]) expect(() => tasksBody(page([task('D-1', wrong)])), JSON.stringify(wrong)).toThrow(Malformed);
  expect(() => termsOf({ blocs: {} }, TERMS)).toThrow(Malformed);
});
test('what is wished is asked by the names of the API, and what is usual is left out', () => {
  expect(queries(WISH)).toEqual({ board: 'plan=KH02', tasks: 'plan=KH02&limit=100' });
  expect(queries({ ...WISH, plan: 'CT-UBND' })).toEqual({ board: 'plan=CT-UBND', tasks: 'plan=CT-UBND&limit=100' });
  expect(queries({ ...WISH, plan: '' })).toEqual({ board: '', tasks: 'limit=100' });
  expect(queries({ plan: PLAN, unit: '20242', bloc: 'party', state: 'overdue', year: 2025, asOf: '2026-01-02' })).toEqual({
    board: 'plan=KH02&year=2025&bloc=party&as_of=2026-01-02', tasks: 'plan=KH02&year=2025&bloc=party&as_of=2026-01-02&unit=20242&status=overdue&limit=100',
  });
});

function server(said: (path: string) => { readonly status: number; readonly body: unknown }): { readonly ports: Ports; readonly asked: string[] } {
  const asked: string[] = [];
  const ports = { fetch: async (path: string) => (asked.push(path), { date: null, ...said(path) }) } as unknown as Ports;
  return { ports, asked };
}
const well = (path: string): { readonly status: number; readonly body: unknown } => {
  if (path.endsWith('/definitions')) return { status: 200, body: definitions };
  if (path.includes('/board')) return { status: 200, body: board() };
  return { status: 200, body: path.includes('after=') ? page([task('D-3')]) : page([task('D-1'), task('D-2')], 'x y') };
};
test('the next page is added to what is there, and a new wish begins anew', async () => {
  const { ports, asked } = server(well);
  const wish = signal(WISH);
  const followed = followTasks(ports, wish);
  await vi.waitFor(() => expect(followed.state.value.tasks.length).toBe(2));
  followed.more();
  await vi.waitFor(() => expect(followed.state.value.tasks.map(({ code }) => code)).toEqual(['D-1', 'D-2', 'D-3']));
  expect([asked.at(-1), followed.state.value.after]).toEqual(['/api/v1/tasks?plan=KH02&limit=100&after=x%20y', '']);
  wish.value = { ...WISH, unit: '20242' };
  await vi.waitFor(() => expect(followed.state.value.tasks.length).toBe(2));
  expect(asked.at(-1)).toContain('unit=20242');
  expect(asked.filter((path) => path.endsWith('/definitions')).length).toBe(1);
  followed.stop();
});
test('a server in trouble is said, and what was there stays', async () => {
  let away = false;
  const followed = followTasks(server((path) => (away ? { status: 503, body: null } : well(path))).ports, signal(WISH));
  await vi.waitFor(() => expect(followed.state.value.board).not.toBeNull());
  away = true;
  followed.more();
  await vi.waitFor(() => expect(followed.state.value.trouble).toBe(503));
  expect(followed.state.value.tasks.length).toBe(2);
  followed.stop();
});
test('the board is of the wish that it answers, not of the one that is chosen since', async () => {
  let away = false;
  const wish = signal(WISH);
  const followed = followTasks(server((path) => (away ? { status: 503, body: null } : well(path))).ports, wish);
  expect(followed.state.value.of).toBeNull();
  await vi.waitFor(() => expect(followed.state.value.board).not.toBeNull());
  expect(followed.state.value.of).toEqual(WISH);
  away = true;
  wish.value = { ...WISH, plan: 'CT-UBND', unit: '20242', year: 2025 };
  await vi.waitFor(() => expect(followed.state.value.trouble).toBe(503));
  expect(followed.state.value.of).toEqual(WISH);
  followed.stop();
});
const MINUTE = 60_000;
test('after "more" all that is shown is asked for again, page by page, and nobody is thrown back', async () => {
  vi.useFakeTimers();
  try {
    let round = 0;
    const paged = (path: string): { readonly status: number; readonly body: unknown } => {
      if (!path.includes('/tasks?')) return well(path);
      const from = path.includes('after=2') ? 2 : path.includes('after=1') ? 1 : 0;
      return { status: 200, body: page([task(`${round}-${from}`)], from === 2 ? '' : String(from + 1)) };
    };
    const { ports, asked } = server(paged);
    const followed = followTasks(ports, signal(WISH));
    const codes = (): readonly string[] => followed.state.value.tasks.map(({ code }) => code);
    await vi.advanceTimersByTimeAsync(1);
    followed.more();
    await vi.advanceTimersByTimeAsync(1);
    expect(codes()).toEqual(['0-0', '0-1']);
    for (round = 1; round <= 3; round += 1) {
      asked.length = 0;
      await vi.advanceTimersByTimeAsync(MINUTE);
      expect([codes(), followed.state.value.after]).toEqual([[`${round}-0`, `${round}-1`], '2']);
      expect(asked).toEqual(['/api/v1/tasks/board?plan=KH02', '/api/v1/tasks?plan=KH02&limit=100', '/api/v1/tasks?plan=KH02&limit=100&after=1']);
    }
    followed.stop();
  } finally {
    vi.useRealTimers();
  }
});
test('a board that comes slowly is waited for, not asked for beside itself', async () => {
  vi.useFakeTimers();
  try {
    const { ports, asked } = server(well);
    const slowly = { ...ports, fetch: (path: string) => new Promise((done) => setTimeout(() => done(ports.fetch(path)), 50_000)) } as unknown as Ports;
    const followed = followTasks(slowly, signal(WISH));
    await vi.advanceTimersByTimeAsync(3 * MINUTE);
    expect(followed.state.value.board).not.toBeNull();
    expect(asked.filter((path) => path.includes('/board')).length).toBeLessThanOrEqual(2);
    followed.stop();
  } finally {
    vi.useRealTimers();
  }
});
test('while updates are paused the board stands still; a new wish is answered once', async () => {
  vi.useFakeTimers();
  try {
    const [still, wish] = [signal(false), signal(WISH)];
    const { ports, asked } = server(well);
    const followed = followTasks(ports, wish, () => still.value);
    await vi.advanceTimersByTimeAsync(1);
    still.value = true;
    const [there, before] = [followed.state.value, asked.length];
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect([followed.state.value === there, asked.length - before]).toEqual([true, 0]);
    wish.value = { ...WISH, unit: '20242' };
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect([followed.state.value.of?.unit, asked.length - before]).toEqual(['20242', 2]);
    still.value = false;
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.length - before).toBe(4);
    followed.stop();
  } finally {
    vi.useRealTimers();
  }
});
test('a sentence takes its values', () => expect(tasksText('vi', 'share_of', { done: 1, all: 2 })).toBe('1 / 2'));

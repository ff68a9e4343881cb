import { beforeEach, expect, test, vi } from 'vitest';
import { signal } from '@preact/signals';
import { Malformed, type Question } from '../src/core/model';
import { chart, columns, labelled, lastKnown, line, type Frame } from '../src/core/trail';
import { partsOf, periodShown, unitBody } from '../src/core/unit';
import { followUnit, questionIn } from '../src/live/unit';
import type { Answer } from '../src/live/stream';
import { QUESTION } from './city';

const rate = (numerator: number, denominator: number) => ({ value: denominator ? numerator / denominator : null, numerator, denominator, low: null, high: null, few: denominator > 0 && denominator < 5, band: denominator ? 'green' : 'none', trend: null });
const rates = (numerator: number, denominator: number) => ({ official: rate(numerator, denominator), resolved: rate(7, 10), due_cohort: rate(3, 4), statutory: rate(0, 0) });
const window = (numerator = 10, denominator = 15) => ({ first: '2026-11-01', last: '2026-11-10', counts: { early: 4, on_day: 3, late: 3, received: 9 }, rates: rates(numerator, denominator) });
const point = (day: string, numerator: number, denominator: number) => ({ day, rates: rates(numerator, denominator) });
const answer = (more: Record<string, unknown> = {}) => ({
  version: 5, as_of: '2026-11-10', known_at: '2026-11-10T08:00:00+07:00', code: '20242', name: 'Hải Châu', short: '', kind: 'locality', type: 'Phường', feed_seen_at: null, stale: false,
  pending: 3, overdue: 2, paused: 1, due_today: 2, due_today_left: 1, received_today: 0, finished_today: 0, windows: { month: window() }, daily: null, trail: { days: 30, points: [point('2026-11-09', 9, 10), point('2026-11-10', 0, 0)] }, ...more,
});

test('the parts of a rate add up to its integers', () => {
  const unit = unitBody(answer());
  const month = unit.windows['month']!;
  expect(partsOf(unit, month, 'official')?.map((part) => [part.name, part.n, part.good])).toEqual([['early', 4, true], ['on_day', 3, true], ['pending', 3, true], ['late', 3, false], ['overdue', 2, false]]);
  expect(partsOf(unit, month, 'resolved')?.map((part) => part.n)).toEqual([4, 3, 3]);
  expect(partsOf(unit, month, 'due_cohort')?.map((part) => part.n)).toEqual([3, 1]);
});
test('parts that do not add up are not shown', () => {
  const unit = unitBody(answer({ windows: { '2026-10': window(11, 16) } }));
  expect(partsOf(unit, unit.windows['2026-10']!, 'official')).toBeNull();
});
test('a unit whose answer does not fit is refused as a whole', () => {
  for (const part of [{ windows: { month: { ...window(), rates: {} } } }, { pending: '3' }, { trail: { days: 30, points: {} } }, { code: 1 }]) expect(() => unitBody(answer(part)), JSON.stringify(part)).toThrow(Malformed);
  expect(unitBody(answer({ trail: null })).trail).toBeNull();
});
test('figures of a server that has no new data itself are told from those of a silent feed', () => {
  for (const [told, said] of [[{}, [false, null]], [{ stale: true }, [true, null]], [{ stale: true, age_seconds: 42 }, [true, 42]]] as const) {
    const { stale, age } = unitBody(answer(told));
    expect([stale, age]).toEqual(said);
  }
});

const FRAME: Frame = { width: 110, height: 120, left: 10, right: 0, columns: 20 };
const points = unitBody(answer({ trail: { days: 30, points: [point('2026-11-07', 90, 100), point('2026-11-08', 0, 0), point('2026-11-09', 8, 10), point('2026-11-10', 17, 20)] } })).trail!.points;
test('a day without dossiers breaks the line and has no column', () => {
  const scale = chart(points, ['official'], FRAME);
  expect([scale.from, scale.to]).toEqual([750, 950]);
  expect(line(points, 'official', scale)).toBe('M10.0 25.0h.1M76.7 75.0L110.0 50.0');
  expect(columns(points, 'official', FRAME).map((height) => Math.round(height * 10) / 10)).toEqual([6, 0, 0.6, 1.2]);
});
test('a unit without a past has no line and no last value', () => {
  const none = [point('2026-11-10', 0, 0)].map((one) => one as never);
  expect([line(none, 'official', chart(none, ['official'], FRAME)), lastKnown(none, 'official'), lastKnown(points, 'official')]).toEqual(['', -1, 3]);
});
test('all on time fits the scale', () => {
  const scale = chart([point('2026-11-10', 5, 5)] as never, ['official'], FRAME);
  expect([scale.from, scale.to, scale.y(1)]).toEqual([900, 1000, 0]);
});
test('the first and the last day are written below', () => expect([labelled(points, 3), labelled([], 3), labelled(points, 9).at(-1)]).toEqual([[0, 2, 3], [], 3]));

let asked: string[] = [];
let reply: (url: string) => Promise<Answer>;
const ports = { open: () => { throw new Error('no stream here'); }, fetch: (url: string) => (asked.push(url), reply(url)), now: () => ({ steady: 0, wall: 0 }), random: () => 0 };
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
beforeEach(() => {
  asked = [];
  reply = () => Promise.resolve({ status: 200, date: null, body: answer() });
});

test('a unit is asked for in its window and day, and anew when the question is another', async () => {
  const question = signal<Question>({ ...QUESTION, asOf: '2026-11-01' });
  const followed = followUnit(ports, () => ({ code: '20242', question: question.value }), () => question.value);
  await settled();
  question.value = { ...QUESTION, window: '7d' };
  await settled();
  expect(asked).toEqual(['/api/v1/units/20242?window=month&as_of=2026-11-01', '/api/v1/units/20242?window=7d']);
  expect(followed.state.value.body?.code).toBe('20242');
  followed.stop();
});
test('many changes of the unit are one question more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const version = signal(1);
  const followed = followUnit(ports, () => ({ code: '20242', question: QUESTION }), () => version.value);
  for (let i = 0; i < 20; i += 1) version.value += 1;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
  followed.stop();
  vi.advanceTimersByTime(600_000);
  expect(asked).toHaveLength(2);
  vi.useRealTimers();
});
test('a refusal is told and what was shown stays', async () => {
  const version = signal(1);
  const followed = followUnit(ports, () => ({ code: '20242', question: { ...QUESTION, window: version.value === 1 ? 'month' : '2026-13' } }), () => version.value);
  await settled();
  reply = () => Promise.resolve({ status: 422, date: null, body: null });
  version.value = 2;
  await settled();
  expect([followed.state.value.status, followed.state.value.body?.code]).toEqual([422, '20242']);
  followed.stop();
});

test('what is shown is called by the period and day that it was asked for, not by those that are chosen since', async () => {
  const wish = signal<Question>(QUESTION);
  const followed = followUnit(ports, () => ({ code: '20242', question: wish.value }), () => undefined);
  await settled();
  const shown = () => periodShown(followed.state.value.body!, questionIn(followed.state.value.of), wish.value);
  expect(shown()).toMatchObject({ of: { window: 'month' }, chosen: true });
  reply = () => Promise.resolve({ status: 503, date: null, body: null });
  for (const next of [{ ...QUESTION, window: '2026-09' }, { ...QUESTION, asOf: '2026-09-30' }, { ...QUESTION, knownAt: '2026-10-02T08:30:00+07:00' }]) {
    wish.value = next;
    expect(shown()).toMatchObject({ of: { window: 'month' }, chosen: false });
    await settled();
    expect([shown(), followed.state.value.status]).toMatchObject([{ of: { window: 'month' }, chosen: false }, 503]);
  }
  followed.stop();
});
test('another period of the same day that is in the answer already is shown at once', () => {
  const unit = unitBody(answer({ windows: { month: window(), quarter: window(11, 15) } }));
  expect(periodShown(unit, QUESTION, { ...QUESTION, window: 'quarter' })).toMatchObject({ of: { window: 'quarter' }, chosen: true, window: { rates: { official: { numerator: 11 } } } });
  expect(periodShown(unit, QUESTION, { ...QUESTION, window: 'quarter', asOf: '2026-09-30' })).toMatchObject({ of: { window: 'month' }, chosen: false });
  expect(periodShown(unit, { ...QUESTION, window: 'year' }, { ...QUESTION, window: '2026-09' })).toBeNull();
});
test('the question is read out of the address that was asked', () => {
  expect(questionIn('/api/v1/units/20242?window=2026-Q3&as_of=2026-09-30&known_at=2026-10-02T08%3A30%3A00%2B07%3A00')).toEqual({ window: '2026-Q3', asOf: '2026-09-30', knownAt: '2026-10-02T08:30:00+07:00' });
  expect(questionIn('/api/v1/units/20242?window=7d')).toEqual({ window: '7d', asOf: null, knownAt: null });
});

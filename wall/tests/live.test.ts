import { beforeEach, expect, test } from 'vitest';
import { health, pictureAge, type Moment } from '../src/core/freshness';
import { ask, begin, step, type State } from '../src/live/state';
import { modeOf } from '../src/live/shown';
import { Line, type Answer, type Heard, type Message, type Source } from '../src/live/stream';
import { body, city, QUESTION, row } from './city';

class FakeSource implements Source {
  readyState = 1;
  closed = false;
  private readonly listeners = new Map<string, (event: Heard) => void>();
  constructor(readonly url: string) {}
  addEventListener(type: string, listener: (event: Heard) => void): void { this.listeners.set(type, listener); }
  close(): void { this.closed = true; }
  say(type: string, data?: unknown, lastEventId = ''): void { this.listeners.get(type)?.({ data: JSON.stringify(data), lastEventId }); }
  raw(type: string, data: string): void { this.listeners.get(type)?.({ data }); }
}

let now = 0;
let sources: FakeSource[] = [];
let answer: () => Promise<Answer>;
let state: State;
let line: Line;
const moment = (): Moment => ({ steady: now, wall: now });
const last = (): FakeSource => sources.at(-1) as FakeSource;
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
const figures = (): unknown => state.picture?.units.map((unit) => unit.numerator);

beforeEach(() => {
  now = 0;
  sources = [];
  answer = () => Promise.reject(new Error('no server'));
  state = begin(QUESTION);
  const open = (url: string): Source => (sources.push(new FakeSource(url)), last());
  line = new Line({ open, fetch: () => answer(), now: moment, random: () => 0.5 }, (message: Message) => (state = step(state, message, moment())));
  line.ask(QUESTION);
});
const wait = (seconds: number): void => {
  for (let s = 0; s < seconds; s += 1) {
    now += 1;
    line.watch();
  }
};

test('a snapshot, changes and ticks make a living picture', () => {
  last().say('tick', { server_time: '2026-11-10T09:42:15+07:00', kafka_lag_seconds: 0.4 });
  expect(state.picture).toBeNull();
  last().say('snapshot', body(10, [row('a', 9, 10), row('b', 5, 10)]));
  last().say('change', { version: 12, city, units: [row('b', 6, 10)] });
  expect([figures(), state.picture?.version]).toEqual([[9, 6], 12]);
  expect(last().url).toBe('/api/v1/stream?window=month&rate=official&kind=locality');
});
test('GET /map gives the first picture, and none once the stream has', async () => {
  answer = () => Promise.resolve({ status: 200, date: 'Tue, 10 Nov 2026 02:42:15 GMT', body: body(10, [row('a', 9, 10)]) });
  line.ask(QUESTION);
  await settled();
  expect([state.picture?.version, state.freshness?.server?.at]).toEqual([10, 1_794_278_535]);
  line.ask(QUESTION);
  last().say('snapshot', body(20, [row('a', 10, 11)]));
  await settled();
  expect(state.picture?.version).toBe(20);
});
test('25 seconds of silence open the line anew; the picture stays and is called lost until then', () => {
  last().say('snapshot', body(10, [row('a', 9, 10)]));
  wait(25);
  expect(sources).toHaveLength(1);
  wait(1);
  expect([sources.length, sources[0]?.closed, figures()]).toEqual([2, true, [9]]);
  expect(health(state.freshness!, moment())).toBe('lost');
  last().say('snapshot', body(11, [row('a', 10, 10)]));
  expect(health(state.freshness!, moment())).toBe('live');
});
test('a line that fell silent goes on from its last id: what is held stays whole and the missed changes are added', async () => {
  answer = () => Promise.resolve({ status: 200, date: null, body: body(11, [row('a', 9, 10), row('b', 5, 10)]) });
  last().say('snapshot', body(10, [row('a', 8, 10), row('b', 5, 10)]), '10');
  wait(26);
  expect(last().url).toContain('&last_event_id=10');
  await settled(); // the map of version 11 comes first
  last().say('change', { version: 11, city, units: [row('a', 9, 10)] }, '11');
  last().say('change', { version: 12, city, units: [row('b', 6, 10)] }, '12');
  expect([figures(), state.picture?.version, health(state.freshness!, moment())]).toEqual([[9, 6], 12, 'live']);
});
test('an older answer of GET /map never takes back what the stream said', async () => {
  last().say('snapshot', body(20, [row('a', 9, 10)]), '20');
  wait(26);
  answer = () => Promise.resolve({ status: 200, date: null, body: body(19, [row('a', 1, 10)]) });
  wait(26);
  await settled();
  expect(figures()).toEqual([9]);
});
test('after something that did not fit the line does not go on from its id', () => {
  last().say('snapshot', body(10, [row('a', 9, 10)]), '10');
  line.doubt();
  last().say('tick', {}, '10');
  wait(5);
  expect(last().url).not.toContain('last_event_id');
  expect(state.whole).toBe(false);
});
test('an error that the browser mends is left to it; a closed stream is opened again, ever more slowly', () => {
  last().readyState = 0;
  last().say('error');
  wait(5);
  expect(sources).toHaveLength(1);
  last().readyState = 2;
  last().say('error');
  wait(2);
  expect(sources).toHaveLength(2);
  last().readyState = 2;
  last().say('error');
  wait(3);
  expect(sources).toHaveLength(2);
  wait(1);
  expect(sources).toHaveLength(3);
});
test('a closed source says nothing any more', () => {
  const old = last();
  line.ask(QUESTION);
  old.say('snapshot', body(10, [row('a', 9, 10)]));
  expect(state.picture).toBeNull();
});
test('a refusal is told with its status', async () => {
  answer = () => Promise.resolve({ status: 503, date: null, body: null });
  line.ask(QUESTION);
  await settled();
  expect(state.line.status).toBe(503);
});
test('a message that does not fit leaves the picture, and no tick vouches for it until a whole one comes', () => {
  last().say('snapshot', body(10, [row('a', 9, 10)]));
  last().say('change', { version: 11, city, units: [row('a', 12, 10)] });
  expect([figures(), state.fault === null]).toEqual([[9], false]);
  now = 61;
  last().say('tick', { kafka_lag_seconds: 0 });
  last().say('change', { version: 12, city, units: [row('a', 10, 10)] });
  expect([figures(), health(state.freshness!, moment())]).toEqual([[9], 'behind']);
  last().say('snapshot', body(13, [row('a', 10, 10)]));
  expect([figures(), state.fault, health(state.freshness!, moment())]).toEqual([[10], null, 'live']);
});
test('after doubt a whole picture is asked for, not at once', () => {
  line.doubt();
  wait(4);
  expect(sources).toHaveLength(1);
  wait(1);
  expect(sources).toHaveLength(2);
});
test('text that is not JSON is silence', () => {
  last().say('snapshot', body(10, [row('a', 9, 10)]));
  wait(20);
  last().raw('change', '{"version":');
  wait(6);
  expect(sources).toHaveLength(2);
});
test('another question keeps the old picture with its own labels until the new one comes', () => {
  last().say('snapshot', body(10, [row('a', 9, 10)]));
  const next = { ...QUESTION, rate: 'resolved' } as const;
  state = ask(state, next);
  line.ask(next);
  expect(state.picture?.question).toEqual(QUESTION);
  last().say('change', { version: 11, city, units: [row('a', 1, 10)] });
  expect(figures()).toEqual([9]);
  last().say('snapshot', body(11, [row('a', 8, 10)]));
  expect([state.picture?.question, figures()]).toEqual([next, [8]]);
});

const kept = (wall: number) => ({ type: 'kept', question: QUESTION, body: body(10, [row('a', 9, 10)]), date: 'Tue, 10 Nov 2026 02:42:15 GMT', wall }) as const;
test('a picture of an earlier run is shown as kept, with its age, until the server gives one; ticks do not vouch for it', () => {
  const later = (seconds: number): Moment => ({ steady: seconds, wall: 1000 + seconds });
  let now = step(begin(QUESTION), kept(400), later(0));
  expect([modeOf(now, null, later(0)), pictureAge(now.freshness!, later(0)), now.kept?.at]).toEqual(['kept', 600, 1_794_278_535]);
  now = step(now, { type: 'tick', question: QUESTION, body: { server_time: '2026-11-10T09:52:15+07:00', kafka_lag_seconds: 0 } }, later(5));
  expect([modeOf(now, null, later(6)), pictureAge(now.freshness!, later(6))]).toEqual(['kept', 606]);
  now = step(now, { type: 'snapshot', question: QUESTION, body: body(11, [row('a', 10, 10)]) }, later(7));
  expect([modeOf(now, null, later(7)), now.kept, pictureAge(now.freshness!, later(7))]).toEqual(['live', null, 0]);
});
test('a kept picture never takes the place of one that came, and one that does not fit is none', () => {
  const came = step(begin(QUESTION), { type: 'snapshot', question: QUESTION, body: body(11, [row('a', 10, 10)]) }, moment());
  expect(step(came, kept(0), moment())).toBe(came);
  expect(step(begin(QUESTION), { ...kept(0), body: {} }, moment()).picture).toBeNull();
});
test('a computer whose clock went backwards knows no age of the kept picture, and still does not call it live', () => {
  const now = step(begin(QUESTION), kept(5000), moment());
  expect([modeOf(now, null, { steady: 1, wall: 1 }), pictureAge(now.freshness!, { steady: 1, wall: 1 })]).toEqual(['kept', 0]);
});
test('the seconds until the next try are counted down, and at their end the line is opened anew', () => {
  wait(10);
  expect([line.untilNextTry(), sources.length]).toEqual([15, 1]);
  wait(16);
  expect([line.untilNextTry(), sources.length]).toEqual([25, 2]);
  line.close();
  expect(line.untilNextTry()).toBeNull();
});

test('one question of our own is on its way at a time, however often the line is opened; after a while it is given up', async () => {
  const pending: { readonly dropped: AbortSignal; readonly done: (answer: Answer) => void }[] = [];
  const open = (url: string): Source => (sources.push(new FakeSource(url)), last());
  const fetch = (_: string, dropped?: AbortSignal): Promise<Answer> => new Promise((done) => pending.push({ dropped: dropped!, done }));
  line = new Line({ open, fetch, now: moment, random: () => 0.5 }, (message) => (state = step(state, message, moment())));
  line.ask(QUESTION);
  const refuse = (): void => {
    last().readyState = 2;
    last().say('error');
  };
  for (let round = 0; round < 3; round += 1) {
    refuse();
    wait(4);
  }
  expect([sources.length > 3, pending.length]).toEqual([true, 1]);
  for (let round = 0; round < 10; round += 1) {
    refuse();
    wait(15);
  }
  expect([pending.length < 12, pending.filter(({ dropped }) => !dropped.aborted).length]).toEqual([true, 1]);
  pending[0]!.done({ status: 200, date: null, body: body(100, [row('a', 1, 10)]) });
  await settled();
  expect(state.picture).toBeNull();
  pending.at(-1)!.done({ status: 200, date: null, body: body(105, [row('a', 9, 10)]) });
  await settled();
  expect(state.picture?.version).toBe(105);
});
const look = (version: number, seconds: number, asked: Moment = moment()) => ({ type: 'map', question: QUESTION, date: new Date((1_794_278_535 + seconds) * 1000).toUTCString(), asked, body: body(version, [row('a', version - 100, 10)]) }) as const;
test('an answer that is older than what is held is not shown, while that is of now', () => {
  state = step(state, look(105, 0), moment());
  state = step(state, look(101, 0), moment());
  expect([figures(), state.picture?.version]).toEqual([[5], 105]);
  now = 60; // nothing came for a minute: whatever the server has is more than that
  state = step(state, look(101, 60), moment());
  expect(figures()).toEqual([1]);
});
test('what lay in a buffer while the computer slept makes no picture of now', () => {
  const awake = (seconds: number): Moment => ({ steady: now + seconds, wall: now + seconds + 28_800 });
  const tick = (seconds: number) => ({ type: 'tick', question: QUESTION, body: { server_time: new Date((1_794_278_535 + seconds) * 1000).toISOString(), kafka_lag_seconds: 0.4 } }) as const;
  state = step(state, look(101, 0), moment());
  state = step(state, tick(1), { steady: 1, wall: 1 });
  now = 2;
  state = step(state, { type: 'change', question: QUESTION, body: { version: 102, city, units: [row('a', 2, 10)] } }, awake(0));
  expect([figures(), modeOf(state, null, awake(0))]).toEqual([[2], 'lost']);
  state = step(state, tick(3), awake(0));
  expect(modeOf(state, null, awake(0))).toBe('lost');
  state = step(state, look(103, 28_803, awake(1)), awake(2));
  expect(modeOf(state, null, awake(2))).toBe('live');
});

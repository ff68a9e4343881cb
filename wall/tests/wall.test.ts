import { expect, test } from 'vitest';
import { unitOf, type Unit } from '../src/core/model';
import { heard, type Moment } from '../src/core/freshness';
import { beside } from '../src/wall/beside';
import { earlierBody, feedsBody } from '../src/wall/bodies';
import { briefingSince, caption, largest, lastHour, saidOf, thenSaid } from '../src/wall/moves';
import { decideRelease, entryOf, NOTICE_SECONDS, versionOf } from '../src/core/release';
import { reportOf, slowFrame } from '../src/wall/report';
import { restartAfter } from '../src/wall/restart';
import { following, turn } from '../src/wall/scenes';
import { brightness, enlargement, pixelsFor, reachOf, shiftAt } from '../src/wall/screen';
import { change, read, span, spanText, within } from '../src/wall/settings';
import { EDGES } from '../src/core/figures';
import { row } from './city';

const words = { lang: 'vi', edges: EDGES } as const;
const unit = (code: string, numerator: number, denominator: number, more: Record<string, unknown> = {}): Unit => unitOf(row(code, numerator, denominator, more));
const was = (numerator: number, denominator: number, more: Record<string, unknown> = {}) => ({ ...row('', numerator, denominator), ...more });
const earlier = (before: Record<string, unknown>) => earlierBody({ since: '2026-11-10T08:42:00+07:00', before });

test('every setting comes out of the address, and nonsense is the default', () => {
  const settings = read('?kiosk&scenes=today,map,today,nothing&turn=12&distance=10&night=21:30-05:00&briefing=off&shift=off&rate=resolved&lang=en');
  expect(settings).toMatchObject({ kiosk: true, scenes: ['today', 'map'], turnSeconds: 12, distance: 10, night: { from: 1290, to: 300 }, briefing: null, shift: false, rate: 'resolved', lang: 'en', kind: 'all', theme: 'dark' });
  expect(read('?turn=x&distance=-4&night=25:00-30:00&kiosk=off')).toMatchObject({ turnSeconds: 30, distance: 1, night: { from: 1200, to: 360 }, kiosk: false, shift: true });
  expect(read('').scenes).toEqual(['map', 'ranking', 'today', 'changes', 'briefing']);
});
test('a change of one setting leaves the others in the address', () => {
  expect(change('?kiosk=&turn=12', { lang: 'en' })).toBe('?kiosk=&turn=12&lang=en');
  expect(change('?lang=en', { lang: null })).toBe('');
});
test('a span of the day may pass midnight', () => {
  const night = span('20:00-06:00', null)!;
  expect([within(night, 1200), within(night, 60), within(night, 359), within(night, 360), within(night, 720)]).toEqual([true, true, true, false, false]);
  expect([spanText(night), span('off', night), span('nonsense', night)]).toEqual(['20:00-06:00', null, night]);
});

const settings = read('?turn=30');
test('scenes turn by the clock of the server, the same on every wall', () => {
  const seen = [0, 29, 30, 60, 90, 120].map((now) => turn(settings, { now, minute: 600, briefed: true, changed: true }).scene);
  expect(seen).toEqual(['map', 'map', 'ranking', 'today', 'changes', 'map']);
});
test('without a clock the first scene stays; one scene alone does not turn', () => {
  expect(turn(settings, { now: null, minute: null, briefed: false, changed: false })).toEqual({ scene: 'map', reason: 'NO_CLOCK' });
  expect(turn(read('?scenes=today'), { now: 77, minute: 1, briefed: false, changed: false })).toEqual({ scene: 'today', reason: 'ONLY' });
});
test('in the morning every second turn is the briefing, if there is one; a scene with nothing to say is left out', () => {
  const at = (now: number, minute: number, briefed: boolean): string => turn(settings, { now, minute, briefed, changed: false }).scene;
  expect([0, 30, 60, 90, 120, 150].map((now) => at(now, 430, true))).toEqual(['briefing', 'map', 'briefing', 'ranking', 'briefing', 'today']);
  expect([0, 30, 60].map((now) => at(now, 430, false))).toEqual(['map', 'ranking', 'today']);
  expect(at(0, 700, true)).toBe('map');
});
test('a wall that is set to the briefing alone shows the map outside of the morning', () => {
  expect(turn(read('?scenes=briefing'), { now: 0, minute: 430, briefed: true, changed: false })).toEqual({ scene: 'briefing', reason: 'ONLY' });
  expect(turn(read('?scenes=briefing'), { now: 0, minute: 700, briefed: true, changed: false })).toEqual({ scene: 'map', reason: 'ONLY' });
});
test('the button goes through all scenes in their order', () => expect(['map', 'briefing'].map((scene) => following(settings, scene as 'map'))).toEqual(['ranking', 'map']));

test('twenty minutes of arc at ten metres are 61 pixels of 0.95 mm', () => expect(Math.round(pixelsFor({ distance: 10, pitch: 0.95 }))).toBe(61));
test('type grows with the distance, never below the reference, never beyond what fits', () => {
  const times = (distance: number): number => enlargement({ distance, pitch: 0.95 }, 1080);
  expect([times(1), Math.round(times(3) * 100), times(10)]).toEqual([1, 102, 2]);
  expect([times(3), times(4.5), times(10)].map(reachOf)).toEqual(['near', 'middle', 'far']);
  expect(enlargement({ distance: 3, pitch: 0.475 }, 2160)).toBeCloseTo(times(3));
  expect([720, 1080, 2160].map((height) => Math.round(enlargement({ distance: 3, pitch: null }, height) * 100))).toEqual([102, 102, 102]);
});
test('the night dims, and without a clock it is day', () => {
  expect([brightness(settings, 100), brightness(settings, 600), brightness(settings, null), brightness({ night: null }, 100)]).toEqual([0.55, 1, 1, 1]);
});
test('the picture is elsewhere every ten minutes, never further than 0.4', () => {
  const places = Array.from({ length: 16 }, (_, i) => shiftAt(settings, i * 600));
  expect(places.flat().every((rem) => Math.abs(rem) <= 0.4)).toBe(true);
  expect(new Set(places.map(String)).size).toBe(8);
  expect([shiftAt(settings, 599), shiftAt({ shift: false }, 900)]).toEqual([[0, 0], [0, 0]]);
});

test('the last hour names what came into another band and what fell silent before all else, newest first', () => {
  const units = [
    unit('a', 79, 100, { band: 'orange', name: 'A' }), unit('b', 90, 100, { name: 'B', overdue: 9 }), unit('c', 85, 100, { band: 'yellow', name: 'C' }),
    unit('d', 9, 10, { stale: true, feed_seen_at: '2026-11-10T08:55:00+07:00', name: 'D' }), unit('e', 9, 10, { stale: true, feed_seen_at: '2026-11-09T08:55:00+07:00' }),
  ];
  const before = {
    a: was(81, 100, { band: 'yellow', band_changed_at: '2026-11-10T09:41:00+07:00' }), b: was(89, 100, { band: 'green', overdue: 2, changed_at: '2026-11-10T09:42:00+07:00' }),
    c: was(85, 100, { band: 'yellow' }),
  };
  const moves = lastHour(units, earlier(before), 5);
  expect(moves.map(({ unit: { code }, kind }) => [code, kind])).toEqual([['b', 'OVERDUE'], ['a', 'BAND_DOWN'], ['d', 'SILENT']]);
  expect(moves.map((move) => saidOf(move, words))).toEqual(['+7 quá hạn', 'xuống dải Cam', 'nguồn ngừng gửi']);
  expect(lastHour(units, earlier(before), 2).map(({ unit: { code } }) => code)).toEqual(['a', 'd']);
});
test('figures that moved stand with their n, and fewer than five have no rate', () => {
  const then = (now: readonly [number, number], before: readonly [number, number], lang: 'vi' | 'en' = 'vi'): string => {
    const [move] = lastHour([unit('a', ...now, { finished: 9 })], earlier({ a: was(...before) }), 5);
    return thenSaid(move!, { ...words, lang });
  };
  expect(then([95, 100], [93, 99])).toBe('93,9 › 95,0 % · n = 99 › 100');
  expect(then([1180, 1250], [1170, 1250], 'en')).toBe('93.6 › 94.4 % · n = 1,250');
  expect(then([2, 3], [1, 2])).toBe('n = 2 › n = 3');
  expect(then([5, 6], [2, 4])).toBe('n = 4 › 83,3 % · n = 6');
  expect(then([2, 4], [5, 6])).toBe('83,3 % › n = 4 · n = 6');
});
test('what was read apart stands beside a picture of about its moment and no other', () => {
  const at = (seconds: number): Moment => ({ steady: seconds, wall: seconds });
  const read = { what: 'hour', at: at(100) };
  const picture = (seconds: number, age = 0) => heard(null, at(seconds), { age });
  const old = (wall: number) => heard(null, { steady: Infinity, wall }); // as a picture of an earlier run has it
  expect([picture(100), picture(300), picture(301), picture(40), null].map((one) => beside(read, one, 60))).toEqual(['hour', 'hour', null, 'hour', null]);
  expect(beside(read, picture(900, 800), 60)).toBe('hour'); // the picture is of then, whenever that was said
  expect(beside(read, old(100), 60)).toBeNull();
  const kept = { what: 'feeds', at: null };
  expect([old(100), old(9_000), picture(100)].map((one) => beside(kept, one, 30))).toEqual(['feeds', 'feeds', null]);
});
test('the briefing has the largest changes among ranked units, with a sentence each', () => {
  const units = [unit('a', 786, 1000, { band: 'orange', name: 'Phường Hòa Khánh', overdue: 16, finished: 40 }), unit('b', 95, 100, { name: 'B' }), unit('c', 1, 3, { name: 'C' }), unit('d', 90, 100)];
  const moves = largest(units, earlier({ a: was(809, 1000, { band: 'yellow', overdue: 2, finished: 30 }), b: was(94, 100, { band: 'green' }), c: was(3, 3, { few: true }) }), 5);
  expect(moves.map(({ unit: { code } }) => code)).toEqual(['a', 'b']);
  expect(caption(moves[0]!, words)).toBe('Hòa Khánh giảm 2,3 điểm, từ 80,9 xuống 78,6 %: nay dải Cam, thêm 14 hồ sơ quá hạn, đã trả 10 hồ sơ.');
  expect(caption(moves[1]!, { lang: 'en', edges: EDGES })).toBe('B rose 1.0 points, from 94.0 to 95.0 %.');
});
test('the briefing compares with the same hour a day before, on Mondays with that of Friday', () => {
  const now = 1_794_790_830;
  expect([briefingSince(now, 2), briefingSince(now, 1), briefingSince(now, 0)].map((at) => (1_794_790_800 - at) / 86_400)).toEqual([1, 3, 2]);
});
test('feeds and earlier figures that do not fit are refused as a whole', () => {
  expect(feedsBody({ feeds: [{ source: 's', seen_at: null, missing: null, stale: false, units: ['a'] }] })).toEqual([{ source: 's', seenAt: null, missing: null, stale: false, units: ['a'] }]);
  expect(() => feedsBody({ feeds: [{}] })).toThrow();
  expect(() => earlierBody({ since: null, before: {} })).toThrow();
  expect(() => earlier({ a: { ...was(1, 2), numerator: 3 } })).toThrow();
});

const html = '<html><head><script type="module" crossorigin src="/assets/wall-AbC_12-x.js"></script></head></html>';
test('the page that the server has is known by its first script; an error page has none', () => {
  expect([entryOf(html), entryOf('<h1>502</h1>'), entryOf('<script type="module" src="/src/wall/main.tsx"></script>')]).toEqual(['/assets/wall-AbC_12-x.js', null, null]);
});
test('a wall is reloaded only for another page that the server still has a minute later, once', () => {
  const facts = { own: '/a.js', served: '/b.js', newerSince: null, triedFor: null };
  expect(decideRelease(facts, 1000)).toBe('ANNOUNCE');
  expect(decideRelease({ ...facts, newerSince: 1000 }, 1000 + NOTICE_SECONDS - 1)).toBe('ANNOUNCE');
  expect(decideRelease({ ...facts, newerSince: 1000 }, 1000 + NOTICE_SECONDS)).toBe('RELOAD');
  expect(decideRelease({ ...facts, newerSince: 1000, triedFor: '/b.js' }, 2000)).toBe('ALREADY_TRIED');
  expect(decideRelease({ ...facts, served: null, newerSince: 1000 }, 2000)).toBe('UNKNOWN');
  expect(decideRelease({ ...facts, served: '/a.js', newerSince: 1000 }, 2000)).toBe('SAME');
});
test('what fails again and again is drawn again ever more slowly; a calm of five minutes forgives', () => {
  expect([[0], [0, 1], [0, 1, 3], Array.from({ length: 20 }, (_, i) => i)].map(restartAfter)).toEqual([1, 2, 4, 60]);
  expect(restartAfter([0, 1, 2, 3, 400])).toBe(1);
});
test('a report is bounded and says nothing but numbers', () => {
  expect(slowFrame([16, 16, 16, 40])).toBe(40);
  expect(reportOf({ frames: [], heapBytes: null, eventAge: null, version: null, page: 'p', wall: 'w', mode: 'live', failures: 5000 })).toEqual({ wall: 'w', page: 'p', version: 0, mode: 'live', failures: 1000, frame_ms: null, memory_mb: null, event_age_seconds: null });
  expect(reportOf({ frames: [16.66], heapBytes: 5_242_880, eventAge: 0.84, version: 7, page: 'p', wall: 'w', mode: 'live', failures: 0 })).toMatchObject({ frame_ms: 16.7, memory_mb: 5, event_age_seconds: 0.8, version: 7 });
});
test('the name of a built page is the version that is shown', () => {
  expect(['/assets/wall-DY7AcnAa.js', '/assets/wall-AbC_12-x.js', '/odd'].map(versionOf)).toEqual(['DY7AcnAa', 'AbC_12-x', '/odd']);
});

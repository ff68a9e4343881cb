import { expect, test } from 'vitest';
import { ages, answered, elapsed, health, heard, pictureAge, serverNow, ticked, type Freshness, type Moment } from '../src/core/freshness';

const at = (seconds: number, wall = seconds): Moment => ({ steady: seconds, wall });
const tick = (lag: number | null | undefined, more: { serverTime?: number; stale?: boolean; age?: number } = {}) => ({ serverTime: null, stale: false, age: null, lag, ...more });

test('the age is the time since the server vouched plus how far it was behind', () => {
  const told = ticked(heard(null, at(0)), at(10), tick(2), true);
  expect(pictureAge(told, at(14))).toBe(6);
});
test('a picture is lost after 25 quiet seconds', () => {
  const told = heard(null, at(0));
  expect([health(told, at(25)), health(told, at(25.1))]).toEqual(['live', 'lost']);
});
test('a computer that slept does not show an old picture as live', () => {
  expect(elapsed(at(0), at(3, 28800))).toBe(28800);
  expect(health(heard(null, at(0)), at(3, 28800))).toBe('lost');
});
test('a clock that was set back makes nothing younger', () => expect(elapsed(at(0), at(30, -3600))).toBe(30));
test('a server that answers but is behind is not live', () => {
  expect(health(ticked(null, at(0), tick(840), true), at(1))).toBe('behind');
  expect(health(ticked(null, at(0), tick(0, { stale: true }), true), at(1))).toBe('behind');
});
test('while the server cannot say its lag the age runs on, though it ticks', () => {
  let told = heard(null, at(0));
  for (let s = 10; s <= 70; s += 10) told = ticked(told, at(s), tick(null), true);
  expect([pictureAge(told, at(70)), health(told, at(70))]).toEqual([70, 'behind']);
});
test('a tick does not vouch for a picture that may miss something', () => {
  expect(pictureAge(ticked(heard(null, at(0)), at(10), tick(1), false), at(10))).toBe(11);
});
test('a stale answer says its own age', () => expect(pictureAge(heard(null, at(0), { stale: true, age: 300 }), at(5))).toBe(305));
test("the server's clock runs on between its words, at its own speed", () => {
  const first = ticked(null, at(0), tick(0, { serverTime: 1000 }), true);
  expect(serverNow(first, at(4))).toBe(1004);
  const sped = ticked(first, at(10), tick(0, { serverTime: 1600 }), true);
  expect(serverNow(sped, at(11))).toBe(1660);
  const even = ticked(first, at(10), tick(0, { serverTime: 1011 }), true); // whole seconds
  expect(serverNow(even, at(11))).toBe(1012);
  expect(serverNow(heard(null, at(0)), at(1))).toBeNull();
});
test('the ages stand apart: contact with the server, and how far it was behind', () => {
  const told = ticked(heard(null, at(0)), at(10), tick(2), true);
  expect(ages(told, at(14))).toEqual({ contact: 4, sources: 2, picture: 6 });
  expect(ages(ticked(told, at(20), tick(null), true), at(21))).toEqual({ contact: 1, sources: 12, picture: 13 });
});

const HOURS = 3600;
/** A tick every ten seconds from `from` to `to`, each `late` seconds on its way; the server's clock is 1000 ahead of the page's. */
function ticking(before: Freshness | null, from: number, to: number, late = 0): Freshness {
  let told = before;
  for (let s = from; s <= to; s += 10) told = ticked(told, at(s), tick(0, { serverTime: 1000 + s - late }), true);
  return told!;
}
test('a tick from before a sleep of eight hours makes nothing younger and sets no clock back', () => {
  const woken = (seconds: number): Moment => at(61 + seconds, 61 + seconds + 8 * HOURS);
  let told = ticked(ticking(null, 0, 60), woken(0), tick(0, { serverTime: 1070 }), true); // it lay in a buffer
  expect([health(told, woken(1)), serverNow(told, woken(1))]).toEqual(['lost', 1062 + 8 * HOURS]);
  expect(pictureAge(told, woken(1))).toBeGreaterThan(7.9 * HOURS);
  told = ticked(told, woken(5), tick(0, { serverTime: 1066 + 8 * HOURS }), true);
  expect([health(told, woken(6)), Math.round(serverNow(told, woken(6))!)]).toEqual(['live', 1067 + 8 * HOURS]);
});
test('a proxy that holds every word back for two minutes is seen to, of the first on', () => {
  const first = answered(null, at(0), { serverTime: 1000, asked: at(0) });
  const told = ticking(first, 10, 300, 120);
  expect([pictureAge(told, at(301)), health(told, at(301)), serverNow(told, at(301))]).toEqual([121, 'lost', 1301]);
  const changed = heard(told, at(302));
  expect(Math.round(pictureAge(changed, at(302)))).toBe(120); // a change comes by the same way
});
test('an answer to a question of our own is no older than the question, whatever the stream brings late', () => {
  let told = ticking(answered(null, at(0), { serverTime: 1000, asked: at(0) }), 10, 100, 120);
  told = answered(told, at(101), { serverTime: 1100, asked: at(100) });
  expect([pictureAge(told, at(102)), health(told, at(102))]).toEqual([1, 'live']);
  told = ticking(told, 110, 110, 120);
  expect([pictureAge(told, at(112)), health(told, at(112))]).toEqual([11, 'live']);
});
test('a step of the computer\'s own clock is not taken for the server\'s: an answer of now proves it', () => {
  const day = 86_400;
  const stepped = (s: number): Moment => at(s, s + day);
  let told = ticked(ticking(answered(null, at(0), { serverTime: 1000, asked: at(0) }), 10, 20), stepped(30), tick(0, { serverTime: 1030 }), true);
  expect([health(told, stepped(30)), told.late > day - 10]).toEqual(['lost', true]); // as after a sleep: nothing tells them apart
  told = answered(told, stepped(31), { serverTime: 1030, asked: stepped(30) });
  expect([health(told, stepped(31)), serverNow(told, stepped(31))]).toEqual(['live', 1030]);
  for (let s = 40; s <= 200; s += 10) told = ticked(told, stepped(s), tick(0, { serverTime: 1000 + s }), true);
  expect([pictureAge(told, stepped(201)), Math.round(serverNow(told, stepped(201))!), told.late]).toEqual([1, 1201, 0]);
});
test('a slow answer proves nothing against the clock that is known', () => {
  const told = answered(ticking(null, 0, 100), at(130), { serverTime: 1102, asked: at(101) });
  expect([Math.round(serverNow(told, at(130))!), pictureAge(told, at(130))]).toEqual([1130, 28]);
});
test('a server whose clock was set back is believed when it answers', () => {
  const told = ticked(ticking(null, 0, 100), at(110), tick(0, { serverTime: 500 }), true);
  expect(serverNow(told, at(110))).toBe(1110);
  expect(serverNow(answered(told, at(112), { serverTime: 502, asked: at(111) }), at(113))).toBe(503);
});
test('whole seconds and a slow line within a few seconds are no delay', () => {
  let told = ticking(null, 0, 50);
  for (const [s, late] of [[60, 1], [70, 3], [80, 0.9], [90, 4.9]] as const) told = ticked(told, at(s), tick(0, { serverTime: 1000 + s - late }), true);
  expect([told.late, pictureAge(told, at(90)), serverNow(told, at(90))]).toEqual([0, 0, 1090]);
});
test('a city\'s clock may stand still, or run sixty times as fast, and no word of it is called late', () => {
  let told = answered(null, at(0), { serverTime: 1000, asked: at(0) });
  for (let s = 10; s <= 300; s += 10) told = ticked(told, at(s), tick(0, { serverTime: 1000 }), true);
  expect([told.late, health(told, at(301)), serverNow(told, at(301))]).toEqual([0, 'live', 1000]);
  told = answered(null, at(0), { serverTime: 1000, asked: at(0) });
  for (let s = 10; s <= 600; s += 10) told = ticked(told, at(s + (s % 3) / 2), tick(0, { serverTime: 1000 + 60 * s }), true); // half a second sooner or later
  expect([told.late, health(told, at(601))]).toEqual([0, 'live']);
  expect(Math.abs(serverNow(told, at(601))! - (1000 + 60 * 601))).toBeLessThan(60);
});
test('a browser\'s clock that runs fast for a month makes nothing old', () => {
  let told: Freshness | null = null;
  for (let s = 0; s <= 30 * 86_400; s += 600) told = ticked(told, at(s * 1.00005), tick(0, { serverTime: 1000 + s }), true);
  expect([told!.late, told!.late]).toEqual([0, 0]);
});
test('two words of the same second stop no clock for longer than to the next tick', () => {
  const twice = ticked(ticking(null, 0, 600), at(605), tick(0, { serverTime: 1600 }), true); // from another stream, five seconds on its way
  expect(serverNow(twice, at(605))).toBe(1600);
  const next = ticking(twice, 610, 620);
  expect([Math.round(serverNow(next, at(621))!), next.late]).toEqual([1621, 0]);
  const first = ticked(answered(null, at(0), { serverTime: 1000, asked: at(0) }), at(120), tick(0, { serverTime: 1000 }), true); // held back, and made in the second of the answer
  const second = ticking(first, 130, 150, 120);
  expect([pictureAge(second, at(150)), health(second, at(150)), serverNow(second, at(150))]).toEqual([120, 'lost', 1150]);
});

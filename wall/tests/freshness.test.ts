import { expect, test } from 'vitest';
import { ages, elapsed, health, heard, pictureAge, serverNow, ticked, type Moment } from '../src/core/freshness';

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

import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paced } from '../src/live/paced';
import { standing } from '../src/live/standing';
import { cameFrom } from '../src/wall/order';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

test('what comes after a pause is there at once, of a rush the newest is, and the last is never lost', () => {
  const of = signal(0);
  const shown = paced(of, 250, (before, now) => before > 0 && now > 0);
  const seen: number[] = [];
  shown.subscribe((value) => void seen.push(value));
  vi.advanceTimersByTime(1000);
  of.value = 1;
  expect(shown.value).toBe(1);
  for (let n = 2; n <= 100; n++) {
    vi.advanceTimersByTime(10);
    of.value = n;
  }
  vi.advanceTimersByTime(250);
  expect(shown.value).toBe(100);
  expect(seen.length).toBeLessThanOrEqual(2 + 1 + Math.ceil(990 / 250));
  vi.advanceTimersByTime(1000);
  of.value = 101;
  expect(shown.value).toBe(101);
  of.value = 102;
  expect(shown.value).toBe(101);
  of.value = -1; // something else: at once, and what waited does not come over it
  expect(shown.value).toBe(-1);
  vi.advanceTimersByTime(1000);
  expect(shown.value).toBe(-1);
});

test('of a list only the rows that have another place moved, and none while the order stays', () => {
  expect(cameFrom(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual([]);
  expect(cameFrom(['a', 'b', 'c'], ['b', 'a', 'c'])).toEqual([[0, 1], [1, 0]]);
  expect(cameFrom([], ['a', 'b'])).toEqual([]);
  expect(cameFrom(['a', 'b', 'c'], ['c', 'd'])).toEqual([]); // the third place is no longer there, and d is new
  expect(cameFrom(['a', 'b'], ['x', 'a', 'b'])).toEqual([[1, 0], [2, 1]]);
});
test('what is held stands still, and goes on from where the other one is', () => {
  const [of, held] = [signal(1), signal<string | null>(null)];
  const shown = standing(of, held);
  expect(shown.value).toBe(1);
  held.value = 'paused';
  of.value = 2;
  expect(shown.value).toBe(1);
  held.value = null;
  expect(shown.value).toBe(2);
});

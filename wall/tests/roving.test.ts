import { expect, test } from 'vitest';
import { tabStopOf } from '../src/map/roving';

test('a group of cells always has one tab stop: where one was, the chosen one, else the first; of those that are in it', () => {
  const order = ['H17.03', 'H17.04', 'H17.05'];
  expect(tabStopOf(order, null, null)).toBe('H17.03');
  expect(tabStopOf(order, null, 'H17.04')).toBe('H17.04');
  expect(tabStopOf(order, 'H17.05', 'H17.04')).toBe('H17.05');
  expect(tabStopOf(order, null, '20242')).toBe('H17.03'); // chosen on the map, not in the panel
  expect(tabStopOf(order, '20242', 'H17.04')).toBe('H17.04'); // gone with another picture
  expect(tabStopOf([], null, '20242')).toBeUndefined();
});

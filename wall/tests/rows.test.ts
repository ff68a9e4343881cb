import { expect, test } from 'vitest';
import { alphabetical } from '../src/core/alphabet';
import { beginning, rangeOf, WHOLE } from '../src/core/rows';

const COUNT = 3321;
const sight = { start: 0, top: 0, bottom: 640, height: 32 };

test('a list that is not long is drawn as a whole, wherever it is looked at', () => {
  expect([rangeOf(WHOLE, sight), rangeOf(94, { ...sight, start: -9000 })]).toEqual([{ from: 0, to: WHOLE }, { from: 0, to: 94 }]);
});
test('a long one is drawn where it is in sight, and as much before and after', () => {
  expect(rangeOf(COUNT, sight)).toEqual({ from: 0, to: 50 });
  expect(rangeOf(COUNT, { ...sight, start: -32 * 1000 })).toEqual({ from: 980, to: 1050 });
});
test('every row in sight is drawn at any place of scrolling', () => {
  for (let start = 700; start > -32 * COUNT + 640; start -= 317) {
    const { from, to } = rangeOf(COUNT, { ...sight, start });
    const [first, last] = [Math.max(0, Math.floor(-start / 32)), Math.min(COUNT, Math.ceil((640 - start) / 32))];
    expect(from <= first && to >= last).toBe(true);
  }
});
test('scrolled past either end, the rows at that end are drawn', () => {
  expect(rangeOf(COUNT, { ...sight, start: 99_999 })).toEqual({ from: 0, to: 10 });
  expect(rangeOf(COUNT, { ...sight, start: -32 * COUNT * 2 }).to).toBe(COUNT);
});
test('before a row was drawn its height is unknown: the beginning, of a short list all', () => {
  expect([rangeOf(COUNT, { ...sight, height: 0 }), beginning(3)]).toEqual([beginning(COUNT), { from: 0, to: 3 }]);
});

test('names have places of the Vietnamese alphabet, new ones are put among the known', () => {
  const order = (names: readonly string[]): readonly string[] => [...names].sort((a, b) => alphabetical(names).get(a)! - alphabetical(names).get(b)!);
  expect(order(['Ông Ích', 'Đại Lộc', 'Duy Xuyên', 'Ba Na'])).toEqual(['Ba Na', 'Duy Xuyên', 'Đại Lộc', 'Ông Ích']);
  expect(order(['Ea Súp', 'Đại Lộc', 'Ân Thi'])).toEqual(['Ân Thi', 'Đại Lộc', 'Ea Súp']);
});

import { expect, test } from 'vitest';
import { compare, counted, EDGES, edgesOf, gap, percent, share, trend } from '../src/core/figures';

const figure = (numerator: number, denominator: number) => ({ value: denominator === 0 ? null : numerator / denominator, numerator, denominator });
const written = (numerator: number, denominator: number) => percent(figure(numerator, denominator), 'vi');

test('one decimal, half up, decimal comma', () => {
  expect(written(144625, 184513)).toBe('78,4');
  expect(written(17690, 20000)).toBe('88,5'); // 88.45
  expect(percent(figure(1, 3), 'en')).toBe('33.3');
});
test('more digits where rounding would reach the next band', () => {
  expect(written(8996, 10000)).toBe('89,96');
  expect(written(89999, 100000)).toBe('89,999');
  expect(written(6995, 10000)).toBe('69,95');
  expect(written(900, 1000)).toBe('90,0');
});
test('100 only when all, and never reached by rounding', () => {
  expect(written(7, 7)).toBe('100');
  expect(written(9996, 10000)).toBe('99,96');
  expect(written(99_999_999, 100_000_000)).toBe('99,999999');
});
test('what is shown always stands in the true band', () => {
  for (let denominator = 1; denominator < 120; denominator += 1) {
    for (let numerator = 0; numerator <= denominator; numerator += 1) {
      const shown = Number(written(numerator, denominator).replace(',', '.'));
      for (const [, from] of EDGES) expect(shown * 10 >= from, `${numerator}/${denominator}`).toBe(numerator * 1000 >= from * denominator);
    }
  }
});
test('at every edge, from either side and however near, the figure shown stands in the true band', () => {
  const policies = [EDGES, [['green', 875], ['yellow', 800], ['orange', 650]], [['green', 999], ['yellow', 500], ['orange', 1]]] as const;
  for (const edges of policies) {
    for (const [, from] of edges) {
      for (const denominator of [7, 200, 1000, 20_000, 100_000, 1_000_000, 9_999_999]) {
        const at = Math.round((from * denominator) / 1000);
        for (let numerator = Math.max(0, at - 6); numerator <= Math.min(denominator, at + 6); numerator += 1) {
          const shown = Number(percent(figure(numerator, denominator), 'en', edges));
          for (const [, edge] of edges) expect(shown * 10 >= edge, `${numerator}/${denominator} as ${shown}, edge ${edge}`).toBe(numerator * 1000 >= edge * denominator);
        }
      }
    }
  }
  expect([written(84_995, 100_000), written(89_995, 100_000), written(79_995, 100_000), written(799_951, 1_000_000)]).toEqual(['85,0', '89,995', '79,995', '79,995']);
});
test('nothing is a dash, not 0 %', () => {
  expect(written(0, 0)).toBe('—');
  expect(written(0, 9)).toBe('0,0');
});
test('counts have the thousands mark of the language and a true minus', () => {
  expect([counted(55612, 'vi'), counted(1_234_567, 'en'), counted(999, 'vi'), counted(-1500, 'vi')]).toEqual(['55.612', '1,234,567', '999', '−1.500']);
});
test('trends say their direction once rounded', () => {
  expect([trend(0.0083, 'vi'), trend(-0.0214, 'vi'), trend(0.0004, 'vi'), trend(-0.0004, 'en'), trend(null, 'vi')]).toEqual(['↑ 0,8', '↓ 2,1', '= 0,0', '= 0.0', '']);
});
test('a gap is the difference of the figures that are shown', () => {
  expect(gap(figure(9312, 10000), figure(9018, 10000), 'vi')).toBe('+2,9');
  expect(gap(figure(842, 1000), figure(902, 1000), 'vi')).toBe('−6,0');
  expect(gap(figure(0, 0), figure(902, 1000), 'vi')).toBe('');
});
test('the ends of an interval: 100 only at one', () => expect([share(1, 'vi'), share(0.89944, 'vi'), share(0.99996, 'vi'), share(null, 'vi')]).toEqual(['100', '89,9', '100,0', '—']));
test('figures are ordered by their exact ratio, beyond the precision of floats', () => {
  expect(compare(figure(1, 3), figure(33_333_333_333, 100_000_000_000))).toBe(1);
  expect(compare(figure(2, 6), figure(1, 3))).toBe(0);
});
test('edges come from the definitions, all or none', () => {
  expect(edgesOf({ bands: { green: { from: 0.875 }, yellow: { from: 0.8 }, orange: { from: 0.7 }, red: {} } })).toEqual([['green', 875], ['yellow', 800], ['orange', 700]]);
  expect(edgesOf({ bands: { green: { from: 0.9 } } })).toBeNull();
  expect(edgesOf(null)).toBeNull();
  expect(percent(figure(8746, 10000), 'vi', [['green', 875], ['yellow', 800], ['orange', 700]])).toBe('87,46');
});

test('a figure of a few is written as one of very many with the same ratio', () => {
  const many = 2 ** 26; // sums of so many are counted in longer integers
  for (let denominator = 1; denominator < 60; denominator += 1) {
    for (let numerator = 0; numerator <= denominator; numerator += 1) {
      expect(percent(figure(numerator, denominator), 'vi')).toBe(percent(figure(numerator * many, denominator * many), 'vi'));
      expect(gap(figure(numerator, denominator), figure(1, 7), 'vi')).toBe(gap(figure(numerator * many, denominator * many), figure(1, 7), 'vi'));
    }
  }
});

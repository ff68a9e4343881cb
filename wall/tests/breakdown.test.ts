import { expect, test } from 'vitest';
import { read, write } from '../src/core/address';
import { breakdownBody, inOrder, monthsAsked, named, monthChoices } from '../src/core/breakdown';
import { Malformed } from '../src/core/model';
import { holdsMonth, monthEndBefore } from '../src/core/times';
import { monthsSaid } from '../src/unit/words';

const cell = (category: string, numerator: number, denominator: number, more: Record<string, unknown> = {}) => ({
  category, vi: category === '1' ? 'Trực tiếp' : '', en: '', months: 2, value: numerator / denominator, numerator, denominator, low: 0.5, high: 0.9, few: false, band: 'green', trend: null, ...more,
});
const answer = (more: Record<string, unknown> = {}) => ({
  code: '20242', name: 'Hải Châu', kind: 'locality', by: 'channel', window: '2026', first: '2026-01-01', last: '2026-11-16', finished: 26, stale: false, age_seconds: null,
  months: [{ month: '2026-09', published_at: '2026-10-01T01:00:00+07:00' }, { month: '2026-10', published_at: '2026-11-01T01:00:00+07:00' }],
  categories: [cell('2', 9, 12), cell('1', 7, 8, { months: 1 })], rest: { finished: 6, on_time: 6 }, ...more,
});

test('the parts and what is not told apart are the whole, else nothing is shown', () => {
  const found = breakdownBody(answer());
  expect([found.finished, found.rest, found.months]).toEqual([26, { finished: 6, onTime: 6 }, ['2026-09', '2026-10']]);
  expect(found.categories.map(({ code, months }) => [code, months])).toEqual([['2', 2], ['1', 1]]);
  for (const wrong of [{ finished: 27 }, { rest: { finished: 5, on_time: 5 } }, { categories: {} }, { months: [{}] }, { categories: [cell('1', 21, 20)], rest: { finished: 6, on_time: 0 } }, { rest: null }]) {
    expect(() => breakdownBody(answer(wrong)), JSON.stringify(wrong)).toThrow(Malformed);
  }
});
test('hours and channels stand in their own order, procedures as they came', () => {
  const { categories } = breakdownBody(answer());
  expect([inOrder('channel', categories).map(({ code }) => code), inOrder('procedure', categories).map(({ code }) => code)]).toEqual([['1', '2'], ['2', '1']]);
});
test('weekdays stand within their channels', () => {
  const { categories } = breakdownBody(answer({ categories: [cell('3|2', 9, 12), cell('1|2', 3, 4), cell('5|1', 4, 4)] }));
  expect(inOrder('weekday', categories).map(({ code }) => code)).toEqual(['5|1', '1|2', '3|2']);
});
test('a name that there is in Vietnamese alone is marked, and a code stands where nobody knows one', () => {
  const both = { code: 'x', vi: 'Đất đai', en: 'Land' };
  expect([named(both, 'vi'), named(both, 'en'), named({ ...both, en: '' }, 'en'), named({ ...both, vi: '', en: '' }, 'vi')]).toEqual([{ text: 'Đất đai' }, { text: 'Land' }, { text: 'Đất đai', lang: 'vi' }, { text: 'x' }]);
});
test('the months are those of the page where it shows a past period, else of the year', () => {
  expect(['month', '30d', '2026-10', '2026-Q3', '2026', '2026-11', 'year'].map((window) => monthsAsked(null, window, '2026-11-16'))).toEqual(['2026', '2026', '2026-10', '2026-Q3', '2026', '2026', '2026']);
  expect([monthsAsked('2025', '2026-10', '2026-11-16'), monthsAsked(null, 'month', '2026-01-20')]).toEqual(['2025', '2025']);
  expect(monthChoices('2026-11-16', '2026-10').slice(0, 3)).toEqual(['2026', '2026-10', '2026-09']);
  expect(new Set(monthChoices('2026-11-16', '2020')).has('2020')).toBe(true);
});
test('a whole month that is over lies in a window, or none does', () => {
  const holds = (window: string, today: string): boolean => holdsMonth(window, today);
  expect([holds('month', '2026-11-16'), holds('month', '2026-11-30'), holds('quarter', '2026-11-16'), holds('quarter', '2026-10-16'), holds('90d', '2026-11-30'), holds('30d', '2026-11-16'), holds('30d', '2026-12-01'), holds('2026-10', '2026-11-01'), holds('2026-11', '2026-11-16'), holds('never', '2026-11-16')])
    .toEqual([false, false, true, false, true, false, false, true, false, false]);
  expect([monthEndBefore('2026-11-16'), monthEndBefore('2026-01-01'), monthEndBefore('2028-03-31')]).toEqual(['2026-10-31', '2025-12-31', '2028-02-29']);
});
test('months are named one by one, a run of three or more by its ends', () => {
  expect([monthsSaid(['2026-10'], 'vi'), monthsSaid(['2026-10', '2026-09'], 'en'), monthsSaid(['2025-12', '2026-01', '2026-02'], 'vi'), monthsSaid(['2026-01', '2026-03', '2026-04'], 'en'), monthsSaid([], 'vi')])
    .toEqual(['tháng 10/2026', '9/2026, 10/2026', 'tháng 12/2025–tháng 2/2026', '1/2026, 3/2026, 4/2026', '']);
});
test('what is opened stands in the address', () => {
  const choice = read('?view=unit&unit=20242&by=hour&months=2026-Q3');
  expect([choice.by, choice.months, write(choice)]).toEqual(['hour', '2026-Q3', '?unit=20242&view=unit&by=hour&months=2026-Q3']);
  expect([read('?by=person').by, read('?months=ever').months]).toEqual([null, null]);
});

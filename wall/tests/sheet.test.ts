import { expect, test } from 'vitest';
import { Malformed } from '../src/core/model';
import { read, write } from '../src/officials/address';
import { followUpsOf, monthsTo, sheetOf } from '../src/officials/sheet';

const line = (more: Record<string, unknown> = {}) => ({
  code: 'QD766.PROGRESS', name: { vi: 'Tiến độ', en: 'Progress' }, value: 0.9, numerator: 90, denominator: 100, points: 18, maximum: 20, band: 'green', few: false, reason: 'VALUE', rank: 3, of: 94,
  before: { value: 0.8, numerator: 80, denominator: 100, points: 16, rank: 9 }, movement: { places: 6, difference: 0.1, reason: 'PARTED' }, ...more,
});
const sheet = (more: Record<string, unknown> = {}) => ({
  code: '20242', name: 'Hải Châu', kind: 'locality', type: 'Phường', month: '2026-10', first: '2026-10-01', last: '2026-10-31', before: '2026-09', complete: true, as_of: '2026-11-16', version: 9, policy: 1, stale: false,
  reconciliation: { state: 'not_reconciled', at: null }, lines: [line(), line({ code: 'DESK.WAIT_15', value: null, numerator: 0, denominator: 0, points: null, band: 'none', reason: 'NO_INPUTS', rank: null, before: null, movement: { places: null, difference: null, reason: 'NOT_KNOWN' } })],
  justification: { id: '1', text: 'Do mất điện', links: ['https://danang.gov.vn/a'], by: 'p1', at: '2026-11-03T09:00:00+07:00' }, ...more,
});
const followUp = (more: Record<string, unknown> = {}) => ({ unit: '20242', unit_name: 'Hải Châu', code: 'VP-1', violation: 'late_result', state: 'opened', opened_on: '2026-11-02', explained_on: null, closed_on: null, days_open: 14, ...more });

test('a sheet with what has a value, what has none, and what the unit wrote', () => {
  const found = sheetOf(sheet());
  expect(found.lines.map(({ code, numerator, rank, before }) => [code, numerator, rank, before?.rank ?? null])).toEqual([['QD766.PROGRESS', 90, 3, 9], ['DESK.WAIT_15', 0, null, null]]);
  expect([found.reconciliation, found.justification?.text, found.complete, found.lines[1]?.value]).toEqual([{ state: 'not_reconciled', at: null }, 'Do mất điện', true, null]);
  expect(JSON.stringify(found)).not.toContain('p1'); // who wrote it is an id that nobody here needs
  expect(sheetOf(sheet({ justification: null })).justification).toBeNull();
});
test('an answer that does not fit is refused as a whole', () => {
  for (const wrong of [{ lines: null }, { lines: [line({ band: 'blue' })] }, { lines: [line({ movement: null })] }, { reconciliation: {} }, { month: 10 }]) expect(() => sheetOf(sheet(wrong)), JSON.stringify(wrong)).toThrow(Malformed);
  for (const wrong of [{ follow_ups: {} }, { follow_ups: [followUp({ days_open: '3' })] }, { after: null }]) expect(() => followUpsOf({ as_of: '2026-11-16', follow_ups: [], after: '', ...wrong }), JSON.stringify(wrong)).toThrow(Malformed);
});
test('follow-ups with the days they have', () => {
  const { list } = followUpsOf({ as_of: '2026-11-16', follow_ups: [followUp(), followUp({ code: 'VP-2', state: 'closed', closed_on: '2026-11-05' })], after: '' });
  expect(list.map(({ code, explainedOn, closedOn, daysOpen }) => [code, explainedOn, closedOn, daysOpen])).toEqual([['VP-1', null, null, 14], ['VP-2', null, '2026-11-05', 14]]);
});
test('the months to choose from go over the turn of the year', () => expect([monthsTo('2026-02-03').slice(0, 4), monthsTo('2026-02-03').length]).toEqual([['2026-02', '2026-01', '2025-12', '2025-11'], 13]));
test('unit and month of a sheet stand in the address, what is no month does not', () => {
  const choice = read('?view=sheet&unit=20242&month=2026-10');
  expect([choice.view, choice.month, write(choice)]).toEqual(['sheet', '2026-10', '?view=sheet&unit=20242&month=2026-10']);
  expect([read('?view=follow_ups').view, read('?month=2026-13').month, read('?view=x').view]).toEqual(['follow_ups', null, 'mine']);
});

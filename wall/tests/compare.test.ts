import { expect, test } from 'vitest';
import { asked, read, write } from '../src/core/address';
import { compared, differenceOf, movedCounts } from '../src/core/compare';
import { mapBody, type Unit } from '../src/core/model';
import { comparedWords, differenceWords, refusedWords } from '../src/compare/words';
import { body, row } from './city';

const unit = (code: string, numerator: number, denominator: number, [low, high]: readonly [number | null, number | null], more: Record<string, unknown> = {}): Unit => mapBody(body(1, [row(code, numerator, denominator, { low, high, ...more })])).units[0]!;
const WIDE = [0.1, 0.9] as const;

test('a difference is said where the intervals part, in either direction, and else why not', () => {
  const low = unit('a', 50, 100, [0.4, 0.6]);
  const high = unit('a', 80, 100, [0.7, 0.87]);
  expect(differenceOf(high, low).difference).toBeCloseTo(0.3, 12);
  expect(differenceOf(low, high)).toMatchObject({ reason: 'PARTED' });
  expect(differenceOf(low, high).difference).toBeCloseTo(-0.3, 12);
  expect(differenceOf(high, unit('a', 65, 100, [0.55, 0.7]))).toEqual({ difference: null, reason: 'OVERLAPPING' }); // they touch
  expect(differenceOf(high, unit('a', 3, 4, WIDE))).toEqual({ difference: null, reason: 'TOO_FEW' });
  expect(differenceOf(unit('a', 0, 0, [null, null]), low).reason).toBe('NOTHING_OCCURRED');
  expect(differenceOf(null, low).reason).toBe('NOTHING_OCCURRED');
  expect(differenceOf(unit('a', 9, 10, [null, null]), low).reason).toBe('NO_INTERVAL');
});
test('what moved stands first, the greatest loss before the greatest gain; a unit of one moment alone is there too', () => {
  const now = [unit('c', 50, 100, WIDE), unit('a', 40, 100, [0.3, 0.5]), unit('b', 95, 100, [0.9, 0.98]), unit('e', 45, 100, [0.35, 0.55]), unit('new', 9, 10, WIDE)];
  const before = [unit('c', 50, 100, WIDE), unit('a', 80, 100, [0.7, 0.87]), unit('b', 50, 100, [0.4, 0.6]), unit('e', 70, 100, [0.6, 0.8]), unit('gone', 9, 10, WIDE)];
  const found = compared(now, before);
  expect(found.map((one) => one.unit.code)).toEqual(['a', 'e', 'b', 'c', 'gone', 'new']);
  expect(found.slice(4).map((one) => [one.now === null, one.before === null])).toEqual([[true, false], [false, true]]);
  expect(movedCounts(found)).toEqual({ rose: 1, fell: 2 });
  expect(found.map((one) => comparedWords(one, 'vi'))).toEqual(['↓ giảm 40,0 điểm phần trăm', '↓ giảm 25,0 điểm phần trăm', '↑ tăng 45,0 điểm phần trăm', 'không rõ rệt', 'không còn đơn vị này', 'chưa có đơn vị này']);
});
test('words of what cannot be concluded', () => {
  expect((['OVERLAPPING', 'TOO_FEW', 'NOTHING_OCCURRED', 'NO_INTERVAL'] as const).map((reason) => differenceWords({ difference: null, reason }, 'en'))).not.toContain('');
});
test('both moments stand in the address, and each is asked by its own day', () => {
  const choice = read('?view=compare&as_of=2026-11-10&against=2026-09-30&rate=resolved');
  expect([choice.view, choice.asOf, choice.against, write(choice)]).toEqual(['compare', '2026-11-10', '2026-09-30', '?rate=resolved&as_of=2026-11-10&view=compare&against=2026-09-30']);
  expect([asked(choice), asked({ ...choice, asOf: choice.against })]).toEqual(['window=month&rate=resolved&kind=locality&as_of=2026-11-10', 'window=month&rate=resolved&kind=locality&as_of=2026-09-30']);
  expect(read('?against=soon').against).toBeNull();
});
test('which of the two moments was refused is said, with the status and what to do', () => {
  expect(refusedWords('earlier', 422, 'vi')).toBe('Máy chủ không có số liệu cho thời điểm trước (lỗi 422): hãy chọn ngày khác.');
  expect([refusedWords('later', 404, 'en'), refusedWords('later', 503, 'en')]).toEqual(['The server has no figures of the later moment (error 404): choose another day.', 'The later moment has not come (error 503). Trying again.']);
});

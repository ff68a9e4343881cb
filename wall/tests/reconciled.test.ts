import { expect, test } from 'vitest';
import { Malformed } from '../src/core/model';
import { reconciledBody, sentence } from '../src/core/reconciled';

const ZONE = 'Asia/Ho_Chi_Minh';
const line = { state: 'reconciled', at: '2026-11-30T02:00:31+07:00', cells: 56980, differences: 0 };

test('the newest comparison is said with its hour, its day and over how many figures', () => {
  const found = reconciledBody({ state: 'reconciled', at: line.at, reconciliations: [line, { ...line, differences: 3 }] });
  expect(sentence(found, 'vi', ZONE)).toBe('Khớp 100 % lúc 02:00 ngày 30/11/2026: 56.980 số liệu được tính lại từ sự kiện gốc.');
  expect(sentence(found, 'en', ZONE)).toBe('Equal in every figure at 02:00 on 30/11/2026: 56,980 figures recomputed from the raw events.');
});

test('one figure that differs is never said as equal', () => {
  const found = reconciledBody({ reconciliations: [{ ...line, differences: 1 }] });
  expect(sentence(found, 'en', ZONE)).toBe('At 02:00 on 30/11/2026 1 of 56,980 figures differed from the raw events.');
});

test('none is none, and what is no comparison is refused', () => {
  expect(reconciledBody({ state: 'not_reconciled', at: null, reconciliations: [] })).toBeNull();
  expect(sentence(null, 'vi', ZONE)).toBe('Trong 31 ngày qua chưa đối soát.');
  expect(() => reconciledBody({ reconciliations: [{ ...line, cells: 'many' }] })).toThrow(Malformed);
  expect(() => reconciledBody(7)).toThrow(Malformed);
});

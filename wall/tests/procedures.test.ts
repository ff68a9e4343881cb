import { expect, test } from 'vitest';
import { read, write } from '../src/core/address';
import { Malformed } from '../src/core/model';
import { fieldsOf, lookedFor, proceduresBody } from '../src/core/procedures';

const procedure = (code: string, vi: string, more: Record<string, unknown> = {}) => ({
  code, name: { vi, en: null }, field: 'G01-CT01', limit: { amount: 7, unit: 'working_days' }, level: 'full', integrated: true, online_payment: false, kinds: [], valid_from: null, ...more,
});
const body = (...procedures: readonly unknown[]) => ({ as_of: '2026-11-16', policy: 1, count: procedures.length, integrated: 1, procedures });
const { all } = proceduresBody(body(
  procedure('1.004222', 'Đăng ký thường trú'), procedure('1.004194', 'Đăng ký tạm trú', { level: 'partial', name: { vi: 'Đăng ký tạm trú', en: 'Temporary residence' } }),
  procedure('2.000815', 'Chứng thực bản sao', { field: 'G15', level: null, limit: null, name: {} }),
));
const any = { typed: '', level: null, field: null } as const;
const codes = (looked: Partial<Parameters<typeof lookedFor>[1]>): readonly string[] => lookedFor(all, { ...any, ...looked }).map(({ code }) => code);

test('what is listed is what the answer says; a name that is missing is the other one, or the code', () => {
  expect(all.map(({ name, level, limit, field }) => [name.vi, name.en, level, limit?.amount ?? null, field])).toEqual([
    ['Đăng ký thường trú', 'Đăng ký thường trú', 'full', 7, 'G01-CT01'], ['Đăng ký tạm trú', 'Temporary residence', 'partial', 7, 'G01-CT01'], ['2.000815', '2.000815', null, null, 'G15'],
  ]);
  expect(fieldsOf(all)).toEqual(['G01-CT01', 'G15']);
});
test('a procedure is found without diacritics, by the beginnings of its words in either language, or by its code', () => {
  expect(codes({})).toHaveLength(3);
  expect([codes({ typed: 'dang ky' }), codes({ typed: 'ĐĂNG ký tru' }), codes({ typed: 'ky thuong' }), codes({ typed: 'resid' }), codes({ typed: '1.0042' }), codes({ typed: '1 004222' }), codes({ typed: 'gky' })]).toEqual([
    ['1.004222', '1.004194'], ['1.004222', '1.004194'], ['1.004222'], ['1.004194'], ['1.004222'], ['1.004222'], [],
  ]);
});
test('of one level or field alone, and both together with what was typed', () => {
  expect([codes({ level: 'full' }), codes({ field: 'G15' }), codes({ field: 'G15', level: 'full' }), codes({ typed: 'dang', level: 'partial' })]).toEqual([['1.004222'], ['2.000815'], [], ['1.004194']]);
});
test('what is looked for is in the address, and what is none falls back', () => {
  const query = '?view=procedures&q=dang+ky&level=partial&field=G01-CT01';
  expect(write(read(query))).toBe(query);
  expect(read('?field=C%C6%B0+tr%C3%BA').field).toBe('Cư trú');
  expect(read('?view=procedures&level=4&field=<b>')).toEqual(read('?view=procedures'));
});
test('an answer that does not fit is refused as a whole', () => {
  for (const wrong of [{ level: 4 }, { limit: { amount: 7, unit: 'weeks' } }, { integrated: null }, { code: 3 }, { name: 'x' }]) expect(() => proceduresBody(body(procedure('1', 'a', wrong))), JSON.stringify(wrong)).toThrow(Malformed);
});

import { expect, test } from 'vitest';
import { unitOf } from '../src/core/model';
import { folded, search } from '../src/core/search';
import { HIGHEST_FIRST, LOWEST_FIRST, orderOf, orderWord, sorted } from '../src/core/sorting';
import { row } from './city';

const named = (code: string, name: string, more: Record<string, unknown> = {}) => unitOf(row(code, 9, 10, { name, ...more }));
const UNITS = [
  named('20308', 'Hòa Vang', { type: 'Xã' }), named('20314', 'Hoà Khánh'), named('20285', 'Đắc Pring', { type: 'Xã' }), named('20551', 'Điện Bàn Đông'),
  named('H17.05', 'Sở Xây dựng', { kind: 'department', type: '' }), named('20336', 'Xã Đại Lộc', { type: 'Xã' }),
];
const codes = (typed: string): readonly string[] => search(UNITS, typed).map((unit) => unit.code);

test('diacritics, their old and new places, and case do not matter', () => {
  expect([codes('hoa vang'), codes('HÒA VANG'), codes('Hoà  Vang'), codes('hoa')]).toEqual([['20308'], ['20308'], ['20308'], ['20308', '20314']]);
});
test('đ is found by d, dd and đ', () => expect([codes('dac'), codes('ddac'), codes('Đắc'), codes('dien ban dong')]).toEqual([['20285'], ['20285'], ['20285'], ['20551']]));
test('the type before the name may be there, short or missing', () => {
  expect([codes('xã hoà vang'), codes('p. hoa khanh'), codes('phường Hòa Khánh'), codes('x.dai loc')]).toEqual([['20308'], ['20314'], ['20314'], ['20336']]);
});
test('words are found by their beginnings, in any order; a code by its beginning', () => {
  expect([codes('xay so'), codes('h17.05'), codes('2031'), codes('ang')]).toEqual([['H17.05'], ['H17.05'], ['20314'], []]);
});
test('nothing typed finds all', () => expect([codes(''), codes('  . ')].map((found) => found.length)).toEqual([6, 6]));
test('folding keeps letters and digits only', () => expect(folded(' UBND Phường  Hải-Châu 1 ')).toBe('ubnd phuong hai chau 1'));

const TABLE = [row('a', 9, 10, { overdue: 3, trend: null, rank: 1 }), row('b', 5, 10, { overdue: 9, trend: 0.1, rank: 3 }), row('c', 0, 0, { rank: null }), row('d', 2, 3, { rank: null }), row('e', 50, 80, { overdue: 1, trend: -0.1, rank: 2 })].map(unitOf);
const order = (word: string): string => sorted(TABLE, orderOf(word)).map((unit) => unit.code).join('');

test('by rate, few and none stand last whichever way', () => expect([order('rate'), order('-rate')]).toEqual(['beadc', 'aebdc']));
test('other columns sort by their numbers; what has none stands last', () => expect([order('-overdue').slice(0, 1), order('trend'), order('-trend'), order('rank').slice(0, 3)]).toEqual(['b', 'ebacd', 'beacd', 'aeb']));
test('names sort as Vietnamese does', () => expect(sorted(UNITS, orderOf('name')).map((unit) => unit.name)[0]).toBe('Xã Đại Lộc'));
test('an order is a word in the address and comes back from it', () => {
  expect([orderWord(LOWEST_FIRST), orderWord(HIGHEST_FIRST), orderOf('luck'), orderOf('-rate')]).toEqual(['rate', '-rate', LOWEST_FIRST, HIGHEST_FIRST]);
});

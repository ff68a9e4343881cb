import { expect, test } from 'vitest';
import { asked, inOrder, isOfMeasures, read, write } from '../src/core/address';

test('defaults stay out of the address and what is chosen comes back from it', () => {
  expect(write(read(''))).toBe('');
  const query = '?window=2026-Q3&rate=resolved&kind=department&as_of=2026-11-01&known_at=2026-11-02T08%3A30%3A00%2B07%3A00&lang=en&theme=dark&unit=H17.03&view=unit&q=hoa+vang&sort=-n';
  expect(write(read(query))).toBe(query);
});
test('unknown words fall back; a period, day or instant that cannot be read is named', () => {
  const { unread, ...rest } = read('?window=never&rate=x&kind=y&lang=fr&theme=pink&as_of=soon&known_at=2026-13-01T00:00&against=2026-99-99&view=unit&sort=luck');
  expect({ ...rest, unread: [] }).toEqual(read(''));
  expect(unread).toEqual(['window=never', 'as_of=soon', 'known_at=2026-13-01T00:00', 'against=2026-99-99']);
  expect(read('?window=2026-Q3&as_of=2026-11-01&known_at=&against=').unread).toEqual([]);
  expect(read(`?as_of=${'x'.repeat(100)}`).unread[0]).toHaveLength(41);
});
test('the offset of an instant may have lost its plus on the way, and it is the same instant', () => {
  for (const at of ['2026-11-03T10:00:00+07:00', '2026-11-03T10:00:00%2B07:00', '2026-11-03T10:00:00%2b07:00']) expect([read(`?known_at=${at}`).knownAt, read(`?known_at=${at}`).unread]).toEqual(['2026-11-03T10:00:00+07:00', []]);
  expect(read('?known_at=2026-11-03T10:00+0700').knownAt).toBe('2026-11-03T10:00+0700');
  expect(asked(read('?known_at=2026-11-03T10:00:00+07:00'))).toContain('known_at=2026-11-03T10%3A00%3A00%2B07%3A00');
  expect(read('?known_at=2026-11-03 10:00').unread).toEqual(['known_at=2026-11-03 10:00']);
});
test('parameters of others are kept', () => expect(write(read('?lang=en'), '?kiosk=1&window=7d')).toBe('?kiosk=1&lang=en'));
test('another day and what was known are asked for too', () => expect(asked(read('?window=7d&as_of=2026-11-01&known_at=2026-11-02T08:30'))).toBe('window=7d&rate=official&kind=locality&as_of=2026-11-01&known_at=2026-11-02T08%3A30'));
test('the API is asked by window, rate and kind', () => expect(asked(read('?window=7d'))).toBe('window=7d&rate=official&kind=locality'));
test('two days that are compared stand in their order, and only there', () => {
  const turned = read('?view=compare&as_of=2026-09-30&against=2026-11-10');
  expect([turned.against, turned.asOf]).toEqual(['2026-09-30', '2026-11-10']);
  expect(inOrder({ ...turned, asOf: '2026-09-01' })).toMatchObject({ against: '2026-09-01', asOf: '2026-09-30' });
  expect(inOrder({ ...turned, asOf: null })).toMatchObject({ against: '2026-09-30', asOf: null });
  expect(read('?as_of=2026-09-30&against=2026-11-10')).toMatchObject({ asOf: '2026-09-30', against: '2026-11-10' }); // a map is of the day that was asked for
});
test('a ranking can be by an indicator whatever it is by now, a unit\'s page is about rates', () => {
  expect((['map', 'compare', 'ranking', 'unit', 'tasks'] as const).map(isOfMeasures)).toEqual([true, true, true, false, false]);
});

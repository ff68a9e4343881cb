import { expect, test } from 'vitest';
import { asked, read, write } from '../src/core/address';

test('defaults stay out of the address and what is chosen comes back from it', () => {
  expect(write(read(''))).toBe('');
  const query = '?window=2026-Q3&rate=resolved&kind=department&lang=en&theme=dark&unit=H17.03';
  expect(write(read(query))).toBe(query);
});
test('unknown words fall back', () => expect(read('?window=never&rate=x&kind=y&lang=fr&theme=pink')).toEqual({ window: 'month', rate: 'official', kind: 'locality', lang: 'vi', theme: null, unit: null }));
test('parameters of others are kept', () => expect(write(read('?lang=en'), '?kiosk=1&window=7d')).toBe('?kiosk=1&lang=en'));
test('the API is asked by window, rate and kind', () => expect(asked(read('?window=7d'))).toBe('window=7d&rate=official&kind=locality'));

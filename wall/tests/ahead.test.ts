import { expect, test } from 'vitest';
import { aheadBody } from '../src/core/ahead';
import { Malformed } from '../src/core/model';
import { text } from '../src/core/text';

const horizon = (more: Record<string, unknown> = {}) => ({ working_days: 3, last: '2026-11-18', due: 15, due_reason: 'AT_LEAST', expected: 6, low: 4, high: 9, reason: 'OWN_PACE', ...more });
const hidden = horizon({ working_days: 1, due: null, due_reason: 'SUPPRESSED', expected: null, low: null, high: null, reason: 'SUPPRESSED' });
const answer = (horizons: unknown) => ({ code: '20242', name: 'Hải Châu', kind: 'locality', as_of: '2026-11-16', at: '2026-11-16T08:00:00+07:00', method: 'PRODUCT_LIMIT', level: 0.9, record_first: '2026-10-19', record_last: '2026-11-15', horizons, paused: null, undated: null, stale: false, age_seconds: null });

test('a look-ahead is read with what is due, what is expected and within which bounds', () => {
  expect(aheadBody(answer([hidden, horizon()]))).toEqual({
    code: '20242', level: 0.9, first: '2026-10-19', last: '2026-11-15',
    horizons: [
      { days: 1, last: '2026-11-18', due: null, late: null, reason: 'SUPPRESSED' },
      { days: 3, last: '2026-11-18', due: 15, late: { expected: 6, low: 4, high: 9 }, reason: 'OWN_PACE' },
    ],
  });
});
test('an expectation of none is not the same as no expectation', () => {
  const none = horizon({ expected: 0, low: 0, high: 1 });
  const unknown = horizon({ expected: null, low: null, high: null, reason: 'TOO_LITTLE_DATA' });
  expect(aheadBody(answer([none, unknown])).horizons.map(({ late }) => late)).toEqual([{ expected: 0, low: 0, high: 1 }, null]);
});
test('an answer that does not fit is refused as a whole', () => {
  for (const part of [{}, [horizon({ reason: 'BECAUSE' })], [horizon({ low: 9, high: 4 })], [horizon({ low: null })], [horizon({ due: '15' })], [horizon({ last: 5 })]]) expect(() => aheadBody(answer(part)), JSON.stringify(part)).toThrow(Malformed);
});
test('how it is reckoned is one sentence with its dates in both languages', () => {
  for (const lang of ['vi', 'en'] as const) {
    const said = text(lang, 'ahead_rule', { dates: '19/10–15/11/2026', level: '90' });
    expect(said).toContain('19/10–15/11/2026');
    expect(said).toContain('90 %');
    expect(said).not.toMatch(/[{}]/);
  }
});

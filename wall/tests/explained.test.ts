import { expect, test } from 'vitest';
import { explainedBody, published } from '../src/core/explained';
import { Malformed } from '../src/core/model';
import { span } from '../src/core/times';

const flags = { first: '2026-11-01', last: '2026-11-15', of: 40, found: 40, counts: [{ flag: 'reopened', dossiers: 5, reason: 'AT_LEAST' }, { flag: 'undated', dossiers: null, reason: 'SUPPRESSED' }, { flag: 'end_backdated', dossiers: 25, reason: 'AT_LEAST' }] };
const answer = (more: Record<string, unknown> = {}) => ({
  code: '20242', rate: 'official', definition: { edition: 1, source: 'QĐ 766', rules: { policy: 3 } },
  gaps: [{ against: 'resolved', numerator: 5, denominator: 100, value: 0.05, reason: 'PARTED' }, { against: 'statutory', numerator: 0, denominator: 0, value: null, reason: 'NOTHING_OCCURRED' }],
  flags, late_data: { steps: 10, late: 2, value: 0.2, since: '2026-11-01' }, ...more,
});

test('an explanation is read with what is published of flags, the most frequent first', () => {
  const told = explainedBody(answer());
  expect(told.gaps).toEqual([{ against: 'resolved', value: 0.05, reason: 'PARTED' }, { against: 'statutory', value: null, reason: 'NOTHING_OCCURRED' }]);
  expect(published(told.flags!.counts).map(({ flag, dossiers }) => [flag, dossiers])).toEqual([['end_backdated', 25], ['reopened', 5]]);
  expect([told.policy, told.edition, told.late]).toEqual([3, 1, { steps: 10, late: 2, value: 0.2 }]);
});
test('what cannot be told is null', () => expect([explainedBody(answer({ flags: null })).flags, explainedBody(answer({ late_data: null })).late]).toEqual([null, null]));
test('an answer that does not fit is refused as a whole', () => {
  for (const part of [{ gaps: {} }, { gaps: [{ against: 'best', reason: 'PARTED' }] }, { gaps: [{ against: 'resolved', reason: 'BECAUSE' }] }, { flags: { ...flags, counts: [{ flag: 'x', dossiers: '5' }] } }, { definition: {} }]) expect(() => explainedBody(answer(part)), JSON.stringify(part)).toThrow(Malformed);
});
test('two dates are written as the days between them', () => expect([span('2026-11-01', '2026-11-15'), span('2026-11-15', '2026-11-15'), span('2025-12-20', '2026-01-02')]).toEqual(['1–15/11/2026', '15/11/2026', '20/12/2025–2/1/2026']));

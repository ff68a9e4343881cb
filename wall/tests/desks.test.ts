import { expect, test } from 'vitest';
import { desksBody, isSaid, longestBound, within } from '../src/core/desks';
import { Malformed } from '../src/core/model';
import { boundSaid, boundShort } from '../src/unit/words';

const BOUNDS = [60, 300, 900, 1200, 5400, 7200, null];
const length = (...counts: number[]) => ({ count: counts.reduce((a, b) => a + b, 0), seconds: 9, median_at_most_seconds: 900, p90_at_most_seconds: null, buckets: BOUNDS.map((at_most_seconds, i) => ({ at_most_seconds, count: counts[i] ?? 0 })) });
const tickets = { taken: 40, served: 30, abandoned: 4, waited: length(1, 2, 20, 5, 0, 1, 3), service: null };
const none = { tickets: null, appointments: null, satisfaction: null };
const answer = (more: Record<string, unknown> = {}) => ({
  code: '20242', name: 'Hải Châu', kind: 'locality', version: 3, as_of: '2026-11-16', window: 'month', first: '2026-11-01', last: '2026-11-16', waiting: 2, tickets, appointments: { booked: 9, kept: 7, missed: 2 },
  satisfaction: { numerator: 8, denominator: 10, value: 0.8, low: 0.5, high: 0.9, by_score: [0, 1, 1, 3, 5] }, desks: [{ desk: 'Q01', withheld: true, ...none }], connections: [{ desk: 'Q01', heard_at: '2026-11-16T08:45:00+07:00', stale: false }], ...more,
});

test('the figures of a unit and of its desks; what is under five or nothing is null', () => {
  const found = desksBody(answer());
  expect([found.tickets?.taken, found.tickets?.waited?.median, found.tickets?.waited?.p90, found.tickets?.service, found.satisfaction?.numerator, found.waiting]).toEqual([40, 900, null, null, 8, 2]);
  expect(found.desks).toEqual([{ desk: 'Q01', withheld: true, ...none }]);
  expect([isSaid(found), isSaid(desksBody(answer({ ...none, waiting: 0, desks: [] })))]).toEqual([true, false]);
});
test('which desks are connected is said with when each was heard of', () => expect(desksBody(answer()).connections).toEqual([{ desk: 'Q01', heardAt: '2026-11-16T08:45:00+07:00', stale: false }]));
test('an answer that does not fit is refused as a whole', () => {
  for (const wrong of [{ waiting: null }, { desks: {} }, { tickets: { ...tickets, waited: { ...length(1), count: 2 } } }, { satisfaction: { numerator: 2, denominator: 1 } }, { appointments: 3 }, { connections: [{ desk: 'Q01', heard_at: null, stale: false }] }, { connections: [{ desk: 'Q01', heard_at: '2026-11-16T08:45:00+07:00' }] }]) expect(() => desksBody(answer(wrong)), JSON.stringify(wrong)).toThrow(Malformed);
});
test('a share within a bound is exact, and not known within what is none', () => {
  const { waited } = desksBody(answer()).tickets!;
  expect([within(waited!, 900), within(waited!, 7200), within(waited!, 600), longestBound(waited!)]).toEqual([23, 29, null, 7200]);
});
test('a time is said by its bound, beyond the last by more than that', () => {
  const waited = desksBody(answer()).tickets!.waited!;
  expect([boundSaid(900, waited, 'vi'), boundSaid(null, waited, 'vi'), boundShort(900, waited, 'en'), boundShort(null, waited, 'en')]).toEqual(['15 phút', 'hơn 2 giờ', 'at most 15 min', 'more than 2 h']);
  expect([60, 2700, 3600, 5400, 7200].map((seconds) => boundSaid(seconds, waited, 'vi'))).toEqual(['1 phút', '45 phút', '60 phút', '90 phút', '2 giờ']); // no bound is told shorter than it is
  expect(boundShort(5400, waited, 'en')).toBe('at most 90 min');
});

/** A small made-up city in the API's own shape. */
export const row = (code: string, numerator: number, denominator: number, more: Record<string, unknown> = {}) => ({
  code, name: `Đơn vị ${code}`, kind: 'locality', type: 'Phường', value: denominator === 0 ? null : numerator / denominator, numerator, denominator, low: null, high: null,
  few: denominator > 0 && denominator < 5, band: denominator === 0 ? 'none' : numerator * 10 >= denominator * 9 ? 'green' : 'red', rank: 1, of: 3, trend: null, received: 1, finished: 1,
  pending: 1, due_today: 0, due_today_left: 0, overdue: 2, paused: 0, feed_seen_at: '2026-11-10T09:42:00+07:00', stale: false, ...more,
});
const rate = { value: 0.9, numerator: 9, denominator: 10 };
export const city = { ...row('H17', 9, 10), kind: 'city', name: 'Đà Nẵng', time_zone: 'Asia/Ho_Chi_Minh', rates: { official: rate, resolved: rate, due_cohort: { value: null, numerator: 0, denominator: 0 }, statutory: rate }, received_today: 1, finished_today: 2, due_today_left: 3 };
export const body = (version: number, units: readonly object[]) => ({ version, as_of: '2026-11-10', known_at: null, window: 'month', rate: 'official', city, units, stale: false });
export const QUESTION = { window: 'month', rate: 'official', kind: 'locality' } as const;

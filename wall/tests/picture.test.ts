import { expect, test } from 'vitest';
import { changeBody, instant, Malformed, mapBody, tickBody, unitOf } from '../src/core/model';
import { news } from '../src/core/news';
import { change, longName, lookOf, placesOf, shortName, snapshot, tally } from '../src/core/picture';
import { lowestFirst } from '../src/core/sorting';
import { aloud, onCell } from '../src/view/words';
import { EDGES } from '../src/core/figures';
import { body, city, QUESTION, row } from './city';

const SETTING = { lang: 'vi', today: '2026-11-10', zone: 'Asia/Ho_Chi_Minh', edges: EDGES } as const;
const begun = snapshot(QUESTION, mapBody(body(10, [row('a', 9, 10), row('b', 5, 10), row('c', 0, 0), row('d', 2, 3)])));

test('a change replaces whole units and leaves the others as the same objects', () => {
  const next = change(begun, changeBody({ version: 11, city, units: [row('b', 6, 10)] }));
  expect(next.units.map((unit) => unit.numerator)).toEqual([9, 6, 0, 2]);
  expect(next.units[0]).toBe(begun.units[0]);
  expect([...next.changed]).toEqual([['b', 11]]);
});
test('a change that is not newer is not applied twice', () => expect(change(begun, changeBody({ version: 10, city, units: [row('b', 9, 10)] }))).toBe(begun));
test('a new contact of a feed is no visible change', () => {
  expect(change(begun, changeBody({ version: 11, city, units: [row('a', 9, 10, { feed_seen_at: '2026-11-10T09:43:00+07:00' })] })).changed.size).toBe(0);
});
test('a unit that was not there is added, one of another bloc is not', () => {
  const next = change(begun, changeBody({ version: 11, city, units: [row('e', 1, 9), row('f', 1, 9, { kind: 'department' })] }));
  expect(next.units.map((unit) => unit.code)).toEqual(['a', 'b', 'c', 'd', 'e']);
});
test('lowest first; few and none at the end', () => expect(lowestFirst(begun.units).map((unit) => unit.code)).toEqual(['b', 'a', 'd', 'c']));
test('a silent feed leaves its band in the legend', () => {
  expect([...tally([unitOf(row('a', 9, 10)), unitOf(row('b', 9, 10, { stale: true }))])]).toEqual([['green', 1], ['old', 1]]);
});
test('a cell shows a rate only for a live feed with enough dossiers', () => {
  const cells = [row('a', 9, 10), row('b', 2, 3), row('c', 0, 0), row('d', 9, 10, { stale: true, feed_seen_at: '2026-11-10T08:55:00+07:00' }), row('e', 9, 10, { stale: true, feed_seen_at: null })].map(unitOf);
  expect(cells.map(lookOf)).toEqual(['rate', 'few', 'none', 'old', 'old']);
  expect(cells.map((unit) => onCell(unit, SETTING))).toEqual([{ value: '90,0', letter: 'X' }, { value: 'n = 3', letter: 'Đ' }, { value: '—', letter: '' }, { value: 'cũ 08:55', letter: '' }, { value: 'chưa gửi', letter: '' }]);
});
test('a screen reader hears name, figure, band, n and age', () => {
  expect(aloud(unitOf(row('a', 9, 10, { name: 'Hải Châu', stale: true, feed_seen_at: '2026-11-10T08:55:00+07:00' })), SETTING)).toBe('Phường Hải Châu: 90,0 %, dải Xanh, 10 hồ sơ; số liệu cũ từ 08:55');
  expect(aloud(unitOf(row('c', 0, 0)), SETTING)).toContain('không phát sinh');
});
test('a name is written without or with its type, whatever the source says', () => {
  const unit = unitOf(row('a', 9, 10, { name: 'UBND phường Hải Châu' }));
  expect([shortName(unit), longName(unit)]).toEqual(['Hải Châu', 'Phường Hải Châu']);
});
test('what does not fit is refused as a whole', () => {
  const wrong = [{ band: 'blue' }, { numerator: 11 }, { denominator: '10' }, { value: Number.NaN }, { code: 7 }, { numerator: -1 }];
  for (const part of wrong) expect(() => mapBody(body(1, [row('a', 9, 10, part)])), JSON.stringify(part)).toThrow(Malformed);
  expect(() => mapBody(null)).toThrow(Malformed);
});
test('instants are seconds or ISO with an offset; nothing is nothing', () => {
  expect([instant(1_800_000_000), instant('2026-11-10T09:42:15+07:00'), instant(0), instant(''), instant('yesterday'), instant(null)]).toEqual([1_800_000_000, 1_794_278_535, null, null, null, null]);
});
test('a tick tells a lag, that it cannot tell, or nothing of it', () => {
  expect([tickBody({ kafka_lag_seconds: 0.4 }).lag, tickBody({ kafka_lag_seconds: null }).lag, tickBody({}).lag]).toEqual([0.4, null, undefined]);
});
test('the news name a few units that changed band, and are silent when nothing shown changed', () => {
  const next = change(begun, changeBody({ version: 11, city, units: [row('b', 9, 10, { name: 'Hải Châu' })] }));
  expect(news(begun, next, 'vi')).toBe('1 đơn vị đổi số liệu. Toàn thành phố 90,0 %. Phường Hải Châu: dải Xanh.');
  expect(news(begun, begun, 'vi')).toBeNull();
  expect(news(begun, { ...next, question: { ...QUESTION, rate: 'resolved' } }, 'vi')).toBeNull();
});
test('the places of a city are its communes and wards; a city of departments alone has those', () => {
  const [place, office] = [unitOf(row('a', 9, 10)), unitOf(row('b', 9, 10, { kind: 'department' }))];
  expect(placesOf([place, office])).toEqual([place]);
  expect(placesOf([office])).toEqual([office]);
});
test('what was withdrawn since is kept beside the picture of then', () => {
  const withdrawn = [{ set: 'RANKED', year: '2025', published_at: '2026-11-01T08:00:00+07:00', withdrawn_at: '2026-11-09T08:30:00+07:00', again_at: null }];
  expect(snapshot(QUESTION, mapBody({ ...body(1, []), withdrawn })).withdrawn).toEqual([{ year: '2025', withdrawnAt: '2026-11-09T08:30:00+07:00', againAt: null }]);
  expect(begun.withdrawn).toEqual([]);
  expect(() => mapBody({ ...body(1, []), withdrawn: [{ year: '2025' }] })).toThrow(Malformed);
});

import { expect, test } from 'vitest';
import { Malformed } from '../src/core/model';
import { boardBody, contactAfter, modeOf, NO_CONTACT, pageOf } from '../src/desk/model';
import { change, keyOf, read } from '../src/desk/settings';
import { asOfSaid, staleSaid } from '../src/desk/words';

const dossier = (more: Record<string, unknown> = {}) => ({ digits: '1204', status: 4, step: { vi: 'Đang xử lý', en: 'Being processed' }, ready: false, paused: false, promised_on: '2026-11-18', ...more });
const answer = (more: Record<string, unknown> = {}) => ({ at: '2026-11-16T08:00:00+07:00', unit: '20242', name: 'Hải Châu', desk: 'Q01', calling: [12, 9], waiting: 3, dossiers: [dossier()], ...more });

test('the key stands in the part of the address that no browser sends, or is typed; never in the query', () => {
  const found = read('?desk=20242.Q01&lang=en&kiosk&every=30', '#key=abcdefgh', null);
  expect(found).toEqual({ desk: '20242.Q01', key: 'abcdefgh', lang: 'en', theme: 'dark', kiosk: true, everySeconds: 30 });
  expect(read('?desk=20242.Q01&key=inquery1', '', null).key).toBeNull();
  expect(read('?desk=20242.Q01', '', 'typedkey').key).toBe('typedkey');
  expect(change('?desk=20242.Q01&key=inquery1', { lang: 'en' })).toBe('?desk=20242.Q01&lang=en');
  expect([keyOf(' dk_0123456789 '), keyOf('short'), keyOf('with space'), keyOf('đường-dẫn-khóa')]).toEqual(['dk_0123456789', null, null, null]);
});
test('what stands behind # and cannot be a key is none: the one that was typed holds', () => {
  expect([read('?desk=20242.Q01', '#key=short', null).key, read('?desk=20242.Q01', '#key=%C4%91%C6%B0%E1%BB%9Dng-d%E1%BA%ABn', null).key, read('?desk=20242.Q01', '#key=short', 'typedkey').key]).toEqual([null, null, 'typedkey']);
});
test('what is no desk and no number of seconds is not taken', () => {
  expect(['?desk=20242', '?desk=../../keys', '?desk=20242.Q01/board', ''].map((search) => read(search, '', null).desk)).toEqual(['', '', '', '']);
  expect([read('?every=1', '', null), read('?every=soon', '', null), read('?every=9999', '', null)].map((one) => one.everySeconds)).toEqual([5, 30, 300]);
});
test('of a dossier no more than four digits ever stand there', () => {
  expect(boardBody(answer()).dossiers[0]).toEqual({ digits: '1204', step: { vi: 'Đang xử lý', en: 'Being processed' }, ready: false, paused: false, promisedOn: '2026-11-18' });
  for (const wrong of [{ dossiers: [dossier({ digits: 'H17.31-261103-1204' })] }, { dossiers: [dossier({ digits: '12045' })] }, { dossiers: [dossier({ step: 'x' })] }, { at: 'now' }, { calling: ['1'] }, { waiting: null }]) expect(() => boardBody(answer(wrong)), JSON.stringify(wrong)).toThrow(Malformed);
});
test('a board is of now, stale after three missed answers, and nothing where the key is not of this desk', () => {
  const at = (steady: number) => ({ steady, wall: steady });
  const mode = (heard: number | null, status: number | null, now: number, behind = false) => modeOf({ heard: heard === null ? null : at(heard), behind, status }, at(now), 15);
  expect([mode(0, null, 1, true), mode(0, 403, 1, true)]).toEqual(['stale', 'refused']);
  expect([mode(null, null, 9), mode(null, 503, 99), mode(0, null, 45), mode(0, 0, 45), mode(0, null, 46), mode(0, 503, 46), mode(0, 403, 1), mode(0, 401, 1), mode(0, 404, 1)])
    .toEqual(['connecting', 'connecting', 'live', 'live', 'stale', 'stale', 'refused', 'refused', 'unknown']);
});
test('a board of a server without new data is old, with the age that it tells and no time of its own', () => {
  const [live, old, untold] = [boardBody(answer()), boardBody(answer({ stale: true, age_seconds: 300 })), boardBody(answer({ stale: true }))];
  expect([live.old, old.old, untold.old]).toEqual([null, 300, 0]);
  expect([asOfSaid(live, 'vi'), asOfSaid(old, 'vi')]).toEqual(['Số liệu lúc 08:00 ngày 16/11/2026', '']);
  expect([live, old, untold].map((one) => staleSaid(one, 'vi')[0])).toEqual(['Số liệu lúc 08:00 ngày 16/11/2026, không phải bây giờ', 'Số liệu cũ 5 phút, không phải bây giờ', 'Số liệu cũ, không phải bây giờ']);
  expect(staleSaid(old, 'en')).toEqual(['Data 5 min old, not of now', expect.stringContaining('no new data itself')]);
  expect(contactAfter(NO_CONTACT, { status: 200, body: old }, { steady: 1, wall: 1 }).behind).toBe(true);
});
test('a refusal stands while no answer comes, until a board does or another refusal', () => {
  const now = { steady: 1, wall: 1 };
  const statuses = (...answers: number[]) => answers.reduce((contact, status) => contactAfter(contact, { status, body: status === 200 ? boardBody(answer()) : null }, now), NO_CONTACT).status;
  expect([statuses(403, 0), statuses(403, 503), statuses(401, 0, 503), statuses(404, 500), statuses(403, 404), statuses(403, 200), statuses(403, 200, 503), statuses(0, 503)]).toEqual([403, 403, 401, 404, 404, null, 503, 503]);
});
test('a list that is longer than the screen comes in pages, each in its turn', () => {
  const list = [1, 2, 3, 4, 5];
  expect([0, 1, 2, 3].map((turn) => pageOf(list, 2, turn).items)).toEqual([[1, 2], [3, 4], [5], [1, 2]]);
  expect([pageOf([], 2, 7), pageOf([1, 2], 2, 1).items]).toEqual([{ items: [], page: 1, pages: 1 }, [1, 2]]);
});

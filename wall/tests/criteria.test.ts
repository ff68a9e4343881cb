import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { catalogueOf } from '../src/core/catalogue';
import { Malformed } from '../src/core/model';
import { read, write } from '../src/officials/address';
import { criteriaOf, keptOf, yearBy, yearsTo } from '../src/officials/criteria';
import { holding, isLost, justificationBody, leftOf, newestOf, overtaken, refusalOf, saysAgain, shownOf, tooMuch, typed } from '../src/officials/justification';
import { officialsText } from '../src/officials/text';
import { body, row } from './city';
import { served, type Served } from './served';

const both = { vi: 'a', en: 'b' };
const indicator = (code: string) => ({ code, group: null, name: { vi: `${code} vi`, en: `${code} en` }, meaning: both, kind: 'manual', maximum: 15, numerator: [`fact:${code}`], denominator: [] });
const set = (code: string, more: Record<string, unknown> = {}) => ({ code, name: both, total: true, yearly: true, groups: [], classes: [], indicators: [indicator(`${code}.ONE`)], ...more });
const catalogue = { sets: [set('PAR'), set('CITY'), set('MONTHLY', { yearly: false })] };
const points = (code: string, more: Record<string, unknown> = {}) => ({ code, points: 11.5, maximum: 15, reason: 'VALUE', self_points: 14, gap: 2.5, ...more });
const unit = (code: string, criteria: readonly unknown[]) => ({ code, criteria });
const ranking = (...units: readonly unknown[]) => ({ rankings: units.length === 0 ? [] : [{ kind: 'locality', of: 1, units }] });
const said = (text: string, at = '2026-11-16T08:00:00+07:00', links: readonly string[] = []) => ({ id: '1', text, links, by: 'p1', at });
const [PAR] = catalogueOf(catalogue);

test('criteria are those of the unit, with both points, named by the catalogue or else by their code', () => {
  const answer = ranking(unit('20194', [points('PAR.TWO')]), unit('20242', [points('PAR.ONE'), points('PAR.OLD', { points: null, reason: 'NO_INPUTS', self_points: null })]));
  expect(criteriaOf(answer, '20242', PAR!).criteria).toEqual([
    { code: 'PAR.ONE', name: { vi: 'PAR.ONE vi', en: 'PAR.ONE en' }, points: 11.5, maximum: 15, reason: 'VALUE', own: 14 },
    { code: 'PAR.OLD', name: { vi: 'PAR.OLD', en: 'PAR.OLD' }, points: null, maximum: 15, reason: 'NO_INPUTS', own: null },
  ]);
  expect([criteriaOf(answer, '20333', PAR!).criteria, criteriaOf(ranking(), '20242', PAR!).criteria]).toEqual([[], []]);
});
test('an answer that does not fit is refused as a whole', () => {
  for (const wrong of [{}, ranking('x'), ranking(unit('20242', [points('PAR.ONE', { points: '11' })])), ranking({ code: '20242', criteria: null })]) expect(() => criteriaOf(wrong, '20242', PAR!), JSON.stringify(wrong)).toThrow(Malformed);
  for (const wrong of [{}, { justifications: [{ text: 1, links: [] }] }, { justifications: [{ text: 'a', links: null }] }]) expect(() => newestOf(wrong), JSON.stringify(wrong)).toThrow(Malformed);
});
test('of what was written the first, which is the newest, holds, without who wrote it; none is none', () => {
  const found = newestOf({ justifications: [said('Mới', '2026-11-16T09:00:00+07:00', ['https://a.vn/1']), said('Cũ')] });
  expect(found).toEqual({ newest: { text: 'Mới', links: ['https://a.vn/1'], at: '2026-11-16T09:00:00+07:00' } });
  expect(newestOf({ justifications: [] })).toEqual({ newest: null });
});
test('what was just sent stays until something as new is read back', () => {
  const [old, sent, other] = ['08:00', '08:05', '08:06'].map((time) => ({ text: time, links: [], at: `2026-11-16T${time}:00+07:00` }));
  expect([holding(sent, null), holding(sent, old!), holding(sent, sent!), holding(sent, other!), holding(undefined, null), holding(null, old!)].map((one) => one?.text ?? null)).toEqual(['08:05', '08:05', '08:05', '08:06', null, '08:00']);
});
test('what is posted names the subject, its period and each link', () => {
  expect(justificationBody({ about: 'monthly-sheet', period: '2026-10' }, ' Do mất điện \n', 'https://a.vn/1\n\n https://a.vn/2')).toEqual({ about: 'monthly-sheet', period: '2026-10', text: 'Do mất điện', links: ['https://a.vn/1', 'https://a.vn/2'] });
});
test('what the server could not tell apart is not sent, and says which field and which link', () => {
  const links = (...list: readonly string[]) => tooMuch(justificationBody({ about: 'PAR.ONE', period: '2026' }, 'a', list.join('\n')));
  const text = (words: string) => tooMuch(justificationBody({ about: 'PAR.ONE', period: '2026' }, words, ''));
  expect([text('a'.repeat(1000)), text(' \n'), text('a'.repeat(1001))]).toEqual([null, { field: 'text', reason: 'EMPTY' }, { field: 'text', reason: 'TOO_LONG' }]);
  expect([links(...Array<string>(5).fill('https://a.vn/1')), links(...Array<string>(6).fill('https://a.vn/1')), links('https://a.vn/1', `https://a.vn/${'a'.repeat(300)}`)])
    .toEqual([null, { field: 'links', n: 6, reason: 'TOO_MANY' }, { field: 'links', n: 2, reason: 'BAD_LINK' }]);
});
test('what the server refuses is said of the field and the link, counted from one', () => {
  expect(['text: PERSONAL', 'text: TOO_LONG', 'links[0]: BAD_LINK', 'links[2]: PERSONAL'].map((part) => refusalOf(`not valid: ${part}`)))
    .toEqual([{ field: 'text', reason: 'PERSONAL' }, { field: 'text', reason: 'TOO_LONG' }, { field: 'links', n: 1, reason: 'BAD_LINK' }, { field: 'links', n: 3, reason: 'PERSONAL' }]);
  expect(refusalOf('not valid: period')).toEqual({ field: 'period' });
  expect(['', 'not valid: periods', 'not valid: text: BAD_LINK', 'not valid: links[0]: EMPTY', 'not valid: links: BAD_LINK'].map(refusalOf)).toEqual([null, null, null, null, null]);
});
test('of what is written a form shows what holds until it is touched, then says when something newer came', () => {
  const [old, newer] = ['08:00', '08:05'].map((time) => ({ text: time, links: ['https://a.vn/1'], at: `2026-11-16T${time}:00+07:00` }));
  expect([shownOf(undefined, old!).text, shownOf(undefined, newer!).text, shownOf(undefined, null).text]).toEqual(['08:00', '08:05', '']);
  const draft = typed(undefined, old!, { text: 'Của tôi' });
  expect(draft).toEqual({ text: 'Của tôi', links: 'https://a.vn/1', on: old });
  expect(typed(draft, old!, { text: '08:00' })).toBeUndefined();
  expect(typed(undefined, old!, { text: '08:00 ' })?.text).toBe('08:00 '); // who types on keeps the space
  expect(shownOf(draft, newer!).text).toBe('Của tôi');
  expect([overtaken(draft, old!), overtaken(draft, newer!), overtaken(undefined, newer!), overtaken(draft, null), overtaken(typed(undefined, null, { text: 'a' }), old!)]).toEqual([false, true, false, false, true]);
  const sent = { ...newer!, text: 'Của tôi' };
  expect([overtaken(draft, sent), saysAgain(draft!, sent), saysAgain(draft!, newer!)]).toEqual([false, true, false]); // it was stored, though its answer was lost
  expect([leftOf(draft, draft!, sent), leftOf({ ...draft!, text: 'Của tôi, thêm' }, draft!, sent)]).toEqual([undefined, { ...draft, text: 'Của tôi, thêm', on: sent }]);
  expect([0, -1, 202, 422, 503].map(isLost)).toEqual([true, true, false, false, false]);
});
test('a set that did not come is named and takes no other away, nor what was there of it', () => {
  const [, CITY] = catalogueOf(catalogue);
  const [par, city] = [{ code: 'PAR', name: both, criteria: [{}] }, { code: 'CITY', name: both, criteria: [] }] as never[];
  const away = { status: 503, body: null };
  const kept = (before: readonly never[], ...come: readonly (readonly [string, unknown])[]) => keptOf([PAR!, CITY!], before, new Map(come) as never);
  expect(kept([], ['PAR', { status: 200, body: par }], ['CITY', { status: 200, body: city }])).toEqual({ body: [par], missing: [], status: 200 });
  expect(kept([], ['PAR', { status: 200, body: par }], ['CITY', away])).toEqual({ body: [par], missing: [{ code: 'CITY', name: both }], status: 503 });
  expect(kept([par!], ['PAR', away], ['CITY', { status: 200, body: city }])).toEqual({ body: [par], missing: [{ code: 'PAR', name: both }], status: 503 });
  expect(kept([par!], ['CITY', { status: 200, body: city }])).toEqual({ body: [par], missing: [], status: 200 });
});
test('a year in which nothing is scored may be one before the unit was there', () => {
  expect([officialsText('vi', 'criteria_none'), officialsText('en', 'criteria_none')].map((words) => /hoặc đơn vị chưa có trong năm đó|or the unit was not there yet/.test(words))).toEqual([true, true]);
});
test('the year stands in the address, what is no year does not', () => {
  expect(write(read('?view=criteria&unit=20242&year=2025'))).toBe('?view=criteria&unit=20242&year=2025');
  expect([read('?year=20255').year, read('?year=2026-10').year, yearsTo('2026-01-02')]).toEqual([null, null, ['2026', '2025', '2024']]);
  expect(['2099', '2027', '2026', '2025', null].map((asked) => yearBy('2026-12-31', asked))).toEqual(['2026', '2026', '2026', '2025', '2026']);
});

let server: Served;
let store: typeof import('../src/officials/store');
let justify: typeof import('../src/officials/Justify');
let stored: readonly unknown[] = [];
let fails = 0; // with this status
let away: readonly string[] = [];
let later = 0;
const json = (response: ServerResponse, value: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
function serve(url: string, response: ServerResponse): void {
  const { pathname } = new URL(url, 'http://x');
  if (pathname.endsWith('/map')) return json(response, body(1, [row('20242', 9, 10)]));
  if (pathname.endsWith('/notices')) return json(response, { notices: [] });
  if (pathname.endsWith('/indicators')) return json(response, catalogue);
  if (away.some((part) => pathname.endsWith(part))) return void response.writeHead(503).end();
  if (pathname.endsWith('/rankings/PAR')) return json(response, ranking(unit('20242', [points('PAR.ONE')])));
  if (pathname.endsWith('/rankings/CITY')) return json(response, ranking());
  if (pathname.endsWith('/justifications') && response.req.method === 'POST') return void response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code: 'INVALID_PARAMETER', detail: 'not valid: links[1]: BAD_LINK' }));
  if (pathname.endsWith('/justifications') && !fails) return json(response, { justifications: stored });
  response.writeHead(fails || 503).end();
}
const times = (part: string): number => server.asked.filter((url) => url.includes(part)).length;

beforeAll(async () => {
  server = await served();
  server.serve = (request, response) => serve(request.url ?? '', response);
  vi.stubGlobal('location', { search: '?view=criteria&year=2026', pathname: '/officials' });
  vi.stubGlobal('history', { pushState: () => undefined, replaceState: () => undefined });
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + later * 1000);
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
});
afterAll(() => (vi.restoreAllMocks(), server.close()));
beforeEach(async () => {
  vi.resetModules();
  [stored, fails, away, later] = [[], 0, [], 0];
  store = await import('../src/officials/store');
  justify = await import('../src/officials/Justify');
  store.session.value = { id: 'p1', grants: [{ role: 'official', units: ['20242'] }] };
  server.asked.length = 0;
});

test('the criteria of the yearly sets that are for the unit, once a minute whatever the stream says; what was written of each, every ten minutes while somebody looks', async () => {
  await store.refresh();
  expect(store.criteria.value.body?.map((one) => [one.code, one.criteria.length])).toEqual([['PAR', 1]]);
  expect([...store.written.value.found]).toEqual([['PAR.ONE', null]]);
  expect(server.asked).toContain('/api/v1/units/20242/justifications?about=PAR.ONE&period=2026');
  await store.refresh();
  expect([times('/rankings/'), times('/justifications')]).toEqual([2, 1]);
  later = 40;
  await store.refresh();
  expect([times('/rankings/'), times('/justifications')]).toEqual([2, 1]);
  stored = [said('Của người khác')];
  later = 60;
  await store.refresh();
  expect([times('/rankings/'), times('/justifications')]).toEqual([4, 1]);
  vi.stubGlobal('document', { hidden: true }); // nobody looks: no rows in the audit log
  later = 600;
  await store.refresh();
  expect([times('/rankings/'), times('/justifications')]).toEqual([6, 1]);
  vi.stubGlobal('document', { hidden: false });
  later = 660;
  await store.refresh();
  expect([times('/rankings/'), times('/justifications')]).toEqual([8, 2]);
  expect(store.written.value.found.get('PAR.ONE')?.text).toBe('Của người khác');
});
test('a set that failed leaves the others there and is asked for again, alone, as soon as the page does; the others still each minute', async () => {
  away = ['/rankings/CITY'];
  await store.refresh();
  expect([store.criteria.value.status, store.criteria.value.body?.map(({ code }) => code), store.criteria.value.missing.map(({ code }) => code)]).toEqual([503, ['PAR'], ['CITY']]);
  await store.refresh();
  expect([times('/rankings/CITY'), times('/rankings/PAR')]).toEqual([1, 1]);
  for (later = 5; later < 60; later += 5) await store.refresh();
  expect([times('/rankings/CITY'), times('/rankings/PAR'), times('/justifications')]).toEqual([12, 1, 1]);
  away = [];
  await store.refresh();
  expect([times('/rankings/CITY'), times('/rankings/PAR'), times('/justifications'), store.criteria.value.status, store.criteria.value.missing]).toEqual([13, 2, 1, 200, []]);
});
test.each([503, 429])('of which criterion it did not come what was written (%i), it is asked for again, alone, as soon as the page does', async (status) => {
  fails = status;
  await store.refresh();
  expect([store.criteria.value.unread, times('/rankings/'), times('/justifications')]).toEqual([['PAR.ONE'], 2, 1]);
  fails = 0;
  await store.refresh();
  expect(times('/justifications')).toBe(1);
  later = 5;
  await store.refresh();
  expect([store.criteria.value.unread, store.written.value.found.size, times('/rankings/'), times('/justifications')]).toEqual([[], 1, 2, 2]);
  later = 10;
  await store.refresh();
  expect(times('/justifications')).toBe(2);
});
test('where all sets failed there is nothing to show yet, which is not the same as none', async () => {
  away = ['/rankings/CITY', '/rankings/PAR'];
  await store.refresh();
  expect([store.criteria.value.status, store.criteria.value.body]).toEqual([503, null]);
  [away, later] = [[], 5];
  await store.refresh();
  expect([store.criteria.value.status, store.criteria.value.body?.length]).toEqual([200, 1]);
});
test('a year that has not begun is the running one, and a year stays while somebody writes', async () => {
  store.choice.value = { ...store.choice.value, year: '2099' };
  expect(store.year.value).toBeNull();
  await store.refresh();
  expect([store.today.value, store.year.value, times('period=2099')]).toEqual(['2026-11-10', '2026', 0]);
  store.choice.value = { ...store.choice.value, year: null };
  store.stay();
  store.today.value = '2027-01-01';
  expect([store.year.value, store.criteriaAt.value]).toEqual(['2026', '20242 2026']);
});
test('what is being written is kept by its subject until it is sent or nobody is signed in', async () => {
  const [one, other] = ['2026', '2025'].map((period) => ({ unit: '20242', about: 'PAR.ONE', period }));
  store.keepDraft(one!, typed(undefined, null, { text: 'Đang viết' }));
  store.choose({ view: 'mine' });
  expect([store.draftOn(one!)?.text, store.draftOn(other!)]).toEqual(['Đang viết', undefined]);
  store.keepDraft(other!, typed(undefined, null, { text: 'a' }));
  store.keepDraft(other!, undefined);
  expect([store.draftOn(one!)?.text, store.draftOn(other!)]).toEqual(['Đang viết', undefined]);
  store.heard({ status: 401, body: null });
  expect(store.draftOn(one!)).toBeUndefined();
});
test('who opens a form is told whether the newest came', async () => {
  await store.refresh();
  expect(await store.readWritten('PAR.ONE')).toBe(200);
  fails = 503;
  expect(await store.readWritten('PAR.ONE')).toBe(503);
});
test('criteria that are chosen before it is known whose they are come as soon as it is', async () => {
  store.choice.value = { ...store.choice.value, view: 'mine' };
  const first = store.refresh();
  store.choose({ view: 'criteria' });
  await first;
  expect(store.criteria.value.body).toHaveLength(1);
});
test('what was sent is shown at once and not taken back by an older answer; what did not come is asked for again', async () => {
  fails = 503;
  await store.refresh();
  expect([store.criteria.value.body?.length, store.written.value.found.size]).toEqual([1, 0]);
  fails = 0;
  await store.refresh('changed');
  store.keepWritten('20242 2026', 'PAR.ONE', { text: 'Đã gửi', links: [], at: '2026-11-16T09:00:00+07:00' });
  stored = [said('Cũ')];
  await store.readWritten('PAR.ONE');
  expect(store.written.value.found.get('PAR.ONE')?.text).toBe('Đã gửi');
  store.keepWritten('20242 2025', 'PAR.ONE', { text: 'Năm khác', links: [], at: '2026-11-16T10:00:00+07:00' });
  expect(store.written.value.found.get('PAR.ONE')?.text).toBe('Đã gửi');
});
test('of a refusal the page knows which part was refused', async () => {
  const { pathOf, posted } = await import('../src/officials/server');
  expect(await posted(pathOf.justifications('20242'), { about: 'PAR.ONE', period: '2026', text: 'a', links: [] }, () => 'stored')).toEqual({ status: 422, body: null, detail: 'not valid: links[1]: BAD_LINK' });
});
test('there is a form for officials of the unit and who leads it, for nobody else', () => {
  const as = (role: string, ...units: readonly string[]) => (store.session.value = { id: 'p1', grants: [{ role, units }] }, [justify.mayWrite('20242'), justify.mayWrite('20194')]);
  expect([as('official', '20242'), as('leader', '20242', '20194'), as('operator', '20242'), as('reader', '20242'), as('official')]).toEqual([[true, false], [true, true], [false, false], [false, false], [false, false]]);
});

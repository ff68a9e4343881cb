import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { catalogueOf } from '../src/core/catalogue';
import { Malformed } from '../src/core/model';
import { read, write } from '../src/officials/address';
import { criteriaOf, yearsTo } from '../src/officials/criteria';
import { holding, justificationBody, newestOf, refusalOf, tooMuch } from '../src/officials/justification';
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
  expect(['', 'not valid: period', 'not valid: text: BAD_LINK', 'not valid: links[0]: EMPTY', 'not valid: links: BAD_LINK'].map(refusalOf)).toEqual([null, null, null, null, null]);
});
test('the year stands in the address, what is no year does not', () => {
  expect(write(read('?view=criteria&unit=20242&year=2025'))).toBe('?view=criteria&unit=20242&year=2025');
  expect([read('?year=20255').year, read('?year=2026-10').year, yearsTo('2026-01-02')]).toEqual([null, null, ['2026', '2025', '2024']]);
});

let server: Served;
let store: typeof import('../src/officials/store');
let justify: typeof import('../src/officials/Justify');
let stored: readonly unknown[] = [];
let fails = false;
const json = (response: ServerResponse, value: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
function serve(url: string, response: ServerResponse): void {
  const { pathname } = new URL(url, 'http://x');
  if (pathname.endsWith('/map')) return json(response, body(1, [row('20242', 9, 10)]));
  if (pathname.endsWith('/notices')) return json(response, { notices: [] });
  if (pathname.endsWith('/indicators')) return json(response, catalogue);
  if (pathname.endsWith('/rankings/PAR')) return json(response, ranking(unit('20242', [points('PAR.ONE')])));
  if (pathname.endsWith('/rankings/CITY')) return json(response, ranking());
  if (pathname.endsWith('/justifications') && response.req.method === 'POST') return void response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code: 'INVALID_PARAMETER', detail: 'not valid: links[1]: BAD_LINK' }));
  if (pathname.endsWith('/justifications') && !fails) return json(response, { justifications: stored });
  response.writeHead(503).end();
}
const times = (part: string): number => server.asked.filter((url) => url.includes(part)).length;

beforeAll(async () => {
  server = await served();
  server.serve = (request, response) => serve(request.url ?? '', response);
  vi.stubGlobal('location', { search: '?view=criteria&year=2026', pathname: '/officials' });
  vi.stubGlobal('history', { pushState: () => undefined });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
});
afterAll(() => server.close());
beforeEach(async () => {
  vi.resetModules();
  [stored, fails] = [[], false];
  store = await import('../src/officials/store');
  justify = await import('../src/officials/Justify');
  store.session.value = { id: 'p1', grants: [{ role: 'official', units: ['20242'] }] };
  server.asked.length = 0;
});

test('the criteria of the yearly sets that are for the unit, and of each once whether something was written', async () => {
  await store.refresh();
  expect(store.criteria.value.body?.map((one) => [one.code, one.criteria.length])).toEqual([['PAR', 1]]);
  expect([...store.written.value.found]).toEqual([['PAR.ONE', null]]);
  expect(server.asked).toContain('/api/v1/units/20242/justifications?about=PAR.ONE&period=2026');
  await store.refresh();
  expect([times('/rankings/'), times('/justifications')]).toEqual([2, 1]);
  await store.refresh('changed');
  expect([times('/rankings/'), times('/justifications')]).toEqual([4, 1]);
});
test('criteria that are chosen before it is known whose they are come as soon as it is', async () => {
  store.choice.value = { ...store.choice.value, view: 'mine' };
  const first = store.refresh();
  store.choose({ view: 'criteria' });
  await first;
  expect(store.criteria.value.body).toHaveLength(1);
});
test('what was sent is shown at once and not taken back by an older answer; what did not come is asked for again', async () => {
  fails = true;
  await store.refresh();
  expect([store.criteria.value.body?.length, store.written.value.found.size]).toEqual([1, 0]);
  fails = false;
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

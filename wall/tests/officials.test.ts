import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bodyOf, replySaid, suggestedUntil } from '../src/officials/actions';
import { read, write } from '../src/officials/address';
import { modeOf, shownAt, SILENT_SECONDS } from '../src/officials/contact';
import { accountOf, grouped, itemOf, linkOf, listingOf, noticesOf, type Account, type Kind } from '../src/officials/model';
import { standing, switchOff, switchOn } from '../src/officials/push';
import { frameFor, strip } from '../src/officials/strip';
import { duration, hours, later, near } from '../src/officials/times';
import { leftOf, leftSaid, nameSaid, standsAt, untilSaid } from '../src/officials/words';

const at = (day: string, time = '08:00'): string => `2026-11-${day}T${time}:00+07:00`;
const RAW = {
  code: 'H17.31-261103-1426', unit: '20242', procedure: '1.013124', procedure_name: { vi: 'Đăng ký biến động', en: null }, status: 4, step: null, open: true, counted: true,
  received_at: at('03'), ended_at: null, due_at: at('11', '10:30'), first_due_at: at('10'), left_minutes: 528, group: 'later', on_time_today: false, moved: false,
};
const item = (more: object = {}) => itemOf({ ...RAW, ...more });
const span = (kind: Kind, day: string, from: string, to: string) => ({ kind, from: at(day, from), to: at(day, to), minutes: (Date.parse(at(day, to)) - Date.parse(at(day, from))) / 60_000 });
/** The dossier of the sketch: received Tuesday 3/11, paused over Thursday and Friday, due on Wednesday 11/11. */
const SPANS = [
  span('counted', '03', '08:00', '11:30'), span('counted', '03', '13:30', '17:00'), span('counted', '04', '07:00', '11:30'), span('counted', '04', '13:30', '17:00'),
  span('counted', '05', '07:00', '10:00'), span('paused', '05', '10:00', '11:30'), span('paused', '05', '13:30', '17:00'), span('paused', '06', '07:00', '11:30'), span('paused', '06', '13:30', '14:30'),
  span('counted', '06', '14:30', '17:00'), span('counted', '09', '07:00', '11:30'), span('counted', '09', '13:30', '17:00'), span('counted', '10', '07:00', '09:42'), span('remaining', '10', '09:42', '11:30'), span('remaining', '10', '13:30', '17:00'), span('remaining', '11', '07:00', '10:30'),
];
const account = (more: object = {}): Account => accountOf({
  code: RAW.code, unit: RAW.unit, at: at('10', '09:42'), item: RAW, procedure: { code: RAW.procedure, name: null, limit_minutes: 2400, limit_text: { vi: '5 ngày làm việc', en: '5 working days' } }, spans: SPANS,
  totals: { counted: 1872, paused: 630, remaining: 528, late: 0, void: 0, limit: 2400 }, due: { due_at: at('11', '10:30'), first_due_at: at('10'), by: 'computed', sentence: { vi: 'câu', en: 'sentence' } },
  pauses: [{ from: at('05', '10:00'), to: at('06', '14:30'), minutes: 630, status: 5, ordinal: 1, effect: 'ADDED', days: null, denied_at: null, source: null, arrived_at: null }], rules: { policy: 7, calendar: 4, rules: 2, procedures: 0, stages: 0 }, why: [], now: { reason: 'NOT_DUE', next: null },
  days: null, taken_back: [], working_hours: { vi: 'thứ Hai–thứ Sáu', en: 'Mon–Fri' }, exceptions: [], spans_left_off: 0, supplement_rule: 'subtract', events: [], events_left_off: 0, sources: [], ...more,
});

describe('working time in words', () => {
  test.each([[38, '38 phút', '38 min'], [95, '1 giờ 35', '1 h 35'], [480, '8 giờ', '8 h'], [700, '11 giờ 40', '11 h 40'], [1140, '2 ngày 3 giờ', '2 days 3 h'], [1440, '3 ngày', '3 days']])('%i minutes', (minutes, vi, en) => {
    expect([duration(minutes, 'vi'), duration(minutes, 'en')]).toEqual([vi, en]);
  });
  test('hours add up as they are written', () => expect([hours(1872), hours(528), hours(2400, true), hours(2400)]).toEqual(['31:12', '8:48', '40', '40:00']));
  test('an instant is near or has its day; one later keeps the offset', () => {
    expect([near(at('10', '09:42'), '2026-11-10'), near(at('09', '09:42'), '2026-11-10')]).toEqual(['09:42', '9/11 09:42']);
    expect(later('2026-11-10T23:30:00.25+07:00', 3600)).toBe('2026-11-11T00:30:00+07:00');
  });
});

describe('where a dossier stands', () => {
  test('left, late, now, paused, without a date, outside, ended', () => {
    const said = [{}, { left_minutes: -45, group: 'overdue' }, { left_minutes: 0, group: 'today' }, { group: 'paused', status: 5 }, { group: 'paused', status: 6 }, { left_minutes: null }, { counted: false }, { group: 'ended', status: 9 }];
    expect(said.map((more) => leftSaid(item(more), 'vi'))).toEqual(['còn 8 giờ 48', 'trễ 45 phút', 'đến hạn lúc này', 'chờ bổ sung', 'chờ nộp phí', 'chưa có hẹn trả', 'chưa được tiếp nhận', 'Đã xử lý xong']);
  });
  test('past its hour but not its day, it is still on time if finished today', () => {
    expect(standsAt(item({ left_minutes: -45, group: 'overdue', on_time_today: true }), 'vi')).toBe('xong hôm nay vẫn đúng hẹn');
    expect(standsAt(item({ moved: true }), 'en')).toBe('In progress · Due date moved');
  });
  test('until when, with the weekday; a paused one has no date', () => {
    expect([untilSaid(item(), 'vi'), untilSaid(item({ group: 'paused' }), 'vi'), untilSaid(item({ ended_at: at('09', '16:00') }), 'en')]).toEqual(['giờ làm việc, đến 10:30 thứ Tư 11/11', '', 'ended 16:00 Monday 9/11']);
  });
  test('groups in their order, the least time left first, none that is empty', () => {
    const one = (code: string, group: string, left: number | null) => item({ code, group, left_minutes: left });
    const found = grouped([one('a', 'later', 900), one('b', 'overdue', -5), one('c', 'overdue', -500), one('d', 'paused', null), one('e', 'later', null), one('f', 'later', 600)]);
    expect(found.map(([group, of]) => [group, of.map(({ code }) => code).join('')])).toEqual([['overdue', 'cb'], ['later', 'fae'], ['paused', 'd']]);
  });
});

test('a name that there is in Vietnamese only is marked as such in English', () => {
  expect([nameSaid({ vi: 'Tách hộ', en: null }, '1', 'vi'), nameSaid({ vi: 'Tách hộ', en: null }, '1', 'en'), nameSaid({ vi: 'Tách hộ', en: 'Household' }, '1', 'en'), nameSaid(null, '1', 'en')]).toEqual([{ text: 'Tách hộ' }, { text: 'Tách hộ', lang: 'vi' }, { text: 'Household' }, { text: '1' }]);
});

describe('answers at the door', () => {
  test.each([['no instant', { due_at: 'soon' }], ['unknown group', { group: 'near' }], ['no status', { status: null }]])('%s: refused', (_, more) => expect(() => item(more)).toThrow());
  test('a list has its instant; a notice without one is refused', () => {
    expect(listingOf({ at: at('10'), dossiers: [RAW], after: '' }).items).toHaveLength(1);
    expect(() => listingOf({ dossiers: [] })).toThrow();
    expect(() => noticesOf({ notices: [{ dossier: 'x' }] })).toThrow();
  });
  test('every event has both times, and an instant that is none is refused', () => {
    const event = { kind: 'synced', status: 5, unit: '20242', occurred_at: at('05', '10:00'), arrived_at: at('05', '10:01'), late: false, source: 'one-stop', steps: [{ status: 5, at: at('05', '09:58') }] };
    expect(account({ events: [event], events_left_off: 3 }).events).toEqual([event]);
    expect(() => account({ events: [{ ...event, arrived_at: 'soon' }] })).toThrow();
    expect(() => account({ events: null })).toThrow();
    expect(() => account({ spans: [{ ...SPANS[0], kind: 'lost' }] })).toThrow();
  });
  test('an answer to a notice is whose it is; none is none', () => {
    const notice = { dossier: 'x', stage: 'half', decided_at: at('05'), acknowledged: null };
    const answer = { by: 'p0000000000000001', by_you: true, kind: 'working', at: at('05', '09:00') };
    expect(noticesOf({ notices: [notice, { ...notice, acknowledged: answer }] }).map((one) => one.acknowledged)).toEqual([null, { by: 'p0000000000000001', byYou: true, kind: 'working', at: at('05', '09:00') }]);
  });
  test('a link names its dossier, or is refused', () => {
    expect(linkOf({ dossier: RAW.code, clock: 'dossier', stage: 'half', dossiers: 1 })).toEqual({ dossier: RAW.code, clock: 'dossier', stage: 'half' });
    expect(() => linkOf({ clock: 'dossier', stage: 'half' })).toThrow();
  });
});

describe('the strip', () => {
  const [row, ...more] = strip(account(), 776, 'vi');
  test('is one row whose hours have the width of their time, in order and apart', () => {
    expect(more).toEqual([]);
    const blocks = row?.blocks ?? [];
    expect(blocks).toHaveLength(SPANS.length);
    blocks.forEach((block, i) => expect(block.width, SPANS[i]?.from).toBeCloseTo((SPANS[i]?.minutes ?? 0) / 6));
    blocks.slice(1).forEach((block, i) => expect(block.x).toBeGreaterThanOrEqual((blocks[i]?.x ?? 0) + (blocks[i]?.width ?? 0) - 1e-9));
    expect(Math.max(...blocks.map(({ x, width }) => x + width))).toBeLessThanOrEqual(776);
  });
  test('marks stand where they happen and their words do not touch', () => {
    const marks = row?.marks ?? [];
    expect(marks.map(({ name }) => name)).toEqual(['start', 'pause', 'now', 'due']);
    const cut = (row?.blocks ?? []).find(({ kind }) => kind === 'paused');
    expect(marks[1]?.x).toBeCloseTo(cut?.x ?? -1);
    expect(marks[2]?.x).toBeCloseTo((row?.blocks ?? []).find(({ kind }) => kind === 'remaining')?.x ?? -1);
    const boxes = marks.map(({ textX, level, title, sub }) => ({ from: textX, to: textX + Math.max(title.length * 7.6, sub.length * 6.9), level }));
    for (const a of boxes) for (const b of boxes) if (a !== b && a.level === b.level) expect(a.from < b.to && b.from < a.to).toBe(false);
    expect(row?.below?.sub).toBe('hẹn lần đầu 10/11 08:00');
  });
  test('says what lies between two days, in the words of the week or as dates', () => {
    expect(row?.offs.map(({ label }) => label)).toEqual(['T7, CN']);
    const holiday = account({ spans: [span('counted', '23', '07:00', '11:30'), span('remaining', '25', '07:00', '11:30')] });
    expect(strip(holiday, 776, 'vi')[0]?.offs.map(({ label }) => label)).toEqual(['nghỉ 24/11']);
    const long = account({ spans: [span('counted', '20', '07:00', '11:30'), span('remaining', '26', '07:00', '11:30')] });
    expect(strip(long, 776, 'en')[0]?.offs.map(({ label, lines }) => [label, lines])).toEqual([['off 21/11–25/11', ['off', '21/11–', '25/11']]]);
  });
  test('between two days there is room for each line of what is said there, or nothing is', () => {
    const days = Array.from({ length: 28 }, (_, i) => String(i + 1).padStart(2, '0')).filter((day) => ![5, 6, 12, 13, 14, 15, 19, 20, 26, 27].includes(Number(day)));
    for (const every of [1, 3]) {
      const found = account({ spans: days.filter((_, i) => i % every === 0).map((day) => span('counted', day, '07:00', '11:30')) });
      for (const width of [776, 350]) for (const { offs, days: laid, blocks } of strip(found, width, 'vi')) {
        offs.forEach(({ x, lines }) => {
          const [left, right] = [x - (lines.length * 13) / 2, x + (lines.length * 13) / 2];
          for (const block of blocks) expect(block.x + block.width <= left + 0.5 || block.x >= right - 0.5, `${x} ${lines.join('')}`).toBe(true);
          lines.forEach((line) => expect(line.length * 6.3).toBeLessThanOrEqual(44));
        });
        expect(laid.length).toBeGreaterThan(0);
      }
    }
  });
  test('goes on in a next row on a phone and never leaves it', () => {
    const rows = strip(account(), 350, 'vi');
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.flatMap(({ blocks }) => blocks)).toHaveLength(SPANS.length);
    for (const { blocks, marks } of rows) {
      for (const { x, width } of blocks) expect(x + width).toBeLessThanOrEqual(351);
      for (const { textX } of marks) expect(textX).toBeGreaterThanOrEqual(0);
    }
  });
  test('a term of months is drawn smaller', () => expect([frameFor(6, 776).hour, frameFor(50, 776).hour, frameFor(200, 776).hour]).toEqual([10, 5, 2]));
  test('a term in calendar days has a place of the same width for every day, also those off', () => {
    const each = (['counted', 'counted', 'paused', 'paused', 'counted', 'remaining', 'remaining'] as const).map((kind, i) => ({ day: `2026-11-${String(i + 4).padStart(2, '0')}`, kind }));
    const found = account({ days: { counted: 3, paused: 2, remaining: 2, late: 0, limit: 5, each } });
    const [one, ...rest] = strip(found, 776, 'vi');
    expect([rest, one?.offs, new Set(one?.blocks.map(({ width }) => Math.round(width * 100)))]).toEqual([[], [], new Set([2800])]);
    expect(one?.blocks.map(({ kind, label }) => kind + label)).toEqual(each.map(({ kind }) => kind));
    expect(one?.marks.find(({ name }) => name === 'due')?.x).toBeGreaterThan(one?.blocks[6]?.x ?? Infinity);
    expect([leftOf(found.item, found.days, 'vi'), leftOf(found.item, null, 'vi'), leftOf(found.item, { ...(found.days as NonNullable<typeof found.days>), remaining: 1 }, 'en')]).toEqual(['còn 2 ngày', 'còn 8 giờ 48', '1 day left']);
    expect(untilSaid(found.item, 'vi', found.days)).toBe('đến 10:30 thứ Tư 11/11');
  });
  test('nothing counted: nothing drawn', () => expect(strip(account({ spans: [] }), 776, 'vi')).toEqual([]));
});

describe('what is posted and what is said of the reply', () => {
  test('an answer names the notice it answers, and nothing that was not chosen', () => {
    expect(bodyOf({ kind: 'acknowledge' }, { clock: 'dossier', stage: 'half' })).toEqual({ kind: 'acknowledge', clock: 'dossier', stage: 'half' });
    expect(bodyOf({ kind: 'dispute', reason: 'WRONG_DATE' }, {})).toEqual({ kind: 'dispute', reason: 'WRONG_DATE' });
  });
  test('only what was recorded is said to be', () => {
    expect(replySaid('acknowledge', 202, { at: at('10', '09:42'), until: null }, 'vi')).toBe('Đã ghi lúc 09:42: đã nhận việc.');
    expect(replySaid('snooze', 202, { at: at('10', '09:42'), until: at('11', '08:00') }, 'en')).toBe('Recorded at 09:42: reminder at 11/11 08:00.');
    for (const status of [0, 400, 403, 404, 422, 500, 503, -1]) expect(replySaid('dispute', status, null, 'vi'), String(status)).toMatch(/^Chưa ghi/);
  });
  test('a refusal says what may be wrong with this answer', () => {
    const said = (['acknowledge', 'working', 'snooze', 'dispute'] as const).map((kind) => replySaid(kind, 422, null, 'en'));
    expect(said.map((text) => [/no notice/.test(text), /reminder/.test(text)])).toEqual([[true, false], [true, false], [false, true], [false, false]]);
  });
  test('a reminder is suggested before the due instant', () => {
    expect(suggestedUntil(at('10', '09:42'), item())).toBe(at('10', '11:42'));
    expect(suggestedUntil(at('11', '10:00'), item())).toBe(at('11', '10:15'));
  });
});

describe('whether it is of now', () => {
  const now = { steady: 1000, wall: 5000 };
  const ago = (seconds: number) => ({ steady: 1000 - seconds, wall: 5000 - seconds });
  test.each([
    ['nothing yet', { heard: null, failed: false, admitted: false }, 'connecting'], ['no server from the beginning', { heard: null, failed: true, admitted: false }, 'lost'],
    ['fresh', { heard: ago(5), failed: false, admitted: false }, 'live'], ['the last question had no answer', { heard: ago(5), failed: true, admitted: false }, 'lost'],
    ['the server says that it is behind', { heard: ago(5), failed: false, admitted: true }, 'behind'], ['slept', { heard: ago(SILENT_SECONDS + 1), failed: false, admitted: false }, 'lost'],
  ] as const)('%s', (_, contact, mode) => expect(modeOf(contact, now)).toBe(mode));
});

test('the address has what is looked at and never a dossier or the secret of a link', () => {
  const choice = read('?view=board&unit=20242&lang=en&theme=dark&notice=secret', 'H17.31-261103-1426');
  expect(choice.dossier).toBe('H17.31-261103-1426');
  expect(write(choice)).toBe('?view=board&unit=20242&lang=en&theme=dark');
  expect(write(read('?view=nothing&theme=pink'))).toBe('');
});

describe('notices in browsers', () => {
  const ENDPOINT = 'https://push.example/send/a';
  const HERE = createHash('sha256').update(ENDPOINT).digest('hex').slice(0, 20);
  const known = (id: string) => ({ id, browser: 'chrome', system: 'windows', since: at('16') });
  const subscription = (endpoint = ENDPOINT) => ({ endpoint, toJSON: () => ({ endpoint }), unsubscribe: vi.fn(() => Promise.resolve(true)) });
  interface Told { readonly key?: [number, unknown]; readonly list?: [number, unknown]; readonly post?: [number, unknown] }
  interface World { readonly subscribed?: ReturnType<typeof subscription> | null; readonly permission?: string; readonly asked?: string; readonly subscribe?: () => Promise<unknown>; readonly told?: Told }
  const posts: [string, unknown][] = [];
  const world = ({ subscribed = null, permission = 'default', asked = 'granted', subscribe = () => Promise.resolve(subscription()), told = {} }: World): void => {
    const pushManager = { getSubscription: () => Promise.resolve(subscribed), subscribe };
    vi.stubGlobal('navigator', { serviceWorker: { getRegistration: () => Promise.resolve({ pushManager }), register: () => Promise.resolve(), ready: Promise.resolve({ pushManager }) } });
    const notification = { permission, requestPermission: () => Promise.resolve(asked) };
    vi.stubGlobal('window', { PushManager: {}, Notification: notification });
    vi.stubGlobal('Notification', notification);
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      if (init.method === 'POST') posts.push([url, JSON.parse(init.body as string)]);
      const [status, body] = init.method === 'POST' ? (told.post ?? [200, { browsers: [known(HERE)] }]) : url.endsWith('key') ? (told.key ?? [200, { key: 'BEl6' }]) : (told.list ?? [200, { browsers: [] }]);
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    });
  };
  afterEach(() => { vi.unstubAllGlobals(); posts.length = 0; });
  const OFF = { push: 'off', here: null, browsers: [] } as const;
  const ON = { push: 'on', here: HERE, browsers: [known(HERE), known('b')] } as const;

  test.each([[404, {}], [403, {}], [503, {}], [200, {}]] as const)('nothing is offered where the key is answered %i %o', async (status, body) => {
    world({ subscribed: subscription(), told: { key: [status, body] } });
    expect((await standing()).push).toBe('none');
  });
  test('nothing is said of what the server could not say', async () => {
    world({ subscribed: subscription(), told: { list: [503, {}] } });
    expect((await standing()).push).toBe('none');
    world({ subscribed: subscription(), told: { list: [200, { browsers: [{ id: 1 }] }] } });
    expect((await standing()).push).toBe('none');
  });
  test('on is what browser and server both say: another person\'s subscription in this browser is off', async () => {
    world({ subscribed: subscription(), told: { list: [200, { browsers: [known(HERE)] }] } });
    expect(await standing()).toMatchObject({ push: 'on', here: HERE });
    world({ subscribed: subscription(), told: { list: [200, { browsers: [known('of-another-computer')] }] } });
    expect(await standing()).toMatchObject({ push: 'off', here: HERE });
    world({ told: { list: [200, { browsers: [known(HERE)] }] } });
    expect(await standing()).toMatchObject({ push: 'off', here: null, browsers: [known(HERE)] });
    world({ permission: 'denied' });
    expect((await standing()).push).toBe('denied');
  });
  test('a browser that cannot show them still lists those that do', async () => {
    world({ told: { list: [200, { browsers: [known('b')] }] } });
    vi.stubGlobal('window', {});
    expect(await standing()).toEqual({ push: 'unable', here: null, browsers: [known('b')] });
  });
  test('switching on asks the reader, subscribes with the key and tells the server', async () => {
    world({});
    expect(await switchOn(OFF)).toEqual({ push: 'on', here: HERE, browsers: [known(HERE)] });
    expect(posts).toEqual([['/api/v1/push-subscriptions', { endpoint: ENDPOINT }]]);
  });
  test('a reader who says no is not subscribed', async () => {
    world({ asked: 'denied', subscribe: () => Promise.reject(new Error('must not be asked')) });
    expect(await switchOn(OFF)).toEqual({ ...OFF, push: 'denied' });
    expect(posts).toEqual([]);
  });
  test('what the server did not take is given back, unless it was there before', async () => {
    const made = subscription();
    world({ subscribe: () => Promise.resolve(made), told: { post: [503, {}] } });
    expect((await switchOn(OFF)).push).toBe('failed');
    expect(made.unsubscribe).toHaveBeenCalledOnce();
    expect((await switchOn({ ...OFF, here: HERE })).push).toBe('failed');
    expect(made.unsubscribe).toHaveBeenCalledOnce();
  });
  test('a subscription with another key is replaced by one with ours', async () => {
    const old = subscription('https://push.example/old');
    let tries = 0;
    world({ subscribed: old, subscribe: () => (++tries === 1 ? Promise.reject(new DOMException('', 'InvalidStateError')) : Promise.resolve(subscription())) });
    expect((await switchOn(OFF)).push).toBe('on');
    expect(old.unsubscribe).toHaveBeenCalledOnce();
  });
  test('a push service that is not reached is said so', async () => {
    world({ subscribe: () => Promise.reject(new DOMException('', 'AbortError')) });
    expect((await switchOn(OFF)).push).toBe('unreached');
  });
  test('switching off tells the server first, and this browser only where it is the one', async () => {
    const here = subscription();
    world({ subscribed: here, told: { post: [200, { browsers: [known(HERE)] }] } });
    expect(await switchOff(ON, 'b')).toEqual({ ...ON, browsers: [known(HERE)] });
    expect(here.unsubscribe).not.toHaveBeenCalled();
    world({ subscribed: here, told: { post: [200, { browsers: [known('b')] }] } });
    expect(await switchOff(ON, HERE)).toEqual({ push: 'off', here: null, browsers: [known('b')] });
    expect(here.unsubscribe).toHaveBeenCalledOnce();
    expect(posts).toEqual([['/api/v1/push-subscriptions/end', { id: 'b' }], ['/api/v1/push-subscriptions/end', { id: HERE }]]);
  });
  test('what the server did not take back stays on', async () => {
    const here = subscription();
    world({ subscribed: here, told: { post: [503, {}] } });
    expect(await switchOff(ON, HERE)).toEqual({ ...ON, push: 'failed' });
    expect(await switchOff(ON, 'b')).toEqual(ON);
    expect(here.unsubscribe).not.toHaveBeenCalled();
  });
});

test('a view is of the time that came with what it shows, never of that of another list', () => {
  const at = { mine: '2026-11-16T08:00:00+07:00', board: '2026-11-16T09:00:00+07:00', account: '2026-11-16T10:00:00+07:00' };
  expect((['mine', 'board', 'notices', 'sheet', 'follow_ups'] as const).map((view) => shownAt(view, at)?.slice(11, 13) ?? null)).toEqual(['08', '09', null, null, null]);
  expect([shownAt('mine', { ...at, mine: null }), shownAt('board', { mine: at.mine, board: null, account: null })]).toEqual([at.account, null]);
});

import { expect, test } from 'vitest';
import { asked, read, write } from '../src/core/address';
import { cardOf } from '../src/core/card';
import { basisOf, catalogueOf, measureOf, type Measure } from '../src/core/catalogue';
import { EDGES, percent, stepped, type Steps } from '../src/core/figures';
import { mapBody, type Unit } from '../src/core/model';
import { lookOf, ofFacts, snapshot } from '../src/core/picture';
import { periodOf, rankingsOf } from '../src/core/standings';
import { yearBefore, yearlyOf, yearOf, yearsToGo } from '../src/core/yearly';
import { beforeWords, groupName, movementWords, periodKind, yearlyTitle } from '../src/ranking/words';
import { aloud, bandsOf, fractionOf, measuredSaid, pointed, rangeOf, reasonOf, valueOf, valueWithUnit, type Setting } from '../src/view/words';
import { body, QUESTION, row } from './city';

const both = (words: string) => ({ vi: words, en: words });
const indicator = (code: string, kind: string, more: Record<string, unknown> = {}) => ({
  code, group: null, name: both(code), meaning: both('nghĩa'), kind, numerator: [`fact:${code}`], denominator: [`fact:${code}`], maximum: null, threshold: null, bands: null,
  direction: 'higher', version: 1, source: '', law: '', ...more,
});
const CATALOGUE = catalogueOf({ sets: [
  {
    code: 'SET', name: both('Bộ'), source: 'QĐ 1', law: 'Quyết định QĐ 1 ngày 1/1', total: true, bands: null, groups: [{ code: 'g', name: both('Nhóm'), maximum: 20 }],
    classes: [{ code: 'good', name: both('Tốt'), from: 0.8 }, { code: 'weak', name: both('Yếu'), from: 0 }],
    indicators: [indicator('SET.LIVE', 'threshold', { group: 'g', maximum: 20, threshold: 0.8, numerator: ['official'], denominator: ['official'] })],
  },
  { code: 'OTHER', name: both('Khác'), source: 'tỉnh', law: '', total: false, groups: [], classes: [], indicators: [
    indicator('OTHER.TEAMS', 'sum'), indicator('OTHER.POOR', 'ratio', { direction: 'lower', bands: { green: 0.1, yellow: 0.2, orange: 0.3 } }),
    indicator('OTHER.PLAN', 'plan_actual', { bands: { green: 1, yellow: 0.9, orange: 0.75 } }), indicator('OTHER.HALF', 'ratio', { bands: { green: 0.5, yellow: 0.5, orange: 0.5 } }),
    indicator('OTHER.COUNTED', 'sum', { bands: { green: 20, yellow: 10, orange: 5 } }),
  ] },
] });
const measured = (code: string): Measure => measureOf(CATALOGUE, code, EDGES) ?? expect.fail(code);
const setting = (code: string): Setting => ({ lang: 'vi', today: '2026-11-10', zone: 'Asia/Ho_Chi_Minh', edges: measured(code).edges, measure: measured(code) });
const told = { points: null, maximum: null, reason: 'VALUE', standing: '' };
const unit = (more: Record<string, unknown>, numerator = 9, denominator = 10): Unit => mapBody(body(1, [{ ...row('20242', numerator, denominator, { rank: null, ...told, ...more }) }])).units[0]!;
const figure = (numerator: number, denominator: number) => ({ value: numerator / denominator, numerator, denominator });

test('an indicator stands in the address and is asked for instead of a rate, which stays chosen', () => {
  const choice = read('?rate=resolved&indicator=QD766.PROGRESS&kind=all&set=QD766&group=peers&why=open');
  expect(asked(choice)).toBe('window=month&indicator=QD766.PROGRESS&kind=all');
  expect([choice.rate, choice.set, choice.group, choice.why]).toEqual(['resolved', 'QD766', 'peers', true]);
  expect(write(choice)).toBe('?rate=resolved&indicator=QD766.PROGRESS&kind=all&group=peers&set=QD766&why=open');
  expect(read('?indicator=drop table&set=x').indicator).toBeNull();
  expect(asked(read('?rate=resolved'))).toBe('window=month&rate=resolved&kind=locality');
});
test('a page of the navigation is a view; an unknown one is the map', () => expect(['ranking', 'unit', 'nowhere', 'map'].map((view) => read(`?view=${view}`).view)).toEqual(['ranking', 'map', 'map', 'map']));

test('more than was planned is a figure of an indicator and of no rate', () => {
  expect(unit({ band: 'green', value: 1.743 }, 1743, 1000).numerator).toBe(1743);
  expect(() => mapBody(body(1, [row('a', 11, 10)]))).toThrow('more counted');
});
test('a total without a fraction of whole numbers is read from its value', () => {
  for (const [numerator, denominator] of [[null, null], ['9'.repeat(60), '1'.repeat(60)], [1e59, 2e59]]) {
    const { value, numerator: top, denominator: bottom } = unit({ value: 0.5, points: 10, maximum: 20, numerator, denominator });
    expect([value, top / bottom]).toEqual([0.5, 0.5]);
  }
});
test('an indicator of facts alone is not old because a feed of dossiers is silent, and its units stay the same objects', () => {
  const before = snapshot(QUESTION, mapBody(body(1, [row('a', 9, 10, { ...told, stale: true }), row('b', 9, 10, told)])));
  const [first, again] = [ofFacts(before), ofFacts(before)];
  expect(first.units.map(lookOf)).toEqual(['rate', 'rate']);
  expect(first.units[0]).toBe(again.units[0]);
  expect(first.units[1]).toBe(before.units[1]);
  expect([measured('SET').facts, measured('OTHER.POOR').facts]).toEqual([false, true]);
});

test('what a map can show: the total of a set that has one, and each indicator', () => {
  expect(['SET', 'SET.LIVE', 'OTHER.TEAMS'].map((code) => measured(code).name.vi)).toEqual(['Bộ', 'SET.LIVE', 'OTHER.TEAMS']);
  expect(['OTHER', 'NO'].map((code) => measureOf(CATALOGUE, code, EDGES))).toEqual([null, null]);
  expect([measured('SET.LIVE').dossiers, measured('OTHER.TEAMS').plain, measured('OTHER.TEAMS').coloured, measured('OTHER.COUNTED').coloured]).toEqual([true, true, false, true]);
  expect([basisOf(measured('SET')), basisOf(measured('OTHER.POOR'))]).toEqual(['Quyết định QĐ 1 ngày 1/1', 'tỉnh']);
});
test('values by kind: a share, more than all, a number by itself, none', () => {
  expect(valueWithUnit(figure(9, 10), setting('SET.LIVE'))).toBe('90,0\u00a0%');
  expect(valueWithUnit(figure(1743, 1000), setting('OTHER.PLAN'))).toBe('174,3\u00a0%');
  expect(valueWithUnit(figure(1240, 1), setting('OTHER.TEAMS'))).toBe('1.240');
  expect(valueWithUnit({ value: null, numerator: 0, denominator: 0 }, setting('OTHER.POOR'))).toBe('—');
  expect(fractionOf(figure(12, 40), measured('SET.LIVE'), 'vi')).toBe('12 / 40 hồ sơ');
  expect([fractionOf(figure(12, 40), measured('SET'), 'vi'), fractionOf(figure(12, 1), measured('OTHER.TEAMS'), 'vi')]).toEqual(['', '']);
});
test('a rounded value crosses neither a band nor a class, from either side, in either direction', () => {
  expect(valueOf(figure(79_996, 100_000), setting('SET'))).toBe('79,996');
  expect(valueOf(figure(1002, 10_000), setting('OTHER.POOR'))).toBe('10,02');
  expect(valueOf(figure(1000, 10_000), setting('OTHER.POOR'))).toBe('10,0');
  expect(valueOf(figure(100_001, 100_000), setting('OTHER.PLAN'))).toBe('100,001');
  expect(percent(figure(999_999, 1_000_000), 'vi')).toBe('99,9999');
  for (const steps of [measured('OTHER.POOR').steps, measured('OTHER.PLAN').steps, measured('SET').steps]) {
    for (let i = 1; i < 4000; i += 1) {
      const [n, d] = [i * 37 % 5000, 4001];
      const shown = Number(stepped(figure(n, d), 'en', steps)) / 100;
      expect(side(shown, steps), `${n}/${d} as ${shown}`).toEqual(side(n / d, steps));
    }
  }
});
const side = (value: number, { edges, lower }: Steps): number => edges.filter(([, from]) => (lower ? value > from / 1000 + 1e-12 : value >= from / 1000 - 1e-12)).length;

test('points are cut, never rounded up to what was not reached', () => expect([17.999, 18, 15.675, 0].map((points) => pointed(points, 'vi'))).toEqual(['17,99', '18', '15,67', '0']));
test('the legend says the thresholds of the indicator, also where less is better or it is a number', () => {
  const said = (code: string) => bandsOf(measured(code).edges).map((band) => rangeOf(band, setting(code)));
  expect(said('OTHER.POOR')).toEqual(['đến 10 %', 'trên 10 – 20 %', 'trên 20 – 30 %', 'trên 30 %']);
  expect(said('OTHER.COUNTED')).toEqual(['từ 20', '10 – dưới 20', '5 – dưới 10', 'dưới 5']);
  expect(said('OTHER.HALF')).toEqual(['từ 50 %', 'dưới 50 %']);
});
test('no value says why, on the cell and aloud; a number without bands is shown without one', () => {
  const none = unit({ reason: 'NOT_ASSESSED', value: null, band: 'none' }, 0, 0);
  expect([lookOf(none), aloud(none, setting('OTHER.POOR'))]).toEqual(['none', 'Phường Đơn vị 20242: không đánh giá trong kỳ']);
  expect(['NO_INPUTS', 'NOTHING_OCCURRED', 'NOT_FOR_KIND', 'NOT_IN_FORCE', 'NEW_ONE'].map((reason) => reasonOf(reason, 'en'))).toEqual(['no figures told yet', 'nothing occurred', 'not for this kind of unit', 'no definition holds in the period', 'no value (NEW_ONE)']);
  const plain = unit({ band: 'none', value: 12, few: false }, 12, 1);
  expect([lookOf(plain), aloud(plain, setting('OTHER.TEAMS'))]).toEqual(['rate', 'Phường Đơn vị 20242: 12']);
});

test('a group is a measure by itself, made of what lies in it and below it; what is an indicator of that code is not one', () => {
  const groups = [['g', null, 'TREE.G'], ['below', 'g', 'TREE.BELOW'], ['other', null, null]].map(([code, parent, measure]) => ({ code, parent, measure, name: both(`${code}`), maximum: 20 }));
  const tree = catalogueOf({ sets: [{ code: 'TREE', name: both('Cây'), source: '', law: '', total: true, bands: null, groups, classes: [{ code: 'good', name: both('Tốt'), from: 0.8 }],
    indicators: [indicator('TREE.ONE', 'manual', { group: 'below', maximum: 20 }), indicator('TREE.OTHER', 'manual', { group: 'other', maximum: 20 })] }] });
  const found = measureOf(tree, 'TREE.G', EDGES);
  expect([found?.name.vi, found?.indicator, found?.set.classes, found?.set.indicators.map(({ code }) => code)]).toEqual(['g', null, [], ['TREE.ONE']]);
  expect(measureOf(tree, 'TREE.BELOW', EDGES)?.code).toBe('TREE.BELOW');
  expect(measureOf(tree, 'TREE.OTHER', EDGES)?.indicator?.code).toBe('TREE.OTHER');
});

test('the groups of a card stand as a tree, each before its parts', () => {
  const groups = [['a', null], ['b', null], ['aa', 'a'], ['aaa', 'aa'], ['bb', 'b']].map(([code, parent]) => ({ code, parent, maximum: 20, points: 18, counted: 20, reason: 'VALUE' }));
  const card = cardOf({ code: '20242', first: '2026-11-01', last: '2026-11-10', sets: [{ code: 'SET', total: null, groups, indicators: [] }] });
  expect(card.sets[0]?.groups.map(({ code, depth }) => `${code} ${depth}`)).toEqual(['a 0', 'aa 1', 'aaa 2', 'b 0', 'bb 1']);
});

test('a score card is read as a whole or refused', () => {
  const line = { code: 'SET.LIVE', group: 'g', definition: 2, value: 0.9, numerator: 9, denominator: 10, points: 18, maximum: 20, reason: 'VALUE', inputs: [{ term: 'official', numerator: 9, denominator: 10 }] };
  const group = { code: 'g', maximum: 20, points: 18, counted: 20, reason: 'VALUE' };
  const card = { code: '20242', first: '2026-11-01', last: '2026-11-10', sets: [{ code: 'SET', total: null, groups: [group], indicators: [line] }] };
  expect(cardOf(card).sets[0]?.lines[0]).toMatchObject({ code: 'SET.LIVE', points: 18, definition: 2, numerator: 9 });
  expect(() => cardOf({ ...card, sets: [{ ...card.sets[0], groups: null }] })).toThrow('groups');
  expect(() => catalogueOf({ sets: [{ code: 1 }] })).toThrow('code');
});

const standing = (more: Record<string, unknown> = {}) => ({ ...row('20242', 9, 10), before: { value: 0.8, numerator: 8, denominator: 10, rank: 4 }, movement: { places: null, difference: null, reason: 'OVERLAPPING' }, ...more });
const ranking = (...units: object[]) => ({ version: 3, period: 'month', first: '2026-11-01', last: '2026-11-10', before_first: '2026-10-01', before_last: '2026-10-10', stale: false, rankings: [{ kind: 'locality', third: '', of: 3, units }] });
test('a ranking is read as a whole or refused', () => {
  expect(rankingsOf(ranking(standing())).groups[0]?.units[0]?.before.numerator).toBe(8);
  expect(() => rankingsOf(ranking(standing({ movement: { places: 1, difference: 0.1, reason: 'MAYBE' } })))).toThrow('reason');
});
test('a group is named by its bloc and by what its units have in common, and who stands in none is known', () => {
  const answer = ranking(standing());
  const lie = rankingsOf({ ...answer, rankings: ['urban', 'rural', 'mountain', 'island'].map((setting) => ({ ...answer.rankings[0], setting })), ungrouped: ['20308'] });
  expect(lie.groups.map((group) => groupName(group, 'en'))).toEqual(['urban', 'rural', 'mountain', 'island'].map((setting) => `Communes and wards · ${setting}`));
  expect([groupName(lie.groups[2]!, 'vi'), lie.ungrouped]).toEqual(['Xã, phường, đặc khu · miền núi', ['20308']]);
  expect([groupName({ kind: 'department', third: 'large', setting: '' }, 'vi'), groupName({ kind: '', third: '', setting: '' }, 'vi')]).toEqual(['Sở, ban, ngành · nhiều hồ sơ', 'Tất cả']);
  const before = rankingsOf(answer); // by a server that knows no settings
  expect([before.groups[0]?.setting, before.ungrouped, read('?view=ranking&group=setting').group]).toEqual(['', [], 'setting']);
  expect(() => rankingsOf({ ...answer, ungrouped: 'all' })).toThrow('units in no group');
});
test('a movement is said with sign and places only where two intervals part', () => {
  const said = (places: number | null, difference: number | null, reason: string, denominator = 10) =>
    movementWords(rankingsOf(ranking(standing({ ...row('20242', 0, denominator), movement: { places, difference, reason } }))).groups[0]!.units[0]!, 'vi');
  expect(said(5, 0.032, 'PARTED')).toBe('↑ tăng 3,2 điểm phần trăm, lên 5 hạng');
  expect(said(-2, -0.05, 'PARTED')).toBe('↓ giảm 5,0 điểm phần trăm, xuống 2 hạng');
  expect(said(0, -0.05, 'PARTED')).toBe('↓ 5,0 điểm phần trăm, giữ hạng');
  expect(said(-1, 0.05, 'PARTED')).toBe('↑ tăng 5,0 điểm phần trăm');
  expect([said(null, null, 'OVERLAPPING'), said(null, null, 'TOO_FEW'), said(null, null, 'NOTHING_OCCURRED', 0)]).toEqual(['không rõ rệt', 'quá ít để so', '']);
});
test('by an indicator a ranking has values beyond one, points, why there is none, and for which periods there is', () => {
  const moved = { places: null, difference: null, reason: 'NO_INTERVAL' };
  const above = standing({ value: 1.743, numerator: 1743, denominator: 1000, band: 'none', points: 12.5, maximum: 20, reason: 'VALUE', standing: '', movement: moved, mapped_from: ['a', 'b'], before: { value: null, numerator: 0, denominator: 0, rank: null, mapped_from: [] } });
  const by = { indicator: 'OTHER.PLAN', reason: 'NOT_FOR_PERIOD', periods: ['month', 'year', 'age'] };
  const read = rankingsOf({ ...ranking(above), ...by });
  expect([read.reason, read.periods]).toEqual(['NOT_FOR_PERIOD', ['month', 'year']]);
  expect(read.groups[0]?.units[0]).toMatchObject({ numerator: 1743, measured: { points: 12.5, maximum: 20, reason: 'VALUE' }, mappedFrom: ['a', 'b'], before: { value: null } });
  expect(movementWords(read.groups[0]!.units[0]!, 'vi')).toBe('không có khoảng tin cậy');
  expect(rankingsOf(ranking(standing())).groups[0]?.units[0]).toMatchObject({ mappedFrom: [] });
  expect(rankingsOf(ranking(standing()))).toMatchObject({ reason: null, periods: [] });
  expect(() => rankingsOf(ranking(above))).toThrow('more counted');
});

const place = (rank: number | null, of: number, points: number | null) => ({ rank, of, points, maximum: points === null ? 0 : 100 });
const inYear = (code: string, before: object | null) => ({ ...place(1, 3, 81.5), code, name: `Đơn vị ${code}`, kind: 'locality', type: '', reason: 'VALUE', before });
const yearly = (...units: object[]) => ({ version: 3, set: 'PAR', period: '2025', published_at: '2026-01-20T08:00:00+07:00', years: [{ year: '2025' }, { year: '2024' }], stale: false, city: null, rankings: [{ kind: 'locality', of: 3, units }] });
test('a yearly ranking is read as a whole or refused; a former unit keeps its own place', () => {
  const former = { ...place(1, 4, 90), code: 'old', name: 'Phường Cũ' };
  const read = yearlyOf(yearly(inYear('a', { year: '2024', ...place(3, 4, 70.25), units: [] }), inYear('b', { year: '2024', ...place(null, 0, null), units: [former] }), inYear('c', null)));
  expect([read.set, read.year, read.since, read.years, yearBefore(read)]).toEqual(['PAR', '2025', '2026-01-20', ['2025', '2024'], '2024']);
  expect(read.groups[0]?.units.map(({ before }) => beforeWords(before, 'vi'))).toEqual([['hạng 3 / 4, 70,25 / 100 điểm'], ['Phường Cũ: hạng 1 / 4, 90 / 100 điểm'], ['chưa có đơn vị này']]);
  expect(beforeWords({ ...place(null, 4, 50), units: [] }, 'en')).toEqual(['no rank, 50 / 100 points']);
  expect(yearBefore({ year: '2025', years: ['2025', '2023'] })).toBeNull();
  expect(() => yearlyOf({ ...yearly(), years: null })).toThrow('years');
  expect(() => yearlyOf(yearly(inYear('a', { ...place(1, 1, 1), units: 'none' })))).toThrow('former units');
  expect(['2025', 'month', '2026-10'].map(yearOf)).toEqual(['2025', '', '']);
});

test('a chosen day is ranked as that day; each period is of its kind', () => {
  expect([periodOf({ window: 'quarter', asOf: null }), periodOf({ window: 'today', asOf: '2026-11-03' })]).toEqual(['quarter', '2026-11-03']);
  expect(['2026-11-03', 'today', '2026-10', 'month', '2026-Q3', 'quarter', '2026', 'year', '30d'].map(periodKind)).toEqual(['day', 'day', 'month', 'month', 'quarter', 'quarter', 'year', 'year', null]);
});
test('from a year that is not published one can go to those that are, and its title has a year only where one is known', () => {
  const last = { set: 'S', year: '2025', years: ['2025'], since: null, version: 1, stale: false, city: null, groups: [] };
  const two = { ...last, years: ['2025', '2024'] };
  expect([yearsToGo(last, last, '2025').years, yearsToGo(two, two, 'month').years, yearsToGo(last, null, '2019').years]).toEqual([[], ['2025', '2024'], ['2025']]);
  expect([yearsToGo(null, null, '2019').newest, yearsToGo(null, null, 'month').newest, yearsToGo(last, null, '2019').newest]).toEqual([true, false, false]);
  expect([yearlyTitle('Bộ', '2025', 'vi'), yearlyTitle('Bộ', '', 'vi'), yearlyTitle('Set', '', 'en')]).toEqual(['Bộ: xếp hạng năm 2025', 'Bộ: xếp hạng theo năm', 'Set: yearly ranking']);
});
test('of an indicator that left the catalogue nothing is written, not even per cent', () => {
  const figure = { value: 0.9, numerator: 9, denominator: 10 };
  expect([measuredSaid(figure, measureOf(CATALOGUE, 'SET.GONE', EDGES), 'vi'), measuredSaid(figure, measured('SET.LIVE'), 'vi')]).toEqual(['', '90,0\u00a0%']);
});

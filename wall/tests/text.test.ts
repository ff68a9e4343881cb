import { expect, test } from 'vitest';
import { DICTIONARIES, EN, text, VI } from '../src/core/text';
import { COMPARE_EN, COMPARE_VI } from '../src/compare/text';
import { DESK_EN, DESK_VI } from '../src/desk/text';
import { OFFICIALS_EN, OFFICIALS_VI } from '../src/officials/text';
import { RANKING_EN, RANKING_VI } from '../src/ranking/text';
import { TASKS_EN, TASKS_VI } from '../src/tasks/text';
import { PROCEDURES_EN, PROCEDURES_VI } from '../src/procedures/text';
import { UNIT_EN, UNIT_VI } from '../src/unit/text';
import { WALL_EN, WALL_VI } from '../src/wall/text';

const PAIRS = [[VI, EN], [WALL_VI, WALL_EN], [OFFICIALS_VI, OFFICIALS_EN], [TASKS_VI, TASKS_EN], [RANKING_VI, RANKING_EN], [UNIT_VI, UNIT_EN], [COMPARE_VI, COMPARE_EN], [DESK_VI, DESK_EN], [PROCEDURES_VI, PROCEDURES_EN]] as const;
const SENTENCES = PAIRS.flat().flatMap((words) => Object.values(words));

const places = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every key and none is empty', () => {
  for (const [vi, en] of PAIRS) expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
  expect(SENTENCES.filter((sentence) => sentence.trim() === '')).toEqual([]);
});
test('a sentence has the same placeholders in both languages', () => {
  for (const [vi, en] of PAIRS) for (const [key, sentence] of Object.entries(vi)) expect([key, places((en as Record<string, string>)[key] ?? '')]).toEqual([key, places(sentence)]);
});
test('no page has a key that the shared sentences have already', () => expect(PAIRS.slice(1).flatMap(([vi]) => Object.keys(vi)).filter((key) => key in VI)).toEqual([]));
test('the letters of the bands differ within a language', () => {
  for (const words of Object.values(DICTIONARIES)) expect(new Set([words.letter_green, words.letter_yellow, words.letter_orange, words.letter_red, words.letter_none]).size).toBe(5);
});
test('no sentence has an exclamation mark or a plea', () => {
  expect(SENTENCES.filter((sentence) => /!|vui lòng|please/i.test(sentence))).toEqual([]);
});
test('a placeholder without a value stays visible', () => expect(text('vi', 'n_is')).toBe('n = {n}'));
test('words that were unclear: limits in characters, medians by their name, percentage points apart from points', () => {
  expect([OFFICIALS_VI.justification_rule, OFFICIALS_EN.justification_rule].map((rule) => /1000 (ký tự|characters)/.test(rule))).toEqual([true, true]);
  expect([UNIT_VI.col_wait, UNIT_VI.col_service, UNIT_EN.col_wait, UNIT_EN.col_service]).toEqual(['Chờ, trung vị', 'Phục vụ, trung vị', 'Waiting, median', 'Serving, median']);
  expect([OFFICIALS_VI.follow_ups_of, UNIT_VI.by_weekday]).toEqual(['đến ngày {date}; việc chờ giải trình xếp trước', 'Ngày trong tuần tiếp nhận']);
  for (const words of [VI, EN]) expect(words.ahead_away).toContain('{status}'); // as of every other part of a unit's page
  for (const key of ['gained', 'fallen', 'same_rank', 'gained_points', 'fallen_points'] as const) expect([VI[key], EN[key]]).toEqual([expect.stringContaining('{points} điểm phần trăm'), expect.stringContaining('{points} percentage points')]);
});

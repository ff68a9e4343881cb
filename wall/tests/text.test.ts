import { expect, test } from 'vitest';
import { DICTIONARIES, EN, text, VI } from '../src/core/text';

const places = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every key and none is empty', () => {
  expect(Object.keys(EN).sort()).toEqual(Object.keys(VI).sort());
  expect(Object.values(DICTIONARIES).flatMap(Object.values).filter((sentence) => sentence.trim() === '')).toEqual([]);
});
test('a sentence has the same placeholders in both languages', () => {
  for (const [key, sentence] of Object.entries(VI)) expect([key, places(EN[key as keyof typeof VI])]).toEqual([key, places(sentence)]);
});
test('the letters of the bands differ within a language', () => {
  for (const words of Object.values(DICTIONARIES)) expect(new Set([words.letter_green, words.letter_yellow, words.letter_orange, words.letter_red, words.letter_none]).size).toBe(5);
});
test('no sentence has an exclamation mark or a plea', () => {
  expect(Object.values(DICTIONARIES).flatMap(Object.values).filter((sentence) => /!|vui lòng|please/i.test(sentence))).toEqual([]);
});
test('a placeholder without a value stays visible', () => expect(text('vi', 'n_is')).toBe('n = {n}'));

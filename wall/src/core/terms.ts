/** What codes are called, as GET /definitions says, checked at the door. */
import { record, word } from './model';

/** The words of /definitions for codes, in both languages; a code without one is shown as it is. */
export type Terms = Readonly<Record<string, Readonly<Record<string, { readonly vi: string; readonly en: string }>>>>;

/** Of these members of the answer. Raises Malformed where one is missing or holds no words. */
export function termsOf(value: unknown, kinds: readonly string[]): Terms {
  const raw = record(value, 'definitions');
  return Object.fromEntries(kinds.map((kind) => [kind, Object.fromEntries(Object.entries(record(raw[kind], kind)).map(([code, words]) => {
    const both = record<{ readonly vi?: unknown; readonly en?: unknown }>(words, code);
    return [code, { vi: word(both, 'vi'), en: word(both, 'en') }];
  }))]));
}

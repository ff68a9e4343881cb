/** What is chosen lives in the address: ?window=&rate=&kind=&lang=&theme=&unit=. Defaults stay out of it; unknown words fall back to them. */
import { KINDS, RATES, WINDOWS, type Kind, type Question, type Rate } from './model';
import type { Lang } from './text';

export type Theme = 'light' | 'dark';
export interface Choice extends Question { readonly lang: Lang; readonly theme: Theme | null; readonly unit: string | null }

const NAMED = /^\d{4}(-(Q[1-4]|0[1-9]|1[0-2]))?$/;
const isWindow = (word: string): boolean => (WINDOWS as readonly string[]).includes(word) || NAMED.test(word);
function among<T extends string>(words: readonly T[], word: string | null, fallback: T): T {
  return words.find((known) => known === word) ?? fallback;
}

export function read(search: string): Choice {
  const query = new URLSearchParams(search);
  const window = query.get('window');
  return {
    window: window !== null && isWindow(window) ? window : 'month',
    rate: among<Rate>(RATES, query.get('rate'), 'official'),
    kind: among<Kind>(KINDS, query.get('kind'), 'locality'),
    lang: among<Lang>(['vi', 'en'], query.get('lang'), 'vi'),
    theme: query.get('theme') === 'dark' ? 'dark' : query.get('theme') === 'light' ? 'light' : null,
    unit: query.get('unit'),
  };
}

/** The address for a choice, "" or "?…". Parameters that are not ours (kiosk …) are kept. */
export function write(choice: Choice, search = ''): string {
  const query = new URLSearchParams(search);
  const set = (name: string, value: string | null, fallback: string | null): void => {
    if (value === null || value === fallback) query.delete(name);
    else query.set(name, value);
  };
  set('window', choice.window, 'month');
  set('rate', choice.rate, 'official');
  set('kind', choice.kind, 'locality');
  set('lang', choice.lang, 'vi');
  set('theme', choice.theme, null);
  set('unit', choice.unit, null);
  const said = query.toString();
  return said === '' ? '' : `?${said}`;
}

/** The query of the API for a question, the same for /map, /map.csv, /map.geojson and /stream. */
export const asked = ({ window, rate, kind }: Question): string => new URLSearchParams({ window, rate, kind }).toString();

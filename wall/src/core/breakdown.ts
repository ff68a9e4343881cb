/** A unit's finished dossiers told apart, as GET /units/{code}/breakdowns says, checked at the door (decision 0032). */
import type { By } from './address';
import { among, BANDS, count, figure, listOf, Malformed, ratio, record, word, type Answered, type Band, type Figure, type Untold } from './model';
import { holdsMonth, monthEndBefore, pastWindows } from './times';
import type { Lang } from './text';

type Body = Answered<'/api/v1/units/{code}/breakdowns'>;
type RawCategory = Untold<Body['categories'][number]>;

/** `months`: in how many of the answer's months it is told apart; in the others it had fewer than five, or stands in the rest so that nobody can subtract. */
export interface Category extends Figure { readonly code: string; readonly vi: string; readonly en: string; readonly months: number; readonly band: Band; readonly few: boolean; readonly low: number | null; readonly high: number | null }
/** Of the months that lie within the local dates first..last, are over and published; `rest`: what is not told apart, none or five at least. */
export interface Breakdown {
  readonly window: string; readonly first: string; readonly last: string; readonly months: readonly string[]; readonly finished: number;
  readonly categories: readonly Category[]; readonly rest: { readonly finished: number; readonly onTime: number }; readonly stale: boolean;
}

function categoryOf(value: unknown): Category {
  const raw = record<RawCategory>(value, 'category');
  return {
    ...figure(raw), code: word(raw, 'category'), vi: word(raw, 'vi'), en: word(raw, 'en'), months: count(raw, 'months'),
    band: among(BANDS, raw.band, 'band'), few: raw.few === true, low: ratio(raw, 'low'), high: ratio(raw, 'high'),
  };
}

/** Raises Malformed for an answer that does not fit, and for one whose parts are not its whole. */
export function breakdownBody(value: unknown): Breakdown {
  const raw = record<Untold<Body>>(value, 'breakdown');
  const rest = record<Untold<Body['rest']>>(raw.rest, 'rest');
  const found = {
    window: word(raw, 'window'), first: word(raw, 'first'), last: word(raw, 'last'), finished: count(raw, 'finished'), stale: raw.stale === true,
    months: listOf(raw.months, 'months').map((one) => word(record<Untold<Body['months'][number]>>(one, 'month'), 'month')),
    categories: listOf(raw.categories, 'categories').map(categoryOf), rest: { finished: count(rest, 'finished'), onTime: count(rest, 'on_time') },
  };
  if (found.categories.reduce((sum, one) => sum + one.denominator, found.rest.finished) !== found.finished) throw new Malformed('the parts are not the whole');
  return found;
}

/** Hours, channels and the weekdays of each channel (`3|2`: a Wednesday, channel 2) in their own order, procedures and fields as they came: the most first. */
export function inOrder(by: By, categories: readonly Category[]): readonly Category[] {
  if (by === 'procedure' || by === 'field') return categories;
  const places = (code: string): readonly number[] => code.split('|').map(Number).reverse();
  return [...categories].sort((a, b) => {
    const [[first = 0, second = 0], [other = 0, after = 0]] = [places(a.code), places(b.code)];
    return first - other || second - after;
  });
}

/** What a category is called; `lang`: of a name that there is in Vietnamese alone. The code where nobody knows one. */
export function named({ code, vi, en }: Pick<Category, 'code' | 'vi' | 'en'>, lang: Lang): { readonly text: string; readonly lang?: 'vi' } {
  if (lang === 'en' && en !== '') return { text: en };
  return vi === '' ? { text: code } : lang === 'vi' ? { text: vi } : { text: vi, lang: 'vi' };
}

const NAMED = /^\d{4}/;
/** The period whose months are asked for: what is chosen, else the page's where it is named and holds a whole month that is over, else the year of the last month that is. */
export const monthsAsked = (chosen: string | null, window: string, today: string): string => chosen ?? (NAMED.test(window) && holdsMonth(window, today) ? window : lastYear(today));
/** To choose from: that year, then past months, quarters and years. */
export const monthChoices = (today: string, chosen: string): readonly string[] => [...new Set([lastYear(today), ...pastWindows(today), chosen])];
const lastYear = (today: string): string => monthEndBefore(today).slice(0, 4);

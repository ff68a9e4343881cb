/** What is chosen on the officials' page, in its address; no dossier code: addresses are kept by browsers and proxies. */
import type { Theme } from '../core/address';
import type { Lang } from '../core/text';

export const VIEWS = ['mine', 'board', 'notices', 'sheet', 'criteria', 'follow_ups'] as const;
export type View = (typeof VIEWS)[number];
/** What fills the page, with no dossier beside it. */
export const ALONE: readonly View[] = ['sheet', 'criteria', 'follow_ups'];
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const YEAR = /^(19[7-9]|20\d|210)\d$/;
/** `month`: of the monthly sheet, like 2026-10; null: the last one that is over; `year`: of the criteria, null: the one that is running. `dossier` is in memory only, `notice` (the secret of a notice's link) is taken out of the address at once. */
export interface Choice { readonly view: View; readonly unit: string | null; readonly month: string | null; readonly year: string | null; readonly lang: Lang; readonly theme: Theme | null; readonly dossier: string | null }

export function read(search: string, dossier: string | null = null): Choice {
  const query = new URLSearchParams(search);
  const [theme, month, year] = [query.get('theme'), query.get('month') ?? '', query.get('year') ?? ''];
  return {
    view: VIEWS.find((view) => view === query.get('view')) ?? 'mine', unit: query.get('unit'), month: MONTH.test(month) ? month : null, year: YEAR.test(year) ? year : null, lang: query.get('lang') === 'en' ? 'en' : 'vi',
    theme: theme === 'dark' || theme === 'light' ? theme : null, dossier,
  };
}
export function write({ view, unit, month, year, lang, theme }: Choice): string {
  const query = new URLSearchParams({ ...(view === 'mine' ? {} : { view }), ...(unit === null ? {} : { unit }), ...(month === null ? {} : { month }), ...(year === null ? {} : { year }), ...(lang === 'vi' ? {} : { lang }), ...(theme === null ? {} : { theme }) });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** What is chosen on the officials' page, in its address; no dossier code: addresses are kept by browsers and proxies. */
import type { Theme } from '../core/address';
import type { Lang } from '../core/text';

export const VIEWS = ['mine', 'board', 'notices', 'sheet', 'follow_ups'] as const;
export type View = (typeof VIEWS)[number];
/** What fills the page, with no dossier beside it. */
export const ALONE: readonly View[] = ['sheet', 'follow_ups'];
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
/** `month`: of the monthly sheet, like 2026-10; null: the last one that is over. `dossier` is in memory only, `notice` (the secret of a notice's link) is taken out of the address at once. */
export interface Choice { readonly view: View; readonly unit: string | null; readonly month: string | null; readonly lang: Lang; readonly theme: Theme | null; readonly dossier: string | null }

export function read(search: string, dossier: string | null = null): Choice {
  const query = new URLSearchParams(search);
  const [theme, month] = [query.get('theme'), query.get('month') ?? ''];
  return {
    view: VIEWS.find((view) => view === query.get('view')) ?? 'mine', unit: query.get('unit'), month: MONTH.test(month) ? month : null, lang: query.get('lang') === 'en' ? 'en' : 'vi',
    theme: theme === 'dark' || theme === 'light' ? theme : null, dossier,
  };
}
export function write({ view, unit, month, lang, theme }: Choice): string {
  const query = new URLSearchParams({ ...(view === 'mine' ? {} : { view }), ...(unit === null ? {} : { unit }), ...(month === null ? {} : { month }), ...(lang === 'vi' ? {} : { lang }), ...(theme === null ? {} : { theme }) });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** What is chosen on the officials' page, in its address; no dossier code: addresses are kept by browsers and proxies. */
import type { Theme } from '../core/address';
import type { Lang } from '../core/text';

export type View = 'mine' | 'board' | 'notices';
export const VIEWS: readonly View[] = ['mine', 'board', 'notices'];
/** `dossier` is in memory only, `notice` (the secret of a notice's link) is taken out of the address at once. */
export interface Choice { readonly view: View; readonly unit: string | null; readonly lang: Lang; readonly theme: Theme | null; readonly dossier: string | null }

export function read(search: string, dossier: string | null = null): Choice {
  const query = new URLSearchParams(search);
  const theme = query.get('theme');
  return {
    view: VIEWS.find((view) => view === query.get('view')) ?? 'mine', unit: query.get('unit'), lang: query.get('lang') === 'en' ? 'en' : 'vi',
    theme: theme === 'dark' || theme === 'light' ? theme : null, dossier,
  };
}
export function write({ view, unit, lang, theme }: Choice): string {
  const query = new URLSearchParams({ ...(view === 'mine' ? {} : { view }), ...(unit === null ? {} : { unit }), ...(lang === 'vi' ? {} : { lang }), ...(theme === null ? {} : { theme }) });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** What the attributes of <ban-do-the-che> ask for; unknown words fall back as in the page's own address. */
import { asked, read } from '../core/address';
import type { Question } from '../core/model';
import type { Lang } from '../core/text';

export const ATTRIBUTES = ['window', 'rate', 'kind', 'unit', 'language', 'theme', 'server'] as const;
/** `server`: origin of the figures; `unit`: the only one shown, else the map. */
export interface Wishes { readonly server: string; readonly question: Question; readonly lang: Lang; readonly unit: string | null; readonly dark: boolean | null }

export function wishes(attribute: (name: string) => string | null, scriptOrigin: string): Wishes {
  const query = new URLSearchParams();
  for (const name of ATTRIBUTES) {
    const value = attribute(name);
    if (value !== null) query.set(name === 'language' ? 'lang' : name, value);
  }
  const { window, rate, kind, lang, unit, theme } = read(query.toString());
  const server = (attribute('server') ?? scriptOrigin).replace(/\/+$/, '');
  return { server, question: { window, rate, kind: unit === null ? kind : 'all' }, lang, unit, dark: theme === null ? null : theme === 'dark' };
}

/** The page that has all of it. */
export function pageOf({ server, question, lang, unit }: Wishes): string {
  const query = new URLSearchParams(asked(question));
  if (unit !== null) {
    query.set('kind', 'locality');
    query.set('unit', unit);
    query.set('view', 'unit');
  }
  if (lang !== 'vi') query.set('lang', lang);
  return `${server}/?${query.toString()}`;
}

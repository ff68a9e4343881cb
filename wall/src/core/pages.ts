/** The public pages, in the order of the navigation. A new one is a line here, its words in the dictionaries and its part in `view/parts`. */
import type { Key } from './text';

export const PAGES = [
  { view: 'map', words: 'page_map' },
  { view: 'ranking', words: 'page_ranking' },
  { view: 'tasks', words: 'page_tasks' },
] as const satisfies readonly { readonly view: string; readonly words: Key }[];
/** Pages that are linked from others and stand in no navigation. */
export const LINKED = [{ view: 'compare', words: 'page_compare' }, { view: 'procedures', words: 'page_procedures' }] as const satisfies readonly { readonly view: string; readonly words: Key }[];
export type PageName = (typeof PAGES | typeof LINKED)[number]['view'];

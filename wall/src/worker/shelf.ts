/** What the service worker does with a request: a pure choice, so that it can be shown that it never gives an old page or figure as a new one. */
export interface Asked { readonly method: string; readonly mode: string; readonly url: URL; readonly origin: string }
/**
 * `NETWORK`: not ours, as if there were no worker. `KEPT`: a file whose name carries its content's hash, so what is kept is what it is.
 * `PAGE`: the network first; only where the server gives no answer at all, the page that it gave last. `SHAPE`: the same for the map's geometry.
 */
export type Choice = 'NETWORK' | 'KEPT' | 'PAGE' | 'SHAPE';

export function choose({ method, mode, url, origin }: Asked): Choice {
  if (method !== 'GET' || url.origin !== origin) return 'NETWORK';
  if (url.pathname.startsWith('/assets/')) return 'KEPT';
  if (mode === 'navigate' && url.pathname === '/wall') return 'PAGE';
  return url.pathname === '/api/v1/geometry' ? 'SHAPE' : 'NETWORK';
}

/** A page that may be kept: the server's own and whole, not a proxy's error page, not a login form. */
export const isPage = (status: number, html: string): boolean => status === 200 && /<script\b[^>]*\bsrc="\/assets\//.test(html);
/** A proxy says by these that the server behind it gives no answer; the page that is here is better than its words. */
export const isAway = (status: number): boolean => status === 502 || status === 503 || status === 504;

/** The files that a page names, so that it can start without the server. */
export function filesOf(html: string): readonly string[] {
  return [...new Set([...html.matchAll(/(?:src|href)="(\/[\w./-]+\.(?:js|css|svg|woff2))"/g)].map(([, path]) => path ?? ''))];
}
/** What a style sheet names (fonts). */
export const fontsOf = (css: string): readonly string[] => [...new Set([...css.matchAll(/url\(["']?(\/assets\/[\w.-]+\.woff2)["']?\)/g)].map(([, path]) => path ?? ''))];

const MOST_FILES = 60;
/** Of the kept files, oldest first, those that go; never one of the pages that are kept. */
export function toDrop(files: readonly string[], needed: ReadonlySet<string>): readonly string[] {
  const old = files.filter((file) => !needed.has(file));
  return old.slice(0, Math.max(0, files.length - MOST_FILES));
}

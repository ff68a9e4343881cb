/** Is the page that runs still the one that the server has? A wall is reloaded for this reason alone, and only while the server answers. */

/** The script that a page starts with ("/assets/wall-DY7AcnAa.js"); null for anything that is not a built page (an error page, a proxy's). */
export function entryOf(html: string): string | null {
  return /<script\b[^>]*\btype="module"[^>]*\bsrc="(\/assets\/[\w.-]+\.js)"/.exec(html)?.[1] ?? null;
}

/** What tells one built page from another: "/assets/wall-DY7AcnAa.js" is "DY7AcnAa". */
export const versionOf = (entry: string): string => /\/[a-z]+-([\w-]+)\.js$/.exec(entry)?.[1] ?? entry;

export interface Facts {
  /** The script of the page that runs, and that of the page which the server just answered; null: no answer, or not a page of ours. */
  readonly own: string | null; readonly served: string | null;
  /** Since when, in seconds of the steady clock, the server has had that newer page; null: it has not. */
  readonly newerSince: number | null;
  /** The page that a reload was last made for: a proxy that goes on serving the old one must not make a circle. */
  readonly triedFor: string | null;
}
export type Release = 'SAME' | 'UNKNOWN' | 'ANNOUNCE' | 'RELOAD' | 'ALREADY_TRIED';
export const NOTICE_SECONDS = 60;

/** First it is announced, then, when the server still answers with it a minute later, the page is reloaded; once for each version. */
export function decideRelease({ own, served, newerSince, triedFor }: Facts, steady: number): Release {
  if (own === null || served === null) return 'UNKNOWN';
  if (served === own) return 'SAME';
  if (served === triedFor) return 'ALREADY_TRIED';
  return newerSince !== null && steady - newerSince >= NOTICE_SECONDS ? 'RELOAD' : 'ANNOUNCE';
}

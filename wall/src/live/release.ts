/** The page that the server has beside the one that runs, and loading it: what core/release decides of. */
import { entryOf } from '../core/release';
import { drop, WAIT_MS } from './browser';

/** The script that this page began with; null where it was not built. */
export const ownEntry = (): string | null => document.querySelector<HTMLScriptElement>('script[type=module][src^="/assets/"]')?.getAttribute('src') ?? null;

/** The script that the server's `page` begins with now; null for anything that is not a page of ours. Fetched, not navigated to, so that no service worker answers it. */
export async function servedEntry(page: string): Promise<string | null> {
  const answer = await fetch(page, { cache: 'no-store', headers: { accept: 'text/html' }, signal: AbortSignal.timeout(WAIT_MS) });
  if (answer.ok) return entryOf(await answer.text());
  await drop(answer);
  return null;
}

const TRIED = 'dunghen-reloaded-for';
/** The script that the page was last loaded anew for. */
export const triedFor = (): string | null => sessionStorage.getItem(TRIED);

/** Loads the page anew for `script`, if that is there. */
export async function loadAnew(script: string): Promise<void> {
  const answer = await fetch(script, { cache: 'no-store', signal: AbortSignal.timeout(WAIT_MS) });
  await drop(answer);
  if (!answer.ok) return;
  sessionStorage.setItem(TRIED, script);
  location.reload();
}

/** Asking for a desk's board by its key, which travels in a header alone. */
import { drop } from '../live/browser';
import { boardBody, type Answer } from './model';

const WAIT_MS = 20_000;
/** Raises nothing, and comes back after `waitMs` whatever the line does: a screen that waited for ever would show an old board and never ask again. */
export async function answered(desk: string, key: string, waitMs = WAIT_MS): Promise<Answer> {
  try {
    const answer = await fetch(`/api/v1/desks/${encodeURIComponent(desk)}/board`, { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(waitMs), headers: { accept: 'application/json', authorization: `Bearer ${key}` } });
    if (!answer.ok) return await drop(answer), { status: answer.status, body: null };
    return { status: 200, body: boardBody(await answer.json()) };
  } catch {
    return { status: 0, body: null };
  }
}

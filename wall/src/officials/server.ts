/** Asking the officials' routes: every answer also says whether the server is there and whether somebody is still signed in. */
import { Malformed, record } from '../core/model';

const API = '/api/v1';
export const pathOf = {
  session: () => `${API}/session`,
  mine: (after: string) => `${API}/session/dossiers?${new URLSearchParams({ limit: '500', ...(after === '' ? {} : { after }) }).toString()}`,
  board: (unit: string, after: string) => `${API}/units/${encodeURIComponent(unit)}/dossiers?${new URLSearchParams({ open: 'true', limit: '500', ...(after === '' ? {} : { after }) }).toString()}`,
  account: (code: string) => `${API}/dossiers/${encodeURIComponent(code)}/explanation`,
  actions: (code: string) => `${API}/dossiers/${encodeURIComponent(code)}/actions`,
  notices: () => `${API}/notices?mine=true&limit=100`,
  sheet: (unit: string, month: string) => `${API}/units/${encodeURIComponent(unit)}/monthly-sheet?${new URLSearchParams({ month }).toString()}`,
  sheetFile: (unit: string, month: string) => `${API}/units/${encodeURIComponent(unit)}/monthly-sheet.xlsx?${new URLSearchParams({ month }).toString()}`,
  justifications: (unit: string, of?: { readonly about: string; readonly period: string }) => `${API}/units/${encodeURIComponent(unit)}/justifications${of === undefined ? '' : `?${new URLSearchParams({ ...of }).toString()}`}`,
  indicators: () => `${API}/indicators`,
  yearOf: (set: string, year: string) => `${API}/officials/rankings/${encodeURIComponent(set)}?${new URLSearchParams({ period: year }).toString()}`,
  followUps: (unit: string, after: string) => `${API}/follow-ups?${new URLSearchParams({ limit: '200', ...(unit === '' ? {} : { unit }), ...(after === '' ? {} : { after }) }).toString()}`,
  definitions: () => `${API}/definitions`,
  quality: () => `${API}/notice-quality?window=30d`,
  link: (token: string) => `${API}/notice-links/${encodeURIComponent(token)}`,
  map: () => `${API}/map?window=month&kind=all`,
  stream: () => `${API}/officials/stream`,
} as const;

/** `status` 0: no answer, -1: an answer that does not fit; `detail`: of a 422, which part of what was sent is not valid. */
export interface Told<T> { readonly status: number; readonly body: T | null; readonly detail?: string }

/** Raises nothing. `no-store`: what names a dossier is in no cache of the browser. */
export async function asked<T>(url: string, read: (body: unknown) => T, init: RequestInit = {}): Promise<Told<T>> {
  try {
    const answer = await fetch(url, { cache: 'no-store', credentials: 'same-origin', ...init, headers: { accept: 'application/json', ...init.headers } });
    if (answer.status === 422) return { status: 422, body: null, detail: String(record<{ readonly detail?: unknown }>(await answer.json(), 'problem').detail) };
    if (!answer.ok) return await answer.body?.cancel().catch(() => undefined), { status: answer.status, body: null };
    return { status: answer.status, body: answer.status === 204 ? null : read(await answer.json()) };
  } catch (fault) {
    return { status: fault instanceof Malformed ? -1 : 0, body: null };
  }
}
export const posted = <T>(url: string, body: unknown, read: (body: unknown) => T): Promise<Told<T>> =>
  asked(url, read, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

/** No answer, or one that says that there is nobody to answer. */
export const isAway = (status: number): boolean => status === 0 || status >= 500;

/** The screen of a desk as signals: its settings, the board that came last, and whether that is of now. Nothing of it is kept but a typed key, in this window. */
import { computed, effect, signal } from '@preact/signals';
import { Malformed } from '../core/model';
import { elapsed, type Moment } from '../core/freshness';
import type { Values } from '../core/text';
import { drop, moment } from '../live/browser';
import { boardBody, modeOf, type Board, type Contact } from './model';
import { change, keyOf, read, type Settings } from './settings';
import { deskText } from './text';
import type { Key } from '../core/text';
import type { DeskKey } from './text';

const TYPED = 'dunghen-desk-key';
export const settings = signal<Settings>(read(location.search, location.hash, sessionStorage.getItem(TYPED)));
export const board = signal<Board | null>(null);
const contact = signal<Contact>({ heard: null, status: null });
export const beat = signal<Moment>(moment());
export const lang = computed(() => settings.value.lang);
export const say = (key: Key | DeskKey, values?: Values): string => deskText(lang.value, key, values);
export const mode = computed(() => modeOf(contact.value, beat.value, settings.value.everySeconds));
/** The last answer was none. */
export const troubled = computed(() => contact.value.status !== null);
/** Which page of long lists has its turn; it stands still while somebody holds it. */
export const turn = signal(0);
export const holding = signal(false);
const PAGE_SECONDS = 12;

let asking = false;
let asked: Moment | null = null;
let turned = moment();
/** Shows nothing of a desk whose key is not this one. */
async function ask(): Promise<void> {
  const { desk, key } = settings.peek();
  if (desk === '' || key === null || asking) return;
  asking = true;
  asked = moment();
  const { status, body } = await answered(desk, key);
  asking = false;
  if (key !== settings.peek().key) return void ask(); // another was typed meanwhile
  beat.value = moment();
  if (body !== null) {
    board.value = body;
    contact.value = { heard: beat.value, status: null };
    return;
  }
  if (status === 401 || status === 403 || status === 404) board.value = null;
  contact.value = { ...contact.peek(), status };
}
/** `status` 0: no answer, or one that does not fit. */
async function answered(desk: string, key: string): Promise<{ readonly status: number; readonly body: Board | null }> {
  try {
    const answer = await fetch(`/api/v1/desks/${encodeURIComponent(desk)}/board`, { cache: 'no-store', credentials: 'omit', headers: { accept: 'application/json', authorization: `Bearer ${key}` } });
    if (!answer.ok) return await drop(answer), { status: answer.status, body: null };
    return { status: 200, body: boardBody(await answer.json()) };
  } catch (fault) {
    if (!(fault instanceof Malformed || fault instanceof TypeError || fault instanceof SyntaxError)) throw fault;
    return { status: 0, body: null };
  }
}

/** A key that was typed: false where it cannot be one. */
export function take(typed: string): boolean {
  const key = keyOf(typed);
  if (key === null) return false;
  sessionStorage.setItem(TYPED, key);
  history.replaceState(null, '', location.pathname + change(location.search, {})); // a key of the address that was wrong goes
  contact.value = { heard: null, status: null };
  settings.value = read(location.search, '', key);
  void ask();
  return true;
}
export function choose(parts: Readonly<Record<string, string | null>>): void {
  history.replaceState(null, '', location.pathname + change(location.search, parts) + location.hash);
  settings.value = read(location.search, location.hash, sessionStorage.getItem(TYPED));
}

/** Asks again and again until the page goes; every reading is in the city's audit log, so not more often than set. */
export function start(): void {
  void ask();
  setInterval(() => {
    beat.value = moment();
    if (asked === null || elapsed(asked, beat.peek()) >= settings.peek().everySeconds) void ask();
    if (elapsed(turned, beat.peek()) < PAGE_SECONDS) return;
    turned = beat.peek();
    if (!holding.peek()) turn.value += 1;
  }, 1000);
}

/** Keeps the document's language, theme and title as set. */
export function dress(root: HTMLElement): void {
  effect(() => {
    root.lang = lang.value;
    root.classList.toggle('light', settings.value.theme === 'light');
    document.title = [settings.value.desk === '' ? say('desk_page') : say('desk_title', { desk: settings.value.desk }), say('product')].join(' · ');
  });
}

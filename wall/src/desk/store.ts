/** The screen of a desk as signals: its settings, the board that came last, and whether that is of now. Nothing of it is kept but a typed key, in this window. */
import { batch, computed, effect, signal } from '@preact/signals';
import { elapsed, type Moment } from '../core/freshness';
import type { Values } from '../core/text';
import { moment } from '../live/browser';
import { answered } from './asked';
import { contactAfter, isRefusal, modeOf, NO_CONTACT, type Board, type Contact } from './model';
import { change, keyOf, read, type Settings } from './settings';
import { deskText } from './text';
import type { Key } from '../core/text';
import type { DeskKey } from './text';

const TYPED = 'dunghen-desk-key';
export const settings = signal<Settings>(read(location.search, location.hash, sessionStorage.getItem(TYPED)));
export const board = signal<Board | null>(null);
const contact = signal<Contact>(NO_CONTACT);
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
  const answer = await answered(desk, key).finally(() => (asking = false));
  if (key !== settings.peek().key) return ask(); // another was typed meanwhile
  beat.value = moment();
  if (answer.body !== null || isRefusal(answer.status)) board.value = answer.body;
  contact.value = contactAfter(contact.peek(), answer, beat.peek());
}

/** Another key: what the one before opened or closed is gone. */
function open(next: Settings): void {
  batch(() => {
    if (next.key !== settings.peek().key) board.value = null;
    contact.value = NO_CONTACT;
    settings.value = next;
  });
  void ask();
}
/** A key that was typed: false where it cannot be one. */
export function take(typed: string): boolean {
  const key = keyOf(typed);
  if (key === null) return false;
  sessionStorage.setItem(TYPED, key);
  history.replaceState(null, '', location.pathname + change(location.search, {})); // a key of the address that was wrong goes
  open(read(location.search, '', key));
  return true;
}
export function choose(parts: Readonly<Record<string, string | null>>): void {
  history.replaceState(null, '', location.pathname + change(location.search, parts) + location.hash);
  settings.value = read(location.search, location.hash, sessionStorage.getItem(TYPED));
}

/** Asks again and again until the page goes; every reading is in the city's audit log, so not more often than set. */
export function start(): void {
  void ask();
  addEventListener('hashchange', () => open(read(location.search, location.hash, sessionStorage.getItem(TYPED))));
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

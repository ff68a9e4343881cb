/** A wall's state as signals: its settings, what has come, what is shown, and which scene has its turn. */
import { computed, effect, signal } from '@preact/signals';
import { ages, health, serverNow } from '../core/freshness';
import { sameQuestion } from '../core/picture';
import { local } from '../core/times';
import { browserPorts } from '../live/browser';
import { live } from '../live/live';
import { paced } from '../live/paced';
import { standing } from '../live/standing';
import { modeOf, shownOf, type Mode, type Shown } from '../live/shown';
import { beside, type Read } from './beside';
import type { Earlier, Feed } from './bodies';
import { lastHour, largest, type Move } from './moves';
import { following, turn, type Turn } from './scenes';
import { enlargement, reachOf } from './screen';
import { change, read, type SceneName, type Settings } from './settings';
import { wallText, type Said } from './text';
import type { Values } from '../core/text';

export const settings = signal<Settings>(read(location.search));
export const source = live(browserPorts, settings.peek());
export const { state, beat, nextTry } = source;
/** Drawn at most four times a second: who stands ten metres away reads no more, and a rush of changes would be all that the page does. */
const DRAWN_MS = 250;
const drawn = paced(state, DRAWN_MS, (before, now) => before.kept === null && now.kept === null && before.picture !== null && now.picture !== null && sameQuestion(before.picture.question, now.picture.question));
/** The picture that motion and updates were stopped on; null while they run. */
export const held = signal<Shown | null>(null);
/** The city's time at which that was done, "HH:MM:SS"; null where it was not known. */
export const heldAt = signal<string | null>(null);
/** Where the bands begin. */
export const edges = standing(source.edges, held);
/** A scene that a person chose; the turning goes on from the next minute they resume it. */
export const pinned = signal<SceneName | null>(null);
/** The catalogue's short names of offices, by code. */
export const shorts = signal<ReadonlyMap<string, string>>(new Map());
/** What was read beside the picture: the feeds; what units were an hour ago, and at the briefing's hour, null there: the server has no such past. While updates are stopped nothing is put here. */
export const feedsRead = signal<Read<readonly Feed[]> | null>(null);
export const hourRead = signal<Read<Earlier | null> | null>(null);
export const dayRead = signal<Read<Earlier | null> | null>(null);
/** Seconds between two readings of each. */
export const EVERY = { feeds: 30, hour: 60, day: 600 } as const;
/** A newer page than this one is served: its name, and the city's time (seconds) by which it is loaded; null there: the time is not known. */
export interface Newer { readonly version: string; readonly latest: number | null }
export const newer = signal<Newer | null>(null);

export const lang = computed(() => settings.value.lang);
export const say = (key: Said, values?: Values): string => wallText(lang.value, key, values);

/** The figures as they are drawn, and how old they are as it is known now: at most DRAWN_MS apart. */
export const shown = computed<Shown | null>(() => shownOf({ ...state.value, picture: drawn.value.picture }, held.value));
export const picture = computed(() => shown.value?.picture ?? null);
export const mode = computed<Mode>(() => modeOf(state.value, held.value, beat.value));
/** The picture may be taken for one of now. */
export const fresh = computed(() => mode.value === 'live' || mode.value === 'switching');
export const shownAges = computed(() => (shown.value === null ? null : ages(shown.value.freshness, beat.value)));
/** With a kept picture: the server's time then and what this computer's clock counted since, as its age is; null if that went backwards. */
function sinceKept(): number | null {
  const [at, aged] = [state.value.kept?.at ?? null, shownAges.value?.picture ?? 0];
  return at === null || aged <= 0 ? null : at + aged;
}
/** The city's time by the server's clock: its seconds, date, "HH:MM:SS", minute of the day, weekday (0: Sunday). Null until told. */
export const clock = computed(() => {
  const now = state.value.freshness === null ? null : serverNow(state.value.freshness, beat.value) ?? sinceKept();
  const zone = shown.value?.picture.city.zone ?? null;
  if (now === null || zone === null) return null;
  const { date, time } = local(now, zone);
  return { now, zone, date, time, minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)), weekday: new Date(`${date}T00:00:00Z`).getUTCDay() };
});

export const height = signal(screenHeight());
function screenHeight(): number {
  return Math.min(innerHeight, (innerWidth * 108) / 192);
}
addEventListener('resize', () => (height.value = screenHeight()));
export const times = computed(() => enlargement(settings.value, height.value));
export const reach = computed(() => reachOf(times.value));

const besideOf = computed(() => shown.value?.freshness ?? null);
/** The same as far as it is of about the moment of the picture; null where it is not. */
export const feeds = computed(() => beside(feedsRead.value, besideOf.value, EVERY.feeds));
export const hour = computed(() => beside(hourRead.value, besideOf.value, EVERY.hour));
export const day = computed(() => beside(dayRead.value, besideOf.value, EVERY.day));

const MOST_MOVES = 14;
export const moves = computed<readonly Move[]>(() => (shown.value === null || hour.value === null ? [] : lastHour(shown.value.picture.units, hour.value, MOST_MOVES)));
export const morning = computed<readonly Move[]>(() => (shown.value === null || day.value === null ? [] : largest(shown.value.picture.units, day.value, 5)));

export const scene = computed<Turn>(() => {
  if (pinned.value !== null) return { scene: pinned.value, reason: 'ONLY' };
  return turn(settings.value, { now: clock.value?.now ?? null, minute: clock.value?.minute ?? null, briefed: day.value !== null, changed: moves.value.length > 0 });
});

export function toggleHeld(): void {
  if (held.value === null) {
    pinned.value = scene.value.scene;
    heldAt.value = clock.value?.time ?? null;
    held.value = shown.value;
  } else {
    held.value = null;
    pinned.value = null;
  }
}
export const nextScene = (): void => void (pinned.value = following(settings.value, scene.value.scene));
export const turnOn = (): void => void (pinned.value = null);

/** The address follows, so that the wall comes back the same. */
export function choose(parts: Readonly<Record<string, string | null>>): void {
  history.replaceState(null, '', location.pathname + change(location.search, parts) + location.hash);
  settings.value = read(location.search);
}

/** Keeps the document's language and theme as set. */
export function dress(root: HTMLElement): void {
  effect(() => {
    root.lang = lang.value;
    root.classList.toggle('light', settings.value.theme === 'light');
    root.classList.toggle('kiosk', settings.value.kiosk);
    document.title = `${say('product')} · ${say('wall')}`;
  });
}
/** Whether the server answers, even if its own picture is old. */
export const isReached = (): boolean => state.peek().freshness !== null && state.peek().kept === null && health(state.peek().freshness!, beat.peek()) !== 'lost';
/** Whether the server answers at all, even with what this page cannot read: a newer one may. */
export const isAnswered = (): boolean => isReached() || state.peek().fault !== null;
/** Whether the server has vouched for the picture within the last moments. */
export const inContact = (): boolean => state.peek().freshness !== null && state.peek().kept === null && health(state.peek().freshness!, beat.peek()) === 'live';

/** The page's state as signals: what is chosen, what has come, what is shown. The composition root connects it to the browser. */
import { batch, computed, signal } from '@preact/signals';
import { read, write, type Choice, type Theme } from '../core/address';
import { EDGES, edgesOf, type Edges } from '../core/figures';
import { elapsed, health, pictureAge, type Freshness, type Health } from '../core/freshness';
import { sameQuestion, type Picture } from '../core/picture';
import { text, type Key, type Lang } from '../core/text';
import { browserPorts, moment } from '../live/browser';
import { ask, begin, step, type State } from '../live/state';
import { Line, type Message } from '../live/stream';

export interface Shown { readonly picture: Picture; readonly freshness: Freshness }

export const onWall = location.pathname.startsWith('/wall');
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const narrowScreen = matchMedia('(max-width: 720px)');

export const choice = signal<Choice>(read(location.search));
export const systemDark = signal(darkSystem.matches);
export const narrow = signal(narrowScreen.matches);
export const state = signal<State>(begin(choice.value));
/** The picture that updates were paused on; null while they run. */
export const held = signal<Shown | null>(null);
/** Both browser clocks, read about once a second; ages on screen depend on it. */
export const beat = signal(moment());

/** Where the bands begin, as /definitions says it now. */
export const edges = signal<Edges>(EDGES);

export const lang = computed<Lang>(() => choice.value.lang);
export const theme = computed<Theme>(() => choice.value.theme ?? (onWall || systemDark.value ? 'dark' : 'light'));
export const shown = computed<Shown | null>(() => {
  const { picture, freshness } = state.value;
  return held.value ?? (picture === null || freshness === null ? null : { picture, freshness });
});
export const picture = computed<Picture | null>(() => shown.value?.picture ?? null);
export const today = computed(() => picture.value?.asOf ?? null);
/** Seconds; null before the first picture. A paused picture ages like any other. */
export const shownAge = computed(() => (shown.value === null ? null : pictureAge(shown.value.freshness, beat.value)));
export type Mode = Health | 'connecting' | 'held' | 'switching';
export const mode = computed<Mode>(() => {
  const { freshness, question } = state.value;
  if (picture.value === null || freshness === null) return 'connecting';
  const contact = health(freshness, beat.value);
  if (contact !== 'live') return contact;
  if (held.value !== null) return 'held';
  return sameQuestion(picture.value.question, question) ? 'live' : 'switching';
});
export const say = (key: Key, values?: Readonly<Record<string, string | number>>): string => text(lang.value, key, values);

const line = new Line(browserPorts, (message: Message) => {
  batch(() => {
    beat.value = moment();
    const before = state.value;
    state.value = step(before, message, beat.value);
    const came = state.value;
    if (came.fault !== null && came.fault !== before.fault) line.doubt();
    if (held.value !== null && came.picture !== null && came.freshness !== null && !sameQuestion(held.value.picture.question, came.picture.question)) {
      held.value = { picture: came.picture, freshness: came.freshness }; // a new question is answered once, then stands still
    }
  });
});

/** Change what is chosen: the address follows, and a new question goes to the server. */
export function choose(part: Partial<Choice>): void {
  const next = { ...choice.value, ...part };
  const asksAnew = !sameQuestion(next, choice.value);
  batch(() => {
    choice.value = next;
    history.replaceState(null, '', location.pathname + write(next, location.search));
    if (asksAnew) state.value = ask(state.value, next);
  });
  if (asksAnew) line.ask(next);
}

export function togglePause(): void {
  held.value = held.value === null ? shown.value : null;
}

const POLICY_SECONDS = 300;
let askedAt = moment();
async function learnEdges(): Promise<void> {
  askedAt = moment();
  const answer = await browserPorts.fetch('/api/v1/definitions').catch(() => null); // without it the shipped edges stand
  const told = answer === null ? null : edgesOf(answer.body);
  if (told !== null && JSON.stringify(told) !== JSON.stringify(edges.peek())) edges.value = told;
}

function pulse(): void {
  beat.value = moment();
  if (elapsed(askedAt, beat.value) > POLICY_SECONDS) void learnEdges();
  line.watch();
}

export function start(): void {
  line.ask(choice.value);
  void learnEdges();
  setInterval(pulse, 1000);
  document.addEventListener('visibilitychange', pulse);
  addEventListener('pageshow', pulse);
  addEventListener('pagehide', (event) => {
    if (!event.persisted) line.close();
  });
  darkSystem.addEventListener('change', (event) => (systemDark.value = event.matches));
  narrowScreen.addEventListener('change', (event) => (narrow.value = event.matches));
}

/** The page's state as signals: what is chosen, what has come, what is shown. The composition root connects it to the browser. */
import { batch, computed, effect, signal } from '@preact/signals';
import { inOrder, read, write, type Choice, type Theme } from '../core/address';
import { pictureAge, serverNow } from '../core/freshness';
import { measureOf, type Measure } from '../core/catalogue';
import { isLive } from '../core/model';
import { ofFacts, sameQuestion, type Picture } from '../core/picture';
import { text, type Key, type Lang } from '../core/text';
import { browserPorts } from '../live/browser';
import { catalogue, followCatalogue } from '../live/catalogue';
import { live } from '../live/live';
import { standing } from '../live/standing';
import { modeOf, shownOf, type Mode, type Shown } from '../live/shown';
import { followGeometry } from '../map/geometry';

const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const narrowScreen = matchMedia('(max-width: 720px)');
const paper = matchMedia('print');

export const choice = signal<Choice>(read(location.search));
export const systemDark = signal(darkSystem.matches);
export const narrow = signal(narrowScreen.matches);
/** Laid out for paper: light, and nothing left out, whatever the screen is. */
export const printing = signal(paper.matches);
const source = live(browserPorts, choice.peek());
export const { state, beat } = source;
/** The picture that updates were paused on; null while they run. */
export const held = signal<Shown | null>(null);
/** The server's clock when they were paused; null where it was never told. */
export const heldAt = signal<number | null>(null);

/** Where the bands begin. */
export const edges = standing(source.edges, held);

export const lang = computed<Lang>(() => choice.value.lang);
export const theme = computed<Theme>(() => choice.value.theme ?? (systemDark.value ? 'dark' : 'light'));
export const shown = computed<Shown | null>(() => shownOf(state.value, held.value));
const came = computed<Picture | null>(() => shown.value?.picture ?? null);
/** What the picture shows instead of a rate; null: a rate, or an indicator of which nothing is known yet. */
export const measure = computed<Measure | null>(() => {
  const code = came.value?.question.indicator ?? null;
  return code === null || catalogue.value === null ? null : measureOf(catalogue.value, code, edges.value);
});
/** Of an indicator nothing is shown before it is known what its figures mean. */
export const picture = computed<Picture | null>(() => {
  if (came.value === null || (came.value.question.indicator ?? null) === null) return came.value;
  return measure.value === null ? null : measure.value.facts ? ofFacts(came.value) : came.value;
});
export const today = computed(() => picture.value?.asOf ?? null);
/** The city's day by the last picture of now; null where none has come: a picture of the past has the day that was asked for. */
export const presentDay = signal<string | null>(null);
effect(() => {
  const now = picture.value;
  if (now !== null && isLive(now.question)) presentDay.value = now.asOf;
});
/** Seconds; null before the first picture. A paused picture ages like any other. */
export const shownAge = computed(() => (shown.value === null ? null : pictureAge(shown.value.freshness, beat.value)));
/** The server's clock at which the shown figures were those of now. */
export const shownUntil = computed(() => {
  const [freshness, seconds] = [shown.value?.freshness, shownAge.value];
  const now = freshness === undefined ? null : serverNow(freshness, beat.value);
  return freshness === undefined || seconds === null || now === null ? null : now - seconds * (freshness.server?.speed ?? 1);
});
export const mode = computed<Mode>(() => modeOf(state.value, held.value, beat.value));
export const say = (key: Key, values?: Readonly<Record<string, string | number>>): string => text(lang.value, key, values);

effect(() => {
  const { picture: came, freshness } = state.value;
  const paused = held.peek();
  if (paused !== null && came !== null && freshness !== null && !sameQuestion(paused.picture.question, came.question)) {
    held.value = { picture: came, freshness }; // a new question is answered once, then stands still
  }
});

/** The mark of a history entry that a choice on the page made. */
export const STEPPED = 'stepped';

/** Change what is chosen: the address follows, as a new step of the browser's history unless it is a step in typing; a new question goes to the server. */
export function choose(part: Partial<Choice>, step: 'new' | 'same' = 'new'): void {
  const next = inOrder({ ...choice.value, ...part, unread: [] });
  const address = location.pathname + write(next, location.search);
  if (address !== location.pathname + location.search) history[step === 'new' ? 'pushState' : 'replaceState'](STEPPED, '', address);
  take(next);
}

function take(next: Choice): void {
  const asksAnew = !sameQuestion(next, choice.value);
  batch(() => {
    choice.value = next;
    if (asksAnew) source.ask(next);
  });
}

export function togglePause(): void {
  const now = held.value === null ? shown.value : null;
  batch(() => {
    held.value = now;
    heldAt.value = now === null ? null : serverNow(now.freshness, beat.value);
  });
}

export function start(): void {
  source.start();
  followGeometry(standing(state, held));
  void followCatalogue(browserPorts, () => held.peek() !== null);
  addEventListener('popstate', () => take(read(location.search)));
  darkSystem.addEventListener('change', (event) => (systemDark.value = event.matches));
  narrowScreen.addEventListener('change', (event) => (narrow.value = event.matches));
  paper.addEventListener('change', (event) => (printing.value = event.matches));
  addEventListener('beforeprint', () => (printing.value = true));
  addEventListener('afterprint', () => (printing.value = paper.matches));
}

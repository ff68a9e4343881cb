/** What a wall does beside showing: reads the last hour, yesterday and the feeds, keeps its picture, looks for a new page, and reports. */
import { effect, type Signal } from '@preact/signals';
import { asked } from '../core/address';
import { elapsed, type Moment } from '../core/freshness';
import { decideRelease, NOTICE_SECONDS, versionOf } from '../core/release';
import { browserPorts, drop, moment, WAIT_MS } from '../live/browser';
import { keep, remember } from '../live/kept';
import { loadAnew, ownEntry, servedEntry, triedFor } from '../live/release';
import type { Read } from './beside';
import { earlierBody, feedsBody, shortsBody, type Earlier, type Feed } from './bodies';
import { sampleFrames } from './frames';
import { briefingSince } from './moves';
import { failures, reportOf } from './report';
import { within } from './settings';
import { clock, dayRead, EVERY, feedsRead, held, hourRead, inContact, isAnswered, isReached, mode, newer, scene, settings, shorts, shownAges, source, state } from './store';

interface Duty { readonly every: number; readonly due: () => boolean; readonly run: () => Promise<void> }

/** One duty at a time of its kind, again after `every` seconds; a failure waits for the next turn. */
function keepDoing({ every, due, run }: Duty): { readonly soon: () => void } {
  let last: Moment | null = null;
  let busy = false;
  const look = (): void => {
    if (busy || !due() || (last !== null && elapsed(last, moment()) < every)) return;
    busy = true;
    last = moment();
    run().catch(() => undefined).finally(() => (busy = false)); // the picture's own age tells that something is wrong
  };
  setInterval(look, 1000);
  return { soon: () => (last = last !== null && elapsed(last, moment()) < 10 ? last : null) };
}

async function earlier(since: number): Promise<Earlier | null> {
  const answer = await browserPorts.fetch(`/api/v1/changes?${asked(settings.peek())}&since=${encodeURIComponent(new Date(since * 1000).toISOString())}`);
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw new Error(`answer ${answer.status}`);
  return earlierBody(answer.body);
}
/** Into `target` with the moment of it, unless updates were stopped meanwhile: what is shown then stands still. */
async function read<T>(target: Signal<Read<T> | null>, what: Promise<T>): Promise<void> {
  const found = await what;
  if (held.peek() === null) target.value = { what: found, at: moment() };
}
const readHour = (): Promise<void> => read(hourRead, earlier(Math.floor((clock.peek()!.now - 3600) / 60) * 60));
function readDay(): Promise<void> {
  const now = clock.peek()!;
  return read(dayRead, earlier(briefingSince(now.now, now.weekday)));
}
async function feedsNow(): Promise<readonly Feed[]> {
  const answer = await browserPorts.fetch('/api/v1/feeds');
  if (answer.status !== 200) throw new Error(`answer ${answer.status}`);
  const found = feedsBody(answer.body);
  keepRaw(FEEDS, answer.body);
  return found;
}
const readFeeds = (): Promise<void> => read(feedsRead, feedsNow());

async function readShorts(): Promise<void> {
  const answer = await browserPorts.fetch('/api/v1/units');
  if (answer.status !== 200) return;
  shorts.value = shortsBody(answer.body);
  keepRaw(SHORTS, answer.body);
}

/** What stands beside the picture, and is kept with it for a start without the server. */
const [FEEDS, SHORTS] = ['dunghen-feeds', 'dunghen-shorts'] as const;
function keepRaw(name: string, body: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(body));
  } catch { /* a full or forbidden store: a cold start has long names */ }
}
function recall(name: string, take: (body: unknown) => void): void {
  try {
    const kept = localStorage.getItem(name);
    if (kept !== null) take(JSON.parse(kept));
  } catch { /* what cannot be read was not kept */ }
}

const own = ownEntry();
let newerSince: number | null = null;
const LOOK_SECONDS = 60;
/** `served`: the script of the newer page; its name is the version that is shown. */
function announce(served: string | null): void {
  newerSince = served === null ? null : newerSince ?? moment().steady;
  const now = clock.peek()?.now ?? null;
  if (served === null) newer.value = null;
  else newer.value ??= { version: versionOf(served), latest: now === null ? null : now + NOTICE_SECONDS + LOOK_SECONDS };
}
async function readRelease(): Promise<void> {
  const served = await servedEntry('/wall');
  const decided = decideRelease({ own, served, newerSince, triedFor: triedFor() }, moment().steady);
  if (decided === 'UNKNOWN') return;
  announce(decided === 'ANNOUNCE' || decided === 'RELOAD' ? served : null);
  if (decided === 'RELOAD' && served !== null) await loadAnew(served);
}

const wall = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
async function report(): Promise<void> {
  const memory = (performance as Performance & { memory?: { usedJSHeapSize: number } }).memory;
  const body = reportOf({
    frames: await sampleFrames(), heapBytes: memory?.usedJSHeapSize ?? null, eventAge: shownAges.peek()?.contact ?? null, version: state.peek().picture?.version ?? null,
    page: own ?? 'unbuilt', wall, mode: mode.peek(), failures: failures.length,
  });
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  await drop(await fetch('/api/v1/wall-reports', { method: 'POST', signal: AbortSignal.timeout(WAIT_MS), headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }, body: JSON.stringify(body) }));
}

/** In the morning, and when somebody looks at the briefing. */
const briefs = (): boolean => {
  const { scenes, briefing } = settings.peek();
  const now = clock.peek();
  return scene.peek().scene === 'briefing' || (now !== null && scenes.includes('briefing') && briefing !== null && within(briefing, now.minute));
};

/** Starts everything; the picture of the last run comes before the line is opened. */
export async function duties(): Promise<void> {
  if (own !== null) void navigator.serviceWorker?.register('/sw.js').catch(() => undefined); // without it the wall works, but not from a cold start offline
  const kept = await remember(settings.peek());
  if (kept !== null) {
    recall(FEEDS, (body) => (feedsRead.value = { what: feedsBody(body), at: null }));
    recall(SHORTS, (body) => (shorts.value = shortsBody(body)));
    source.tell(kept);
  }
  source.start();
  const told = (): boolean => inContact() && clock.peek() !== null;
  const runs = (): boolean => held.peek() === null;
  const hours = keepDoing({ every: EVERY.hour, due: () => told() && runs(), run: readHour });
  keepDoing({ every: EVERY.day, due: () => told() && runs() && briefs(), run: readDay });
  keepDoing({ every: EVERY.feeds, due: () => isReached() && runs(), run: readFeeds });
  keepDoing({ every: 900, due: isReached, run: readShorts });
  keepDoing({ every: 60, due: inContact, run: () => keep(settings.peek()) });
  keepDoing({ every: LOOK_SECONDS, due: () => own !== null && isAnswered(), run: readRelease });
  keepDoing({ every: 60, due: inContact, run: report });
  effect(() => void (bandsOf() && hours.soon()));
}

let bands = '';
/** True when some unit came into another band since the last look. */
function bandsOf(): boolean {
  const now = state.value.picture?.units.map((unit) => unit.band).join(' ') ?? '';
  const moved = bands !== '' && now !== bands;
  bands = now;
  return moved;
}

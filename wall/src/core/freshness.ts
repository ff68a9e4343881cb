/**
 * How old the picture is, as one value that is only ever moved by what the server says. The browser's date is never believed;
 * differences of two browser clocks are, the greater one, because the monotonic one stands still while a computer sleeps.
 * A word that was sent late is as old as it is, not as new as its coming.
 */
import type { Tick } from './model';

/** A reading of both browser clocks in seconds: performance.now() and Date.now(), both only ever subtracted. */
export interface Moment { readonly steady: number; readonly wall: number }
export const elapsed = (from: Moment, to: Moment): number => Math.max(0, to.steady - from.steady, to.wall - from.wall);

export interface Freshness {
  /** When the last word of any kind was sent by the server, as far as it is known; without better knowledge when it came. */
  readonly heard: Moment;
  /** The same of the last word from a server that knew how far it is behind; `lag` is what it said, in seconds. */
  readonly vouched: Moment; readonly lag: number;
  /** The server itself says that its picture is old. */
  readonly admitted: boolean;
  /** How long the stream's last tick had been on its way, in seconds; what comes beside it came no faster. */
  readonly late: number;
  /** The last answer to a question of our own: it is no older than the question, so what the stream brings late takes nothing back from it. */
  readonly answer: Pick<Freshness, 'heard' | 'lag' | 'admitted'> | null;
  readonly server: ServerClock | null;
}
/**
 * The server's clock by the word that was the least late: `at` when it was `read`, and how fast it runs (a city's clock may be sped up, or stand still).
 * `tick`: what the last tick said. Null until told.
 */
interface ServerClock { readonly at: number; readonly read: Moment; readonly speed: number; readonly tick: { readonly at: number; readonly read: Moment } | null }

export const QUIET_SECONDS = 25; // ticks come every 10 s: two and a half of them are missing
export const BEHIND_SECONDS = 60;
/** Less is no delay: times are told in whole seconds, and a line is slow at times. */
const SLACK_SECONDS = 5;
const DRIFT = 2e-4; // of two clocks that nobody sets; so much is forgiven, so that a wall of many months does not grow old
const NOISE = 0.3; // whole seconds make ±10 % of a tick's ten

/** So many seconds before. */
const back = ({ steady, wall }: Moment, seconds: number): Moment => (seconds === 0 ? { steady, wall } : { steady: steady - seconds, wall: wall - seconds });

/** A snapshot or change came by the stream, which tells no time of its own: as late as the last tick was. The server vouches for it unless it says that it is old (`stale`, `age` in seconds). */
export function heard(before: Freshness | null, now: Moment, said: { stale?: boolean; age?: number | null } = {}): Freshness {
  const sent = back(now, before?.late ?? 0);
  return latest({ heard: sent, vouched: sent, lag: said.age ?? before?.lag ?? 0, admitted: said.stale ?? false, late: before?.late ?? 0, answer: before?.answer ?? null, server: before?.server ?? null }, now);
}

/** A tick came. It vouches for the picture only if that is `whole` and the server can say how far it is behind; else the age runs on. */
export function ticked(before: Freshness | null, now: Moment, tick: Tick, whole: boolean): Freshness {
  const server = tick.serverTime === null ? before?.server ?? null : byTick(before?.server ?? null, now, tick.serverTime);
  const late = tick.serverTime === null || server === null ? before?.late ?? 0 : lateness(server, now, tick.serverTime);
  const lag = tick.lag ?? (tick.stale ? tick.age : null);
  const next = { ...heard(before && { ...before, late }, now, { stale: tick.stale }), late, server, lag: lag ?? before?.lag ?? 0 };
  const vouches = whole && (lag !== null || tick.lag === undefined);
  return latest(vouches ? { ...next, vouched: back(now, late) } : { ...next, vouched: before?.vouched ?? now }, now);
}

/** An answer came to what was `asked` then; `serverTime`: its Date, which was made in between, so it proves where the server's clock stands. */
export function answered(before: Freshness | null, now: Moment, said: { serverTime: number | null; asked: Moment; stale?: boolean; age?: number | null }): Freshness {
  const server = said.serverTime === null ? before?.server ?? null : byAnswer(before?.server ?? null, now, said.serverTime, said.asked);
  const late = said.serverTime === null || server === null ? 0 : Math.min(lateness(server, now, said.serverTime), elapsed(said.asked, now));
  const answer = { heard: back(now, late), lag: said.age ?? before?.lag ?? 0, admitted: said.stale ?? false };
  return { ...answer, vouched: answer.heard, late: before?.late ?? 0, answer, server };
}

/** What the stream said, but for what an answer said later. */
function latest(said: Freshness, now: Moment): Freshness {
  const { answer, late } = said;
  if (answer === null || late === 0 || elapsed(answer.heard, now) >= late) return said;
  return { ...said, heard: answer.heard, vouched: answer.heard, lag: answer.lag, admitted: answer.admitted };
}

const clockNow = ({ at, read, speed }: ServerClock, now: Moment): number => at + elapsed(read, now) * speed;
/** Seconds between when a word was sent by the server's clock, and now. */
function lateness(server: ServerClock, now: Moment, serverTime: number): number {
  const seconds = server.speed === 0 ? 0 : (clockNow(server, now) - serverTime) / server.speed;
  return seconds > SLACK_SECONDS ? seconds : 0;
}

/** A tick may have been on its way for long, so it only ever sets the clock forward. */
function byTick(old: ServerClock | null, now: Moment, serverTime: number): ServerClock {
  const tick = { at: serverTime, read: now };
  if (old === null) return { ...tick, speed: 1, tick };
  const speed = speedOf(old, now, serverTime);
  if (speed === 0 && old.speed === 0) return { ...old, tick };
  if (speed === 0) return { at: serverTime, read: old.speed === 1 ? back(now, Math.max(0, clockNow(old, now) - serverTime)) : now, speed, tick }; // read when it was so much, for where it runs on all the same
  const ahead = serverTime >= old.at + elapsed(old.read, now) * speed * (1 - DRIFT);
  return ahead || (speed > 1 && speed !== old.speed) ? { ...tick, speed, tick } : { ...old, speed, tick };
}

/** By two words: the clock stands still where they say the same (of a delayed one the next shows that it does not), and is sped up where it is ahead of what is known, which no delay can make; else as before. */
function speedOf(old: ServerClock, now: Moment, serverTime: number): number {
  const from = old.tick ?? old;
  const waited = elapsed(from.read, now);
  if (waited < 2) return old.speed;
  const ratio = (serverTime - from.at) / waited;
  if (ratio === 0) return 0;
  if (Math.abs(ratio - 1) < NOISE) return 1;
  const isFaster = ratio > 1 && serverTime - clockNow(old, now) > SLACK_SECONDS;
  return isFaster || (old.speed > 1 && Math.abs(ratio / old.speed - 1) < NOISE) ? ratio : old.speed;
}

/** The clock that is known stands, unless it is where the server's cannot be. */
function byAnswer(old: ServerClock | null, now: Moment, date: number, asked: Moment): ServerClock {
  const proven = { at: date, read: now, speed: old?.speed ?? 1, tick: old?.tick ?? null };
  if (old === null) return proven;
  const behind = (clockNow(old, now) - date) / Math.max(1, old.speed);
  return behind <= 0 || behind > elapsed(asked, now) + SLACK_SECONDS ? proven : old;
}

/** The server's clock now; null if it was never told. */
export function serverNow(freshness: Freshness, now: Moment): number | null {
  return freshness.server === null ? null : clockNow(freshness.server, now);
}
/** Age of the picture in real seconds: time since the server last vouched for it, plus how far it was behind then. */
export const pictureAge = (freshness: Freshness, now: Moment): number => elapsed(freshness.vouched, now) + freshness.lag;

/** The ages apart, in real seconds: since the server was last heard; how far it was behind its sources then; and of the picture, which is both. */
export interface Ages { readonly contact: number; readonly sources: number; readonly picture: number }
export function ages(freshness: Freshness, now: Moment): Ages {
  const [contact, picture] = [elapsed(freshness.heard, now), pictureAge(freshness, now)];
  return { contact, sources: Math.max(0, picture - contact), picture };
}

export type Health = 'live' | 'lost' | 'behind';
/** `lost`: no contact; `behind`: the server answers but its own picture is old. Both mean: not a picture of now. */
export function health(freshness: Freshness, now: Moment): Health {
  if (elapsed(freshness.heard, now) > QUIET_SECONDS) return 'lost';
  return freshness.admitted || pictureAge(freshness, now) > BEHIND_SECONDS ? 'behind' : 'live';
}

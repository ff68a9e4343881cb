/**
 * How old the picture is, as one value that is only ever moved by what the server says. The browser's date is never believed;
 * differences of two browser clocks are, the greater one, because the monotonic one stands still while a computer sleeps.
 */
import type { Tick } from './model';

/** A reading of both browser clocks in seconds: performance.now() and Date.now(), both only ever subtracted. */
export interface Moment { readonly steady: number; readonly wall: number }
export const elapsed = (from: Moment, to: Moment): number => Math.max(0, to.steady - from.steady, to.wall - from.wall);

export interface Freshness {
  /** Last word of any kind from the server. */
  readonly heard: Moment;
  /** Last word from a server that knew how far it is behind; `lag` is what it said, in seconds. */
  readonly vouched: Moment; readonly lag: number;
  /** The server itself says that its picture is old. */
  readonly admitted: boolean;
  /** The server's clock, how fast it runs (a city's clock may be sped up), and when it was read; null until told. */
  readonly server: { readonly at: number; readonly read: Moment; readonly speed: number } | null;
}

export const QUIET_SECONDS = 25; // ticks come every 10 s: two and a half of them are missing
export const BEHIND_SECONDS = 60;

/** A picture or a change came: the server vouches for it unless it says that it is old (`stale`, `age` in seconds). */
export function heard(before: Freshness | null, now: Moment, said: { serverTime?: number | null; stale?: boolean; age?: number | null } = {}): Freshness {
  return { heard: now, vouched: now, lag: said.age ?? before?.lag ?? 0, admitted: said.stale ?? false, server: clock(before, now, said.serverTime ?? null) };
}

/** A tick came. It vouches for the picture only if that is `whole` and the server can say how far it is behind; else the age runs on. */
export function ticked(before: Freshness | null, now: Moment, tick: Tick, whole: boolean): Freshness {
  const lag = tick.lag ?? (tick.stale ? tick.age : null);
  const next = { ...heard(before, now, { serverTime: tick.serverTime, stale: tick.stale }), lag: lag ?? before?.lag ?? 0 };
  const vouches = whole && (lag !== null || tick.lag === undefined);
  return vouches ? next : { ...next, vouched: before?.vouched ?? now };
}

function clock(before: Freshness | null, now: Moment, serverTime: number | null): Freshness['server'] {
  const old = before?.server ?? null;
  if (serverTime === null) return old;
  const waited = old === null ? 0 : elapsed(old.read, now);
  const ratio = old === null || waited < 2 ? 1 : (serverTime - old.at) / waited;
  const speed = waited < 2 && old !== null ? old.speed : Math.abs(ratio - 1) < 0.3 || ratio < 0 ? 1 : ratio; // whole seconds make ±10 % of noise
  return { at: serverTime, read: now, speed };
}

/** The server's clock now; null if it was never told. */
export function serverNow(freshness: Freshness, now: Moment): number | null {
  const { server } = freshness;
  return server === null ? null : server.at + elapsed(server.read, now) * server.speed;
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

/** All that the page knows, and how each message moves it: a pure step. */
import { answered, elapsed, health, heard, QUIET_SECONDS, ticked, type Freshness, type Moment } from '../core/freshness';
import { changeBody, mapBody, Malformed, tickBody, type Question } from '../core/model';
import { change, sameQuestion, snapshot, type Picture } from '../core/picture';
import type { Message } from './stream';

export interface State {
  readonly question: Question;
  readonly picture: Picture | null;
  readonly freshness: Freshness | null;
  /** A snapshot has come over the present stream: from now on GET /map no longer gives the picture. */
  readonly streaming: boolean;
  /** The picture is known to miss nothing on the present stream; only then does a tick vouch for it. */
  readonly whole: boolean;
  /** The picture is one that was kept by an earlier run, not one that the server gave to this one; `at`: the server's time then. */
  readonly kept: { readonly at: number | null } | null;
  readonly line: { readonly attempt: number; readonly open: boolean; readonly answered: boolean; readonly status: number | null };
  /** A message that did not fit; the picture was left as it was and a whole one is needed. */
  readonly fault: string | null;
  /** Which geometry the server draws the map with, as its last tick said. */
  readonly geometry: string | null;
}

export const begin = (question: Question): State => ({
  question, picture: null, freshness: null, streaming: false, whole: false, kept: null, line: { attempt: 1, open: false, answered: false, status: null }, fault: null, geometry: null,
});
/** Another question: the old picture stays, with its own labels, until the new one comes. */
export const ask = (state: State, question: Question): State => ({ ...begin(question), picture: state.picture, freshness: state.freshness, geometry: state.geometry, kept: state.kept });

export function step(state: State, message: Message, now: Moment): State {
  switch (message.type) {
    case 'opening': return { ...state, streaming: message.resumed && state.streaming, whole: message.resumed && state.whole, line: { ...state.line, attempt: message.attempt, open: false } };
    case 'open': return { ...state, line: { ...state.line, open: true } };
    case 'trouble': return { ...state, line: { ...state.line, open: message.status === null ? false : state.line.open, status: message.status ?? state.line.status } };
    case 'kept': return sameQuestion(message.question, state.question) ? remembered(state, message) : state;
    default: return sameQuestion(message.question, state.question) ? word(state, message, now) : state;
  }
}

type Looked = Extract<Message, { type: 'map' }>;
type Word = Exclude<Extract<Message, { question: Question }>, { type: 'kept' }>;

function word(state: State, message: Word, now: Moment): State {
  const told = { ...state, line: { ...state.line, answered: true, status: null } };
  try {
    switch (message.type) {
      case 'map': return looked(told, message, now);
      case 'snapshot': return replaced(told, message.body, now);
      case 'change': return changed(told, message.body, now);
      case 'tick': return vouched(told, message.body, now);
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ...told, whole: false, fault: error.message };
  }
}

function replaced(state: State, raw: unknown, now: Moment): State {
  const body = mapBody(raw);
  const held = state.picture !== null && state.picture.version === body.version && sameQuestion(state.picture.question, state.question) ? state.picture : null; // as GET /map gave it: nothing is drawn twice
  return { ...state, streaming: true, whole: true, kept: null, fault: null, picture: held ?? snapshot(state.question, body), freshness: heard(state.freshness, now, body) };
}

function changed(state: State, raw: unknown, now: Moment): State {
  const { picture, freshness } = state;
  const body = changeBody(raw);
  if (picture === null || freshness === null || !state.whole) return state; // a change of a picture that is not here
  const next = { ...state, picture: change(picture, body) };
  if (elapsed(freshness.heard, now) > QUIET_SECONDS) return next; // after a silence nobody knows how long it was on its way: the next tick says it
  return { ...next, freshness: heard(freshness, now, { stale: freshness.admitted }) };
}

function vouched(state: State, raw: unknown, now: Moment): State {
  const tick = tickBody(raw);
  return { ...state, freshness: ticked(state.freshness, now, tick, state.whole), geometry: tick.geometry ?? state.geometry };
}

function looked(state: State, { body: raw, date, asked }: Looked, now: Moment): State {
  const body = mapBody(raw);
  const held = state.picture !== null && sameQuestion(state.picture.question, state.question) ? state.picture : null;
  const at = date === null ? NaN : Date.parse(date) / 1000;
  const freshness = answered(state.freshness, now, { serverTime: Number.isNaN(at) ? null : at, asked, stale: body.stale, age: body.age });
  if (held !== null && state.kept === null && body.version < held.version && (state.streaming || (state.whole && health(state.freshness!, now) !== 'lost'))) { // what is held is newer: the stream was faster
    return state.freshness === null ? state : { ...state, freshness: { ...state.freshness, server: freshness.server } };
  }
  if (state.streaming && state.whole && body.version === held?.version) return { ...state, freshness };
  return { ...state, whole: true, kept: null, fault: null, picture: held?.version === body.version ? held : snapshot(state.question, body), freshness };
}

/** A picture of an earlier run, shown until the server gives one. Its age is told by the difference of two readings of the wall clock; nothing vouches for it. */
function remembered(state: State, { body: raw, date, wall }: Extract<Message, { type: 'kept' }>): State {
  if (state.picture !== null) return state;
  try {
    const body = mapBody(raw);
    const then: Moment = { steady: Infinity, wall };
    const at = date === null ? NaN : Date.parse(date) / 1000;
    const freshness: Freshness = { heard: then, vouched: then, lag: 0, admitted: true, late: 0, answer: null, server: null };
    return { ...state, picture: snapshot(state.question, body), freshness, kept: { at: Number.isNaN(at) ? null : at } };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return state; // kept by another version of the page
  }
}

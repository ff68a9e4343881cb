/** What a wall shows when there is no picture of now: each state is a component of its own, and none of them can be taken for the live picture. */
import type { ComponentChildren } from 'preact';
import { elapsed } from '../core/freshness';
import type { Picture } from '../core/picture';
import { age, dayMonth, local } from '../core/times';
import { GhostMap } from '../map/CityMap';
import { moment } from '../live/browser';
import type { Shown } from '../live/shown';
import { Brand } from './parts';
import { beat, clock, heldAt, lang, mode, nextTry, say, shown, shownAges, state, type Newer } from './store';

const opened = moment();

function Bare({ name, title, why, children }: { readonly name: string; readonly title: string; readonly why: string; readonly children: ComponentChildren }) {
  return (
    <div class="bare" data-state={name}>
      <div class="ghostbox"><GhostMap /></div>
      <div class="words"><b>{title}</b><p>{why}</p><dl>{children}</dl></div>
    </div>
  );
}

/** Nothing has come yet: no figure at all, and the three facts that are known. */
export function Connecting() {
  const { line } = state.value;
  const server = line.status !== null ? say('server_refused', { status: line.status }) : say(line.answered ? 'server_answered' : 'server_silent');
  return (
    <>
      <Brand picture={null} aged={false} />
      <Bare name="connecting" title={say('connecting')} why={say('connecting_why')}>
        <dt>{say('fact_server')}</dt><dd>{server}</dd>
        <dt>{say('fact_stream')}</dt><dd>{line.open ? say('stream_open') : say('stream_opening', { attempt: line.attempt })}</dd>
        <dt>{say('fact_waited')}</dt><dd>{age(elapsed(opened, beat.value), lang.value)}</dd>
      </Bare>
    </>
  );
}

/** The system works and has no unit: said in words, never as 0 %. */
export function Empty({ picture }: { readonly picture: Picture }) {
  return (
    <>
      <Brand picture={picture} aged={false} />
      <Bare name="empty" title={say('empty')} why={say('empty_why')}>
        <dt>{say('fact_server')}</dt><dd>{say('server_answered')}, {say('ago', { age: age(shownAges.value?.contact ?? 0, lang.value) })}</dd>
        <dt>{say('fact_day')}</dt><dd>{dayMonth(picture.asOf, true)}</dd>
        <dt>{say('fact_version')}</dt><dd>{picture.version}</dd>
      </Bare>
    </>
  );
}

/** Drawing failed: no figure until it is drawn anew. */
export function Fatal({ seconds, failures }: { readonly seconds: number; readonly failures: number }) {
  return (
    <div class="wallpage" style={{ '--k': 1, '--x': '0rem', '--y': '0rem' }}>
      <header class="brand"><b>{say('product')}</b><div class="clock" data-role="clock">{clockOrNothing()}</div></header>
      <Bare name="fatal" title={say('fatal')} why={say('fatal_why', { age: age(seconds, lang.peek()) })}>
        <dt>{say('fact_failures')}</dt><dd>{failures}</dd>
      </Bare>
    </div>
  );
}

/** What failed may be the clock itself: nothing here may fail again. */
function clockOrNothing(): string {
  try {
    return clock.peek()?.time.slice(0, 5) ?? '';
  } catch {
    return '';
  }
}

/** Why the picture is not of now, with its age in letters that are read across the room. Nothing while it is. */
export function Stale() {
  switch (mode.value) {
    case 'lost': return <Loud title={say('data_old', { age: ageWords() })}>{lostWords()} {nextTry.value === null || nextTry.value < 1 ? say('retrying_now') : say('retrying', { n: Math.ceil(nextTry.value) })}</Loud>;
    case 'held': return <div class="banner" role="alert" data-state="held" data-mode="held"><b>{say('held_title', { age: ageWords() })}</b><p>{heldWords()}</p></div>;
    case 'behind': return <Loud title={say('data_old', { age: ageWords() })}>{say('behind')}</Loud>;
    case 'kept': return <Loud title={keptAge()}>{keptWords()}</Loud>;
    default: return null;
  }
}
function Loud({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return <div class="banner" role="alert" data-state="stale" data-mode={mode.value}><b>{title}</b><p>{children}</p></div>;
}
const ageWords = (): string => age(shownAges.value?.picture ?? 0, lang.value);

/** The city's times at which the server was last heard and at which the picture was true; null where the server never told its time. */
function timesOf(now: Shown | null): { readonly heard: string; readonly data: string } | null {
  if (now === null || now.freshness.server === null) return null;
  const { server, heard, vouched, lag } = now.freshness;
  const at = (steady: number): string => local(server.at + (steady - server.read.steady) * server.speed, now.picture.city.zone).time;
  return { heard: at(heard.steady), data: at(vouched.steady - lag) };
}
function lostWords(): string {
  const told = timesOf(shown.value);
  return told === null ? say('lost_plain') : `${say('lost_from', { time: told.heard })} ${say('picture_of', { time: told.data })}`;
}
/** Stopped by a person: nothing is said of the server, which goes on. */
function heldWords(): string {
  const told = timesOf(shown.value);
  return told === null || heldAt.value === null ? say('held_plain') : say('held_since', { time: heldAt.value, data: told.data });
}

/** The age of a kept picture is a difference of two readings of the computer's clock; where that went backwards, only the date is believed. */
function keptAge(): string {
  const seconds = shownAges.value?.picture ?? 0;
  return seconds > 0 ? say('data_old', { age: age(seconds, lang.value) }) : say('saved');
}
function keptWords(): string {
  const at = state.value.kept?.at ?? null;
  const zone = shown.value?.picture.city.zone;
  if (at === null || zone === undefined) return say('lost_plain');
  const { date, time } = local(at, zone);
  return say('saved_at', { time: time.slice(0, 5), date: dayMonth(date, true) });
}

/** The server has another version of this page; the picture stays live until the reload. */
export function NewVersion({ told: { version, latest } }: { readonly told: Newer }) {
  const zone = shown.value?.picture.city.zone;
  const why = latest === null || zone === undefined ? say('new_version_soon') : say('new_version_why', { time: local(latest, zone).time.slice(0, 5) });
  return <div class="note" role="status" data-state="new-version"><b>{say('new_version', { version })}</b> <span class="m">{why}</span></div>;
}

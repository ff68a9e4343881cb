/** What a wall shows when there is no picture of now: each state is a component of its own, and none of them can be taken for the live picture. */
import type { ComponentChildren } from 'preact';
import { elapsed } from '../core/freshness';
import type { Picture } from '../core/picture';
import { age, dayMonth, local } from '../core/times';
import { GhostMap } from '../map/CityMap';
import { moment } from '../live/browser';
import { Age, Brand } from './parts';
import { beat, lang, mode, say, shown, shownAges, state } from './store';

const opened = moment();

function Bare({ name, title, why, children }: { readonly name: string; readonly title: string; readonly why: string; readonly children: ComponentChildren }) {
  return (
    <div class="centre" data-state={name}>
      <div class="ghostbox"><GhostMap /></div>
      <b>{title}</b><p>{why}</p><dl>{children}</dl>
    </div>
  );
}

/** Nothing has come yet: no figure at all, and the three facts that are known. */
export function Connecting() {
  const { line } = state.value;
  const server = line.status !== null ? say('server_refused', { status: line.status }) : say(line.answered ? 'server_answered' : 'server_silent');
  return (
    <Bare name="connecting" title={say('connecting')} why={say('connecting_why')}>
      <dt>{say('fact_server')}</dt><dd>{server}</dd>
      <dt>{say('fact_stream')}</dt><dd>{line.open ? say('stream_open') : say('stream_opening', { attempt: line.attempt })}</dd>
      <dt>{say('fact_waited')}</dt><dd>{age(elapsed(opened, beat.value), lang.value)}</dd>
    </Bare>
  );
}

/** The system works and has no unit: said in words, never as 0 %. */
export function Empty({ picture }: { readonly picture: Picture }) {
  return (
    <>
      <Brand picture={picture} />
      <Bare name="empty" title={say('empty')} why={say('empty_why')}>
        <dt>{say('fact_server')}</dt><dd><Age /></dd>
        <dt>{say('fact_day')}</dt><dd>{dayMonth(picture.asOf, true)}</dd>
        <dt>{say('fact_version')}</dt><dd>{picture.version}</dd>
      </Bare>
    </>
  );
}

/** Drawing failed: no figure until it is drawn anew. */
export function Fatal({ seconds, failures }: { readonly seconds: number; readonly failures: number }) {
  return (
    <Bare name="fatal" title={say('fatal')} why={say('fatal_why', { age: age(seconds, lang.peek()) })}>
      <dt>{say('fact_failures')}</dt><dd>{failures}</dd>
    </Bare>
  );
}

/** Why the picture is not of now, with its age in letters that are read across the room. Nothing while it is. */
export function Stale() {
  switch (mode.value) {
    case 'lost': return <Loud title={say('data_old', { age: ageWords() })}>{lostWords()} {say('retrying', { attempt: state.value.line.attempt })}</Loud>;
    case 'behind': return <Loud title={say('data_old', { age: ageWords() })}>{say('behind')}</Loud>;
    case 'kept': return <Loud title={keptAge()}>{keptWords()}</Loud>;
    default: return null;
  }
}
function Loud({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return <div class="banner" role="alert" data-state="stale" data-mode={mode.value}><b>{title}</b><p>{children}</p></div>;
}
const ageWords = (): string => age(shownAges.value?.picture ?? 0, lang.value);

/** The city's times at which the server was last heard and at which the picture was true. */
function lostWords(): string {
  const now = shown.value;
  if (now === null || now.freshness.server === null) return say('lost_plain');
  const { server, heard, vouched, lag } = now.freshness;
  const at = (steady: number): string => local(server.at + (steady - server.read.steady) * server.speed, now.picture.city.zone).time;
  return `${say('lost_from', { time: at(heard.steady) })} ${say('picture_of', { time: at(vouched.steady - lag) })}`;
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
export const NewVersion = () => <div class="note" role="status" data-state="new-version">{say('new_version')}</div>;
export const Held = () => <div class="note" role="status" data-state="held">{say('held_wall')}</div>;

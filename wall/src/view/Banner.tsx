/** Why the picture is not of now, with its age in large letters; or that the reader stopped it. */
import { isLive } from '../core/model';
import { age, dayMonth, dayOf, local, timeOf } from '../core/times';
import { choice, choose, heldAt, lang, mode, picture, say, shownAge, shownUntil, state } from './store';

export function Banner() {
  switch (mode.value) {
    case 'lost': return <Loud><p>{lostSince()}</p></Loud>;
    case 'behind': return <Loud><p>{say('behind')}{until()}</p></Loud>;
    case 'held': return <Held />;
    case 'switching': return <div class="banner quiet" role="status" data-state="switching"><p>{switching()}</p>{!isLive(choice.value) && <ToNow />}</div>;
    default: return <Past />;
  }
}

/** The city's time of an instant; empty where there is none. */
const clock = (at: number | null): string => (at === null || picture.value === null ? '' : local(at, picture.value.city.zone).time);
const until = (): string => (shownUntil.value === null ? '' : ` ${say('shown_until', { time: clock(shownUntil.value) })}`);

function Held() {
  return (
    <div class="banner loud" data-state="held">
      <b>{say('held_age', { age: age(shownAge.value ?? 0, lang.value) })}</b>
      <p role="status">{heldAt.value === null ? say('held') : say('held_from', { time: clock(heldAt.value) })}{until()}</p>
    </div>
  );
}

function switching(): string {
  const { status } = state.value.line;
  return status === null ? say('switching') : say('refused', { status });
}

const ToNow = () => <button type="button" onClick={() => choose({ asOf: null, knownAt: null, window: isLive({ ...choice.value, asOf: null, knownAt: null }) ? choice.value.window : 'month' })}>{say('to_now')}</button>;

const moment = (at: string): string => `${dayMonth(dayOf(at), true)} ${timeOf(at)}`;

/** That the picture is one of the past, and of which; what of it was withdrawn since. */
function Past() {
  const question = picture.value?.question;
  if (question === undefined || isLive(question)) return null;
  const words = [
    ...(question.asOf ? [say('past_of', { day: dayMonth(question.asOf, true) })] : []), ...(question.knownAt ? [say('past_known', { when: question.knownAt.replace('T', ' ') })] : []),
  ];
  const gone = (picture.value?.withdrawn ?? []).map(({ year, withdrawnAt, againAt }) => [say('past_withdrawn', { year, when: moment(withdrawnAt) }), ...(againAt === null ? [] : [say('past_again', { when: moment(againAt) })])].join(' '));
  return <div class="banner quiet" role="status" data-state="past"><p>{words.length > 0 ? words.join(' ') : say('past_window')}{gone.length > 0 && <> <b data-role="withdrawn">{gone.join(' ')}</b></>}</p><ToNow /></div>;
}

function Loud({ children }: { readonly children: preact.ComponentChildren }) {
  return <div class="banner loud" data-state="stale"><b>{say('data_old', { age: age(shownAge.value ?? 0, lang.value) })}</b>{children}</div>;
}

/** The city's time of the figures that are shown. */
function lostSince(): string {
  return shownUntil.value === null ? say('lost_plain') : say('lost', { time: clock(shownUntil.value) });
}

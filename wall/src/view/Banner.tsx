/** Why the picture is not of now, with its age in large letters; or that the reader stopped it. */
import { isLive } from '../core/model';
import { dayMonth, local, age } from '../core/times';
import { choice, choose, lang, mode, picture, say, shown, shownAge, state } from './store';

export function Banner() {
  switch (mode.value) {
    case 'lost': return <Loud><p>{lostSince()}</p></Loud>;
    case 'behind': return <Loud><p>{say('behind')}</p></Loud>;
    case 'held': return <div class="banner quiet" role="status" data-state="held"><p>{say('held')}</p></div>;
    case 'switching': return <div class="banner quiet" role="status" data-state="switching"><p>{switching()}</p>{!isLive(choice.value) && <ToNow />}</div>;
    default: return <Past />;
  }
}

function switching(): string {
  const { status } = state.value.line;
  return status === null ? say('switching') : say('refused', { status });
}

const ToNow = () => <button type="button" onClick={() => choose({ asOf: null, knownAt: null, window: isLive({ ...choice.value, asOf: null, knownAt: null }) ? choice.value.window : 'month' })}>{say('to_now')}</button>;

/** That the picture is one of the past, and of which. */
function Past() {
  const question = picture.value?.question;
  if (question === undefined || isLive(question)) return null;
  const words = [
    ...(question.asOf ? [say('past_of', { day: dayMonth(question.asOf, true) })] : []), ...(question.knownAt ? [say('past_known', { when: question.knownAt.replace('T', ' ') })] : []),
  ];
  return <div class="banner quiet" role="status" data-state="past"><p>{words.length > 0 ? words.join(' ') : say('past_window')}</p><ToNow /></div>;
}

function Loud({ children }: { readonly children: preact.ComponentChildren }) {
  return <div class="banner loud" data-state="stale"><b>{say('data_old', { age: age(shownAge.value ?? 0, lang.value) })}</b>{children}</div>;
}

/** The city's time at which the server was last heard. */
function lostSince(): string {
  const now = shown.value;
  if (now === null || now.freshness.server === null) return say('lost_plain');
  const { server, heard, lag } = now.freshness;
  const at = server.at + Math.max(0, heard.steady - server.read.steady - lag) * server.speed;
  return say('lost', { time: local(at, now.picture.city.zone).time });
}

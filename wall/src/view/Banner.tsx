/** Why the picture is not of now, with its age in large letters; or that the reader stopped it. */
import { local, age } from '../core/times';
import { lang, mode, say, shown, shownAge } from './store';

export function Banner() {
  switch (mode.value) {
    case 'lost': return <Loud><p>{lostSince()}</p></Loud>;
    case 'behind': return <Loud><p>{say('behind')}</p></Loud>;
    case 'held': return <div class="banner quiet" role="status" data-state="held"><p>{say('held')}</p></div>;
    case 'switching': return <div class="banner quiet" role="status" data-state="switching"><p>{say('switching')}</p></div>;
    default: return null;
  }
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

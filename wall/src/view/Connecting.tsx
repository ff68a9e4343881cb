/** Nothing has come yet: no figure at all, and the three facts that are known. */
import { elapsed } from '../core/freshness';
import { GhostMap } from '../map/CityMap';
import { age } from '../core/times';
import { moment } from '../live/browser';
import { beat, lang, say, state } from './store';

const opened = moment();

export function Connecting() {
  const { line } = state.value;
  const server = line.status !== null ? say('server_refused', { status: line.status }) : say(line.answered ? 'server_answered' : 'server_silent');
  return (
    <main class="bare" data-state="connecting">
      <GhostMap />
      <div>
        <h1>{say('connecting')}</h1>
        <p>{say('connecting_why')}</p>
        <dl>
          <dt>{say('fact_server')}</dt><dd>{server}</dd>
          <dt>{say('fact_stream')}</dt><dd>{line.open ? say('stream_open') : say('stream_opening', { attempt: line.attempt })}</dd>
          <dt>{say('fact_waited')}</dt><dd>{age(elapsed(opened, beat.value), lang.value)}</dd>
        </dl>
      </div>
    </main>
  );
}

/** The switch for notices in this browser, and all of one's own that get them; not there where the server offers none. */
import { useEffect, useState } from 'preact/hooks';
import { standing, switchOff, switchOn, type Known, type Push, type Standing } from './push';
import { lang, mode, say } from './store';
import { named } from './text';
import { dayMonth, dayOf, timeOf } from '../core/times';

/** Why it cannot be turned: said also before anybody tries. */
const REASONS: readonly Push[] = ['denied', 'unable'];
const keyOf = (push: Push) => (push === 'none' ? 'push_failed' : (`push_${push}` as const));

export function PushSwitch() {
  const [now, setNow] = useState<Standing>({ push: 'none', here: null, browsers: [] });
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const live = mode.value === 'live';
  useEffect(() => { if (live) void standing().then(setNow); }, [live]);
  if (now.push === 'none') return null;
  const change = async (work: Promise<Standing>, told: (after: Standing) => string): Promise<void> => {
    setBusy(true);
    const after = await work.finally(() => setBusy(false));
    setNow(after);
    setSaid(told(after));
  };
  const turn = (): void => void change(now.push === 'on' && now.here !== null ? switchOff(now, now.here) : switchOn(now), ({ push }) => (push === 'on' || push === 'off' ? '' : say(keyOf(push))));
  const end = (one: Known): void => void change(switchOff(now, one.id), ({ browsers }) => say(browsers.some(({ id }) => id === one.id) ? 'push_failed' : 'push_ended', words(one)));
  return (
    <div class="push" data-push={now.push} aria-busy={busy}>
      {now.push !== 'unable' && <button type="button" class="link" role="switch" aria-checked={now.push === 'on'} disabled={busy} onClick={turn}>{say('push_switch')}</button>}
      {now.push !== 'unable' && <span class="state" aria-hidden="true">{say(busy ? 'push_busy' : now.push === 'on' ? 'push_on' : 'push_off')}</span>}
      <span role="status">{said || (REASONS.includes(now.push) && say(keyOf(now.push)))}</span>
      <Browsers now={now} busy={busy} end={end} />
    </div>
  );
}

const words = ({ browser, system, since }: Known) => ({
  browser: named(lang.value, 'browser', browser), system: named(lang.value, 'system', system), time: timeOf(since), date: dayMonth(dayOf(since)),
});

function Browsers({ now: { here, browsers }, busy, end }: { readonly now: Standing; readonly busy: boolean; readonly end: (one: Known) => void }) {
  if (browsers.length === 0) return null;
  return (
    <details>
      <summary>{say('push_browsers', { n: browsers.length })}</summary>
      <ul>
        {browsers.map((one) => (
          <li key={one.id} data-browser={one.id}>
            <span id={`b-${one.id}`}>{say('push_one', words(one))}{one.id === here && ` (${say('push_here')})`}</span>
            <button type="button" class="link" disabled={busy} aria-describedby={`b-${one.id}`} onClick={() => end(one)}>{say('push_end')}</button>
          </li>
        ))}
      </ul>
    </details>
  );
}

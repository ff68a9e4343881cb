/** How old the figures are, how many feeds are live, and the same figures as open data. */
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { asked } from '../core/address';
import type { Picture } from '../core/picture';
import { age, dayMonth, local } from '../core/times';
import { keepTrying } from '../live/tried';
import { addressOf, go } from './links';
import { lookForNewer } from './newer';
import { held, lang, mode, say, shownAge, shownUntil } from './store';

/** The age of what is shown, running; loud words once it is not a picture of now. */
export function Age() {
  const seconds = shownAge.value;
  if (seconds === null) return null;
  const old = mode.value === 'lost' || mode.value === 'behind' || (mode.value === 'held' && seconds >= 60);
  if (old) return <b data-role="age" data-age={Math.floor(seconds)}>{say('data_old', { age: age(seconds, lang.value) })}</b>;
  return <span data-role="age" data-age={Math.floor(seconds)}>{seconds < 1 ? say('data_now') : say('data_ago', { age: age(seconds, lang.value) })}</span>;
}

function Until({ zone }: { readonly zone: string }) {
  if (shownUntil.value === null) return null;
  const at = local(shownUntil.value, zone);
  return <>, {say('data_until', { time: at.time, date: dayMonth(at.date, true) })}</>;
}

/** Opened where it stands, fetched when it is first asked for. */
function useHow() {
  const [How, setHow] = useState<FunctionComponent | null>(null);
  useEffect(() => {
    let stop = (): void => undefined;
    const follow = (): void => {
      stop();
      if (location.hash === '#how') stop = keepTrying(() => import('./How'), (part) => setHow(() => part.How), () => void (held.peek() === null && lookForNewer(true)));
    };
    follow();
    addEventListener('hashchange', follow);
    return () => {
      stop();
      removeEventListener('hashchange', follow);
    };
  }, []);
  return How;
}

const COMPARE = { view: 'compare', unit: null } as const;
const PROCEDURES = { view: 'procedures', unit: null, search: '' } as const;

export function Footer({ picture }: { readonly picture: Picture }) {
  const query = asked(picture.question);
  const live = picture.units.filter((unit) => !unit.stale && unit.feedSeenAt !== null).length;
  const How = useHow();
  return (
    <>
    {How !== null && <How />}
    <footer>
      <span><Age /><Until zone={picture.city.zone} />{mode.value === 'live' && <> · {say('feeds_live', { live, all: picture.units.length })}</>}</span>
      <span class="links">
        <a href={addressOf(COMPARE)} onClick={(event) => go(event, COMPARE)} data-role="to-compare">{say('page_compare')}</a><a href={addressOf(PROCEDURES)} onClick={(event) => go(event, PROCEDURES)} data-role="to-procedures">{say('page_procedures')}</a><a href={`/api/v1/map.csv?${query}`}>{say('csv')}</a><a href={`/api/v1/map.xlsx?${query}`} data-role="xlsx">{say('xlsx')}</a><a href={`/api/v1/map.geojson?${query}`}>{say('geojson')}</a><a href="#how">{say('definitions')}</a>
      </span>
    </footer>
    </>
  );
}

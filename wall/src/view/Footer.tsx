/** How old the figures are, how many feeds are live, and the same figures as open data. */
import { asked } from '../core/address';
import { serverNow } from '../core/freshness';
import type { Picture } from '../core/picture';
import { age, dayMonth, local } from '../core/times';
import { beat, lang, mode, say, shown, shownAge } from './store';

/** The age of what is shown, running; loud words once it is not a picture of now. */
export function Age() {
  const seconds = shownAge.value;
  if (seconds === null) return null;
  const old = mode.value === 'lost' || mode.value === 'behind' || (mode.value === 'held' && seconds >= 60);
  if (old) return <b data-role="age" data-age={Math.floor(seconds)}>{say('data_old', { age: age(seconds, lang.value) })}</b>;
  return <span data-role="age" data-age={Math.floor(seconds)}>{seconds < 1 ? say('data_now') : say('data_ago', { age: age(seconds, lang.value) })}</span>;
}

function Until({ zone }: { readonly zone: string }) {
  const freshness = shown.value?.freshness;
  const now = freshness === undefined ? null : serverNow(freshness, beat.value);
  if (freshness === undefined || now === null || shownAge.value === null) return null;
  const at = local(now - shownAge.value * (freshness.server?.speed ?? 1), zone);
  return <>, {say('data_until', { time: at.time, date: dayMonth(at.date, true) })}</>;
}

export function Footer({ picture }: { readonly picture: Picture }) {
  const query = asked(picture.question);
  const live = picture.units.filter((unit) => !unit.stale && unit.feedSeenAt !== null).length;
  return (
    <footer>
      <span><Age /><Until zone={picture.city.zone} /> · {say('feeds_live', { live, all: picture.units.length })}</span>
      <span class="links">
        <a href={`/api/v1/map.csv?${query}`}>{say('csv')}</a><a href={`/api/v1/map.geojson?${query}`}>{say('geojson')}</a><a href="/api/v1/definitions">{say('definitions')}</a>
      </span>
    </footer>
  );
}

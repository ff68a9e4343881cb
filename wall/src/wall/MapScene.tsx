/** The map at full height; clock, legend and feeds in the corners that the city's shape leaves free; the side column. */
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { BANDS } from '../core/model';
import { counted } from '../core/figures';
import { placesOf, shortName, tally, type Picture } from '../core/picture';
import { age, local, since } from '../core/times';
import { CityMap } from '../map/CityMap';
import { geometry, hasPlace } from '../map/geometry';
import { Panel } from '../map/Panel';
import { rangeOf } from '../view/words';
import type { Feed } from './bodies';
import { Brand, settingOf } from './parts';
import { Side } from './Side';
import { clock, edges, feeds, feedsRead, fresh, lang, mode, reach, say, shown, shownAges } from './store';

const selected = signal<string | null>(null);
const select = (code: string): void => void (selected.value = selected.peek() === code ? null : code);

export function MapScene({ picture }: { readonly picture: Picture }) {
  const setting = useMemo(() => settingOf(picture), [lang.value, picture.asOf, picture.city.zone, edges.value]);
  const city = useMemo(() => ({ ...picture, units: placesOf(picture.units) }), [picture]);
  const placed = geometry.value === null || city.units.some(hasPlace);
  return (
    <>
      <Brand picture={picture} aged={reach.value !== 'far'} />
      <div class="mapbox">
        {placed
          ? <CityMap picture={city} setting={setting} phone={false} afar={reach.value !== 'near'} selected={selected.value} select={select} />
          : <Panel picture={picture} units={picture.units} setting={setting} selected={selected.value} select={select} />}
      </div>
      <Legend picture={city} />
      <Feeds picture={picture} />
      <Side picture={picture} />
    </>
  );
}

const unitsOf = (n: number): string => say(n === 1 ? 'unit_count' : 'units_count', { n });

function Legend({ picture }: { readonly picture: Picture }) {
  const counts = tally(picture.units);
  return (
    <ul class="legend" aria-label={say('legend')}>
      {BANDS.map((band) => (
        <li key={band} data-legend={band}><span class={`sw b-${band} p-${band}`} aria-hidden="true">{say(`letter_${band}`)}</span>{rangeOf(band, { lang: lang.value, edges: edges.value })}<span class="c">{unitsOf(counts.get(band) ?? 0)}</span></li>
      ))}
      <li data-legend="old"><span class="sw b-old" aria-hidden="true" />{say('silent')}<span class="c">{unitsOf(counts.get('old') ?? 0)}</span></li>
    </ul>
  );
}

const MOST_SILENT = 2;

/** The three ages apart: each feed's, the server's behind its sources, and ours behind the server. */
function Feeds({ picture }: { readonly picture: Picture }) {
  const all = feeds.value;
  if (all === null) return feedsRead.value?.at == null ? null : <section class="feeds" data-role="feeds"><h2>{say('feeds')} <small>{say('feeds_old')}</small></h2><Delays picture={picture} /></section>;
  const silent = all.filter((feed) => feed.stale || feed.seenAt === null).sort((a, b) => (b.seenAt ?? 0) - (a.seenAt ?? 0));
  if (all.length === 0) return null;
  const places = placesOf(picture.units);
  const missing = all.reduce((sum, feed) => sum + (feed.missing ?? 0), 0);
  return (
    <section class="feeds" data-role="feeds">
      <h2>{say('feeds')} <small>{say('feeds_sending', { live: all.length - silent.length, all: all.length })}</small></h2>
      <p class="units">{say('feeds_live', { live: places.filter((unit) => !unit.stale && unit.feedSeenAt !== null).length, all: places.length })}</p>
      {reach.value === 'near' && (
        <ul class="list">
          {silent.slice(0, MOST_SILENT).map((feed) => <Silent key={feed.source} feed={feed} picture={picture} />)}
          {silent.length > MOST_SILENT && <li class="m"><span /><span>{say('more_feeds', { n: silent.length - MOST_SILENT })}</span></li>}
        </ul>
      )}
      {missing > 0 && <p>{say('missing', { n: counted(missing, lang.value) })}</p>}
      <Delays picture={picture} />
    </section>
  );
}

function Silent({ feed, picture }: { readonly feed: Feed; readonly picture: Picture }) {
  const unit = feed.units.length === 1 ? picture.units.find((one) => one.code === feed.units[0]) : undefined;
  const now = clock.value?.now ?? null;
  return (
    <li data-feed={feed.source}>
      <span class="sw2 b-old" aria-hidden="true" /><span class="nm">{unit === undefined ? feed.source : shortName(unit)} <span class="m">{feed.seenAt === null ? say('feed_never') : say('feed_since', { when: since(feed.seenAt, picture.asOf, picture.city.zone) })}</span></span>
      <span>{feed.seenAt === null || now === null ? '' : age(now - feed.seenAt, lang.value)}</span>
    </li>
  );
}

function Delays({ picture }: { readonly picture: Picture }) {
  const told = shownAges.value;
  const freshness = shown.value?.freshness;
  if (told === null || freshness === undefined) return null;
  if (fresh.value || mode.value === 'behind') return <p data-role="delays">{say('delays', { server: age(told.contact, lang.value), kafka: age(told.sources, lang.value) })}</p>;
  if (mode.value !== 'lost' || freshness.server === null) return null; // of a picture that is held or kept nothing is known about the server
  const at = freshness.server.at + Math.max(0, freshness.heard.steady - freshness.server.read.steady) * freshness.server.speed;
  return <p data-role="delays">{say('server_quiet', { time: local(at, picture.city.zone).time })}</p>;
}

/** What <ban-do-the-che> shows: one unit's or the city's figure with n and its days, the map, and how old all that is. */
import type { ReadonlySignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { ANYWHERE, counted, percent, share, type Edges } from '../core/figures';
import { health, pictureAge } from '../core/freshness';
import { BANDS, type Band, type Scored, type Unit } from '../core/model';
import { longName, lookOf, tally, type Picture } from '../core/picture';
import { text, type Key, type Lang } from '../core/text';
import { age, dates } from '../core/times';
import { CityMap } from '../map/CityMap';
import { hasPlace } from '../map/geometry';
import { oldWhen, rangeOf, type Setting } from '../view/words';
import type { Feed } from './feed';
import { pageOf, type Wishes } from './wishes';

interface Props { readonly feed: Feed; readonly edges: ReadonlySignal<Edges | null>; readonly wishes: ReadonlySignal<Wishes>; readonly dark: ReadonlySignal<boolean>; readonly narrow: ReadonlySignal<boolean> }

export function Widget({ feed, edges, wishes, dark, narrow }: Props) {
  const { picture } = feed.state.value;
  const { lang, unit: code } = wishes.value;
  const unit = picture?.units.find((one) => one.code === code);
  return (
    <div class={dark.value ? 'root' : 'root light'} lang={lang}>
      <section class="embed" aria-label={`${text(lang, 'product')} · ${unit === undefined ? (picture?.city.name ?? '') : longName(unit)}`} data-state={picture === null ? 'connecting' : 'picture'}>
        {picture === null ? <p class="wait">{waiting(feed, lang)}</p>
          : code !== null && unit === undefined ? <p class="wait">{text(lang, 'unit_unknown')}</p>
          : <Shown picture={picture} unit={unit} setting={{ lang, today: picture.asOf, zone: picture.city.zone, edges: edges.value ?? ANYWHERE }} known={edges.value !== null} narrow={narrow.value} />}
        <p class="foot"><Age feed={feed} lang={lang} /> <a href={pageOf(wishes.value)} target="_blank" rel="noopener">{text(lang, 'product')} {picture?.city.name ?? ''}</a></p>
      </section>
    </div>
  );
}

function waiting(feed: Feed, lang: Lang): string {
  const { status } = feed.state.value.line;
  return status === null ? text(lang, 'connecting') : text(lang, 'server_refused', { status });
}

interface ShownProps { readonly picture: Picture; readonly unit: Unit | undefined; readonly setting: Setting; readonly narrow: boolean; readonly known: boolean }

/** `known`: where the bands begin is. */
function Shown({ picture, unit, setting, narrow, known }: ShownProps) {
  const { lang } = setting;
  const { rate, window } = picture.question;
  const [touched, touch] = useState<string | null>(null);
  const one = picture.units.find((some) => some.code === touched);
  const about = unit ?? one;
  const title = about === undefined ? picture.city.name : longName(about);
  return (
    <>
      <h2>{title} <small>{text(lang, `rate_${rate}`)}, {dates(window, picture.asOf)}</small></h2>
      <Figure scored={about ?? picture.city} unit={about} setting={setting} />
      {unit === undefined && picture.units.some(hasPlace) && <CityMap picture={picture} setting={setting} phone={narrow} selected={touched} select={(code) => touch(code === touched ? null : code)} />}
      {unit === undefined && <Legend picture={picture} setting={setting} known={known} />}
    </>
  );
}

function Figure({ scored, unit, setting }: { readonly scored: Scored; readonly unit: Unit | undefined; readonly setting: Setting }) {
  const { lang, edges } = setting;
  const look = unit === undefined ? (scored.denominator === 0 ? 'none' : 'rate') : lookOf(unit);
  const say = (key: Key, values?: Record<string, string | number>): string => text(lang, key, values);
  return (
    <p class="figure-line" data-look={look}>
      {look === 'old' && unit !== undefined ? <b class="chip b-old" data-role="value">{oldWhen(unit, setting)}</b>
        : look === 'none' ? <b class="chip b-none" data-role="value">{say('band_none')}</b>
        : look === 'few' ? <b data-role="value">{say('n_is', { n: scored.denominator })}</b>
        : <b class="value" data-role="value">{percent(scored, lang, edges)} %</b>}
      {(look === 'rate' || look === 'few') && <Mark band={scored.band} lang={lang} />}
      <span>n = {counted(scored.denominator, lang)}{look === 'rate' && <> · 95 %: {share(scored.low, lang)} – {share(scored.high, lang)}</>}</span>
    </p>
  );
}

const Mark = ({ band, lang }: { readonly band: Band; readonly lang: Lang }) => <span class={`chip b-${band}`}>{text(lang, `letter_${band}`)} · {text(lang, `band_${band}`)}</span>;

function Legend({ picture, setting, known }: { readonly picture: Picture; readonly setting: Setting; readonly known: boolean }) {
  const counts = tally(picture.units);
  return (
    <ul class="legend" aria-label={text(setting.lang, 'legend')}>
      {BANDS.map((band) => <li key={band}><span class={`sw b-${band} p-${band}`} aria-hidden="true">{text(setting.lang, `letter_${band}`)}</span>{known ? rangeOf(band, setting) : text(setting.lang, `band_${band}`)} <b>{counts.get(band) ?? 0}</b></li>)}
      <li><span class="sw b-old" aria-hidden="true" />{text(setting.lang, 'silent')} <b>{counts.get('old') ?? 0}</b></li>
    </ul>
  );
}

function Age({ feed, lang }: { readonly feed: Feed; readonly lang: Lang }) {
  const { freshness } = feed.state.value;
  if (freshness === null) return null;
  const seconds = pictureAge(freshness, feed.beat.value);
  const live = health(freshness, feed.beat.value) === 'live';
  const words = text(lang, live ? 'data_ago' : 'data_old', { age: age(seconds, lang) });
  return live ? <span data-role="age" data-age={Math.floor(seconds)}>{words}</span> : <strong class="loud" data-role="age" data-age={Math.floor(seconds)}>{words}</strong>;
}

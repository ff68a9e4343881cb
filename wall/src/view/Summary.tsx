/** The city's figure with n, interval and trend; the four rates with their gap to the official one. */
import { basisOf, className, type Measure } from '../core/catalogue';
import { counted, edgeText, gap, percent, share, trend } from '../core/figures';
import { isLive, RATES, type City, type Unit } from '../core/model';
import type { Picture } from '../core/picture';
import { dates } from '../core/times';
import { Chip } from './Chip';
import { Age } from './Footer';
import { addressOf, go } from './links';
import { edges, lang, narrow, say } from './store';
import { fractionOf, pointsOf, reasonOf, valueOf, type Setting } from './words';

export function Summary({ picture, setting }: { readonly picture: Picture; readonly setting: Setting }) {
  return setting.measure != null ? <Measured picture={picture} setting={setting} measure={setting.measure} /> : <OfRate picture={picture} />;
}

/** The city by an indicator: its figure, what it is made of, points and class; what the indicator means, and where it stands written. */
function Measured({ picture: { city, question, asOf, units }, setting, measure }: { readonly picture: Picture; readonly setting: Setting; readonly measure: Measure }) {
  const [l, name] = [setting.lang, measure.name[setting.lang]];
  const none = city.denominator === 0;
  const [set, fraction] = [city.measured, fractionOf(city, measure, l)];
  const threshold = measure.indicator?.kind === 'threshold' ? measure.indicator.threshold : null;
  const standing = className(measure.set, set?.standing ?? '', l);
  const facts = [
    ...(set?.points != null ? [['set_points', pointsOf(set, l)] as const] : []), ...(fraction !== '' ? [['set_fraction', fraction] as const] : []),
    ...(standing !== '' ? [['set_class', standing] as const] : []), ...(threshold !== null ? [['set_threshold', `${edgeText(threshold, l)} %`] as const] : []),
  ];
  return (
    <section class="summary" aria-labelledby="summary-title" data-measure={measure.code}>
      <h1 id="summary-title">{say('whole_city_measure', { name, dates: dates(question.window, asOf) })}</h1>
      <div class="big"><span data-role="city-value">{valueOf(city, setting)}</span>{!none && !measure.plain && <small>%</small>}</div>
      <p class="facts">
        {none ? <span>{reasonOf(set?.reason ?? '', l)}</span> : city.band !== 'none' && <Chip band={city.band} full />}
        {city.low !== null && <span>{say('interval')} <span class="ends">{share(city.low, l)} – {share(city.high, l)}</span></span>}
        <span>{measure.set.name[l]}</span>
        {narrow.value && <span class="asof"><Age /></span>}
      </p>
      {facts.length > 0 && <dl class="four made">{facts.map(([key, value]) => <div key={key} data-fact={key}><dt>{say(key)}</dt><dd>{value}</dd></div>)}</dl>}
      <p class="means"><b>{name}:</b> {measure.indicator?.meaning[l] ?? say('points_words')}. {say('basis', { basis: basisOf(measure) })}{measure.indicator === null && <> {say('score_rule')}</>}</p>
      {units.length > 0 && units.every((unit) => unit.measured?.reason === 'NO_INPUTS') && <p class="todays">{say('no_value')}: {reasonOf('NO_INPUTS', l)}.</p>}
    </section>
  );
}

function OfRate({ picture }: { readonly picture: Picture }) {
  const { city, question, asOf } = picture;
  const l = lang.value;
  const none = city.denominator === 0;
  return (
    <section class="summary" aria-labelledby="summary-title">
      <h1 id="summary-title">{say(question.kind === 'locality' ? 'whole_city' : 'whole_city_kinds', { rate: say(`rate_${question.rate}`).toLocaleLowerCase(l), dates: dates(question.window, asOf) })}</h1>
      <div class="big"><span data-role="city-value">{percent(city, l, edges.value)}</span>{!none && <small>%</small>}</div>
      <p class="facts">
        <Chip band={city.band} full />
        <span><b>{counted(city.denominator, l)}</b> {say('dossiers_n')}{!none && <>, {say('interval')} <span class="ends">{share(city.low, l)} – {share(city.high, l)}</span></>}</span>
        <span>{none && question.rate !== 'official' && question.window === 'today' ? say('cohort_today') : trendLine(city)}</span>
        {narrow.value && <span class="asof"><Age /></span>}
        {narrow.value && <Lowest picture={picture} />}
      </p>
      <Rates picture={picture} />
      <p class="means"><b>{say(`rate_${question.rate}`)}:</b> {say(`means_${question.rate}`)}</p>
      {isLive(question) && <p class="todays">{say('today_line', { received: counted(city.receivedToday, l), finished: counted(city.finishedToday, l), left: counted(city.dueTodayLeft, l), overdue: counted(city.overdue, l) })}</p>}
    </section>
  );
}

/** The unit of the last rank, where the table is out of sight. */
function Lowest({ picture }: { readonly picture: Picture }) {
  const last = picture.units.reduce<Unit | null>((lowest, unit) => (unit.rank !== null && !unit.stale && unit.rank > (lowest?.rank ?? 0) ? unit : lowest), null);
  if (last === null) return null;
  const to = { unit: last.code };
  return <span data-role="lowest">{say('worst')} <a href={addressOf(to)} onClick={(event) => go(event, to)}>{last.name}</a> {say('worst_said', { value: percent(last, lang.value, edges.value), n: counted(last.denominator, lang.value) })}</span>;
}

const trendLine = (city: City): string => (city.trend === null ? '' : say('points_before', { trend: trend(city.trend, lang.value) }));

function Rates({ picture }: { readonly picture: Picture }) {
  const { rates } = picture.city;
  return (
    <dl class="four">
      {RATES.map((rate) => (
        <div key={rate} class={rate === picture.question.rate ? 'on' : ''} title={say(`means_${rate}`)}>
          <dt>{say(`rate_${rate}`)}</dt>
          <dd data-rate={rate}>
            {percent(rates[rate], lang.value, edges.value)}{rates[rate].denominator > 0 && ' %'}
            {rate !== 'official' && <i>{gap(rates[rate], rates.official, lang.value)}</i>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

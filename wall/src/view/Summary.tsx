/** The city's figure with n, interval and trend; the four rates with their gap to the official one. */
import { counted, gap, percent, share, trend } from '../core/figures';
import { isLive, RATES, type City, type Unit } from '../core/model';
import type { Picture } from '../core/picture';
import { dates } from '../core/times';
import { Chip } from './Chip';
import { Age } from './Footer';
import { addressOf, go } from './links';
import { edges, lang, narrow, say } from './store';

export function Summary({ picture }: { readonly picture: Picture }) {
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

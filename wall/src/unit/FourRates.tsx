/** The four rates of one period side by side, each with its gap to the official one, its integers and its meaning. */
import { counted, gap, percent, share } from '../core/figures';
import { RATES, type Rate } from '../core/model';
import type { UnitRate, UnitWindow } from '../core/unit';
import { Chip } from '../view/Chip';
import { addressOf, go } from '../view/links';
import { choice, edges, lang, say } from '../view/store';
import { meaningOf } from '../view/words';

/** `ofToday`: the period is the running day, in which no due day is over. */
export function FourRates({ window, ofToday }: { readonly window: UnitWindow; readonly ofToday: boolean }) {
  return (
    <section aria-labelledby="rates-title">
      <h2 id="rates-title" class="vh">{say('four_rates')}</h2>
      <ul class="rates">{RATES.map((rate) => <One key={rate} rate={rate} figure={window.rates[rate]} official={window.rates.official} ofToday={ofToday} />)}</ul>
    </section>
  );
}

function One({ rate, figure, official, ofToday }: { readonly rate: Rate; readonly figure: UnitRate; readonly official: UnitRate; readonly ofToday: boolean }) {
  const l = lang.value;
  const none = figure.denominator === 0;
  const apart = rate === 'official' ? '' : gap(figure, official, l);
  return (
    <li class={rate === choice.value.rate ? 'on' : ''} data-rate={rate} data-band={figure.band}>
      <h3><a href={addressOf({ rate })} aria-current={rate === choice.value.rate || undefined} onClick={(event) => go(event, { rate })}>{say(`rate_${rate}`)}</a></h3>
      <p class="figure"><b data-role="value">{percent(figure, l, edges.value)}</b>{!none && <small>%</small>} <Chip band={figure.band} full={none} />{apart !== '' && <span class="apart"> {say('gap_points', { gap: apart })} <span class="vh">{say('gap_what')}</span></span>}</p>
      {!none && <p class="of">{meaningOf(figure.band, { lang: l, edges: edges.value })}</p>}
      <p class="of">{say('fraction', { numerator: counted(figure.numerator, l), denominator: counted(figure.denominator, l) })}</p>
      {!none && <p class="of" title={say('interval')}>{say('interval_short', { low: share(figure.low, l), high: share(figure.high, l) })}</p>}
      {figure.few && <p class="of few">{say('few_warning')}</p>}
      <p class="means">{none && rate !== 'official' && ofToday ? say('cohort_today') : say(`means_${rate}`)}</p>
    </li>
  );
}

/** Small pieces that several scenes share: a band's mark, the brand with clock and age, the city's figure. */
import { counted, percent, share, trend } from '../core/figures';
import type { Unit } from '../core/model';
import { lookOf, shortName, type Picture } from '../core/picture';
import { age, dayMonth, windowName } from '../core/times';
import { onCell, type Setting } from '../view/words';
import { clock, edges, fresh, lang, say, shorts, shownAges } from './store';

/** The name where units of all kinds stand in one list: a land office must not be taken for the ward of its name. */
export const mixedName = (unit: Unit): string => (unit.kind === 'land_office' ? say('office_named', { name: nameOf(unit) }) : nameOf(unit));
const OFFICE = /^(Sở|CN VPĐKĐĐ)\s+(?=\S)/i;

export const settingOf = (picture: Picture): Setting => ({ lang: lang.value, today: picture.asOf, zone: picture.city.zone, edges: edges.value });

/** The band's letter on its colour; a silent feed has the diagonal, nothing is hollow. */
export function Mark({ unit }: { readonly unit: Unit }) {
  const look = lookOf(unit);
  if (look === 'old') return <span class="mark b-old" role="img" aria-label={say('silent')} />;
  return <span class={`mark b-${look === 'none' ? 'none' : unit.band}`} role="img" aria-label={say(`band_${unit.band}`)}>{say(`letter_${unit.band}`)}</span>;
}

/** The figure of a unit as it may be shown: a rate, "n = 3", "—", or since when its feed is silent. */
export const valueOf = (unit: Unit, setting: Setting): string => onCell(unit, setting).value;

/** The running age of the figures, in the words of the page. */
export function Age() {
  const told = shownAges.value;
  if (told === null) return null;
  const words = { age: age(told.picture, lang.value) };
  return <span class={fresh.value ? 'age' : 'age old'} data-role="age" data-age={Math.floor(told.picture)} data-contact={Math.floor(told.contact)} data-sources={Math.floor(told.sources)}>{say(fresh.value ? 'data_ago' : 'data_old', words)}</span>;
}

export function Clock() {
  const now = clock.value;
  return <div class="clock" data-role="clock">{now === null ? '--:--' : now.time.slice(0, 5)}</div>;
}
export function Today() {
  const now = clock.value;
  return <span class="date">{now === null ? say('no_clock') : `${say(`weekday_${now.weekday}` as 'weekday_0')} ${dayMonth(now.date, true)}`}</span>;
}

/** `aged`: with the age below the clock; a scene that has it elsewhere goes without. */
export function Brand({ picture, aged = true }: { readonly picture: Picture | null; readonly aged?: boolean }) {
  return (
    <header class="brand">
      <b>{say('product')}</b><span class="place">{picture?.city.name ?? ''}</span>
      <Clock /><Today />{aged && <Age />}
    </header>
  );
}

export const windowOf = (picture: Picture): string => windowName(picture.question.window, picture.asOf, lang.value).toLocaleLowerCase(lang.value);

/** The city's rate with its name, band, n, interval and trend. */
export function CityFigure({ picture }: { readonly picture: Picture }) {
  const { city, question } = picture;
  const l = lang.value;
  const none = city.denominator === 0;
  return (
    <section class="city" aria-label={say(`rate_title_${question.rate}`)}>
      <h2 class="label">{say(`rate_title_${question.rate}`)} · {windowOf(picture)}</h2>
      <p class="means">{say(`means_${question.rate}`)}</p>
      <div class="row">
        <div class="figure"><span data-role="city-value">{percent(city, l, edges.value)}</span>{!none && <sup>%</sup>}</div>
        <p class="side-facts">
          <span><span class={`chip b-${city.band}`}>{none ? say('band_none') : `${say(`letter_${city.band}`)} · ${say(`band_${city.band}`)}`}</span>{city.trend !== null && <> <b>{say('points', { trend: trend(city.trend, l) })}</b> <span class="m">{say('against_before')}</span></>}</span>
          <span><b data-role="city-n">{counted(city.denominator, l)}</b> <span class="m">{say('dossiers_n')}</span></span>
          {!none && <span class="m">{say('interval')} <b>{share(city.low, l)} – {share(city.high, l)}</b></span>}
        </p>
      </div>
    </section>
  );
}

/** The catalogue's short name of an office ("NN&MT"), else its name without what all of its kind begin with. */
export const nameOf = (unit: Unit): string => (unit.kind === 'locality' ? shortName(unit) : shorts.value.get(unit.code) ?? shortName(unit).replace(OFFICE, ''));

/** The side column of the map: the city, today, the lowest units, the last hour, departments and land offices. */
import { useRef } from 'preact/hooks';
import { counted, gap, percent } from '../core/figures';
import { RATES, type Unit } from '../core/model';
import { lookOf, placesOf, shortName, type Picture } from '../core/picture';
import { lowestFirst } from '../core/sorting';
import type { Setting } from '../view/words';
import { useFlip } from './flip';
import { HourList } from './HourList';
import { Age, CityFigure, Mark, nameOf, settingOf, valueOf } from './parts';
import { edges, lang, moves, reach, say } from './store';

export function Side({ picture }: { readonly picture: Picture }) {
  const [near, far] = [reach.value === 'near', reach.value === 'far'];
  return (
    <div class="side">
      <div>
        <CityFigure picture={picture} />
        <FourRates picture={picture} />
      </div>
      {far && <div class="aged"><Age /></div>}
      <TodayCounts picture={picture} />
      <div class={near ? 'two' : ''}>
        <Lowest picture={picture} rows={near ? 8 : far ? 4 : 5} worst={far} />
        {near && (
          <section class="hour">
            <h2>{say('last_hour')}</h2>
            <HourList moves={moves.value.slice(0, 5)} picture={picture} />
          </section>
        )}
      </div>
      {near && <Blocs picture={picture} />}
    </div>
  );
}

function FourRates({ picture }: { readonly picture: Picture }) {
  const { rates } = picture.city;
  return (
    <dl class="rates">
      {RATES.map((rate) => (
        <div key={rate} class={rate === picture.question.rate ? 'on' : ''} data-rate={rate}>
          <dt>{say(`rate_${rate}`)}</dt>
          <dd>{percent(rates[rate], lang.value, edges.value)}{rate !== 'official' && <i>{gap(rates[rate], rates.official, lang.value)}</i>}</dd>
        </div>
      ))}
    </dl>
  );
}

export function TodayCounts({ picture: { city } }: { readonly picture: Picture }) {
  const counts = [['due_today', city.dueToday], ['due_left', city.dueTodayLeft], ['overdue_now', city.overdue], ['paused_now', city.paused]] as const;
  return (
    <dl class="today">
      {counts.map(([key, n]) => <div key={key} data-count={key}><dd>{counted(n, lang.value)}</dd><dt>{say(key)}</dt></div>)}
    </dl>
  );
}

/** Units that the API ranks (domain.md §4: n ≥ 5), lowest first; one whose feed is silent keeps its rank and shows since when. */
export const rankedOf = (units: readonly Unit[]): readonly Unit[] => lowestFirst(units.filter((unit) => unit.rank !== null));
export const unrankedOf = (units: readonly Unit[]): readonly Unit[] => lowestFirst(units.filter((unit) => unit.rank === null));

/** `worst`: the lowest of all in letters that are read at ten metres, with its n. */
function Lowest({ picture, rows, worst }: { readonly picture: Picture; readonly rows: number; readonly worst: boolean }) {
  const holder = useRef<HTMLOListElement>(null);
  useFlip(holder);
  const ranked = rankedOf(placesOf(picture.units));
  const setting = settingOf(picture);
  return (
    <section>
      <h2 class="rank-h"><span>{say('lowest')} <small>/ {say('of_units', { n: ranked.length })}</small></span>{!worst && <><small>n</small><small>%</small></>}</h2>
      <ol class="list rank" ref={holder} data-list="lowest">
        {ranked.slice(0, rows).map((unit, i) => (worst && i === 0 ? <Worst key={unit.code} unit={unit} setting={setting} /> : <RankRow key={unit.code} unit={unit} setting={setting} />))}
      </ol>
      {!worst && <Unranked picture={picture} />}
    </section>
  );
}

/** Units without a rank, each with the reason: its n, or that it has no dossiers. */
function Unranked({ picture }: { readonly picture: Picture }) {
  const units = unrankedOf(placesOf(picture.units));
  if (units.length === 0) return null;
  const named = units.slice(0, MOST_UNRANKED).map((unit) => `${shortName(unit)} (${unit.denominator === 0 ? say('band_none').toLowerCase() : say('n_is', { n: unit.denominator })})`);
  return <p class="unranked" data-role="unranked">{say('unranked', { units: named.join(', ') + (units.length > named.length ? ' …' : '') })}</p>;
}
const MOST_UNRANKED = 3;

function Worst({ unit, setting }: { readonly unit: Unit; readonly setting: Setting }) {
  return (
    <li class="worst" data-row={unit.code} data-band={unit.band}>
      <b class="nm"><span class="r">{unit.rank}</span> {shortName(unit)}</b><b class="v">{valueOf(unit, setting)}{lookOf(unit) === 'rate' && ' %'}</b><Mark unit={unit} /><span class="nn">{say('n_is', { n: counted(unit.denominator, setting.lang) })}</span>
    </li>
  );
}

export function RankRow({ unit, setting }: { readonly unit: Unit; readonly setting: Setting }) {
  return (
    <li data-row={unit.code} data-band={unit.band}>
      <span class="r">{unit.rank ?? ''}</span><span class="nm">{shortName(unit)}</span>{lookOf(unit) === 'rate' && <span class="nn">{counted(unit.denominator, setting.lang)}</span>}<b class={lookOf(unit) === 'rate' ? 'v' : 'v wide'}>{valueOf(unit, setting)}</b><Mark unit={unit} />
    </li>
  );
}

/** Departments and land offices, in columns, lowest first. */
function Blocs({ picture }: { readonly picture: Picture }) {
  const setting = settingOf(picture);
  const of = (kind: string): readonly Unit[] => lowestFirst(picture.units.filter((unit) => unit.kind === kind));
  const [departments, offices] = [of('department'), of('land_office')];
  if (departments.length + offices.length === 0) return null;
  return (
    <section class="blocs">
      {departments.length > 0 && <h2>{say('departments')} <small>{say('band_order')}</small></h2>}
      <Columns units={departments} setting={setting} />
      {offices.length > 0 && <h2 class="second">{say('land_offices')}</h2>}
      <Columns units={offices} setting={setting} />
    </section>
  );
}

const COLUMNS = 4;
function Columns({ units, setting }: { readonly units: readonly Unit[]; readonly setting: Setting }) {
  const rows = Math.min(5, Math.ceil(units.length / COLUMNS));
  return (
    <ul class="cols" style={{ gridTemplateRows: `repeat(${rows}, 2.7rem)` }}>
      {units.slice(0, rows * COLUMNS).map((unit) => (
        <li key={unit.code} data-unit={unit.code} data-band={unit.band} data-look={lookOf(unit)}>
          <span class={`v ${lookOf(unit) === 'old' ? 'b-old' : lookOf(unit) === 'none' ? 'b-none' : `b-${unit.band}`}`}>{valueOf(unit, setting)}{lookOf(unit) === 'rate' && <i>{say(`letter_${unit.band}`)}</i>}</span>
          <span class="nm">{nameOf(unit)}</span>
        </li>
      ))}
    </ul>
  );
}

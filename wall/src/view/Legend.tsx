/** Bands with their edges and how many units stand in each; silent feeds apart. */
import type { Measure } from '../core/catalogue';
import { counted, edgeText } from '../core/figures';
import { BANDS, type Unit } from '../core/model';
import { lookOf, tally, type Picture } from '../core/picture';
import { choosePalette, palette } from '../styles/palette';
import { edges, lang, say } from './store';
import { bandsOf, rangeOf, reasonOf, type Setting } from './words';

export function Legend({ picture, setting }: { readonly picture: Picture; readonly setting: Setting }) {
  return setting.measure != null ? <MeasuredLegend picture={picture} setting={setting} measure={setting.measure} /> : <RateLegend picture={picture} />;
}

function RateLegend({ picture }: { readonly picture: Picture }) {
  const counts = tally(picture.units);
  return (
    <ul class="legend" aria-label={say('legend')}>
      {BANDS.map((band) => (
        <li key={band} data-legend={band}><span class={`sw b-${band} p-${band}`} aria-hidden="true">{say(`letter_${band}`)}</span>{band !== 'none' && <>{say(`band_${band}`)} </>}{rangeOf(band, { lang: lang.value, edges: edges.value })} <b>{counts.get(band) ?? 0}</b></li>
      ))}
      <li data-legend="old"><span class="sw b-old" aria-hidden="true" />{say('silent')} <b>{counts.get('old') ?? 0}</b></li>
      {picture.units.some((unit) => unit.few && !unit.stale) && <li data-legend="few">{say('legend_few')}</li>}
      <li><Colours /></li>
    </ul>
  );
}

/** How many units of each there are, the most frequent first. */
function counts(units: readonly Unit[], of: (unit: Unit) => string | undefined): readonly (readonly [string, number])[] {
  const found = new Map<string, number>();
  for (const unit of units) {
    const name = of(unit);
    if (name !== undefined) found.set(name, (found.get(name) ?? 0) + 1);
  }
  return [...found].sort(([, a], [, b]) => b - a);
}

/** The thresholds of the indicator that is shown, its classes, and why units have no value. */
function MeasuredLegend({ picture: { units }, setting, measure }: { readonly picture: Picture; readonly setting: Setting; readonly measure: Measure }) {
  const l = setting.lang;
  const bands = tally(units);
  const reasons = counts(units, (unit) => (lookOf(unit) === 'none' ? unit.measured?.reason : undefined));
  const old = bands.get('old') ?? 0;
  return (
    <ul class="legend" aria-label={say('legend')}>
      {measure.coloured ? bandsOf(measure.edges).map((band) => (
        <li key={band} data-legend={band}><span class={`sw b-${band} p-${band}`} aria-hidden="true">{say(`letter_${band}`)}</span>{say(`band_${band}`)} {rangeOf(band, setting)} <b>{bands.get(band) ?? 0}</b></li>
      )) : <li data-legend="plain"><span class="sw b-none" aria-hidden="true" />{say('number_only')} <b>{units.filter((unit) => lookOf(unit) === 'rate').length}</b></li>}
      {reasons.map(([reason, n]) => <li key={reason} data-legend={reason}><span class="sw b-none" aria-hidden="true">—</span>{reasonOf(reason, l)} <b>{n}</b></li>)}
      {!measure.facts && <li data-legend="old"><span class="sw b-old" aria-hidden="true" />{say('silent')} <b>{old}</b></li>}
      {units.some((unit) => unit.few && !unit.stale) && <li data-legend="few">{say('legend_few')}</li>}
      {measure.indicator === null && measure.set.classes.length > 0 && <li class="classes" data-legend="classes">{say('classes')}: {measure.set.classes.map(({ code, name, from }, i) => <span key={code}>{i > 0 && ' · '}{from > 0 ? say('class_from', { name: name[l], from: edgeText(from, l) }) : name[l]} <b>{counted(units.filter((unit) => unit.measured?.standing === code).length, l)}</b></span>)}</li>}
      {measure.coloured && <li><Colours /></li>}
    </ul>
  );
}

/** The bands in one line, where a card has pushed the legend off a phone's screen. The legend says the same to a screen reader. */
export function Key({ setting }: { readonly setting: Setting }) {
  const { measure } = setting;
  if (measure != null && !measure.coloured) return null;
  return (
    <p class="key" aria-hidden="true">
      {bandsOf(setting.edges).map((band) => <span key={band}><i class={`sw b-${band} p-${band}`}>{say(`letter_${band}`)}</i>{rangeOf(band, setting, true)}</span>)}
      {measure == null || (!measure.plain && !measure.steps.lower) ? <span>%</span> : null}
    </p>
  );
}

/** The other colours of the bands, one press away. */
function Colours() {
  const other = palette.value === 'official' ? 'apart' : 'official';
  return <button type="button" class="link" data-role="colours" onClick={() => choosePalette(other)}>{say(`colours_${other}`)}</button>;
}

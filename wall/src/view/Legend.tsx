/** Bands with their edges and how many units stand in each; silent feeds apart. */
import { BANDS } from '../core/model';
import { tally, type Picture } from '../core/picture';
import { choosePalette, palette } from '../styles/palette';
import { edges, lang, say } from './store';
import { rangeOf } from './words';

export function Legend({ picture }: { readonly picture: Picture }) {
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

/** The bands in one line, where a card has pushed the legend off a phone's screen. The legend says the same to a screen reader. */
export function Key() {
  return (
    <p class="key" aria-hidden="true">
      {BANDS.filter((band) => band !== 'none').map((band) => <span key={band}><i class={`sw b-${band} p-${band}`}>{say(`letter_${band}`)}</i>{rangeOf(band, { lang: lang.value, edges: edges.value }, true)}</span>)}
      <span>%</span>
    </p>
  );
}

/** The other colours of the bands, one press away. */
function Colours() {
  const other = palette.value === 'official' ? 'apart' : 'official';
  return <button type="button" class="link" data-role="colours" onClick={() => choosePalette(other)}>{say(`colours_${other}`)}</button>;
}

/** Bands with their edges and how many units stand in each; silent feeds apart. */
import { edgeText } from '../core/figures';
import { BANDS, type Band } from '../core/model';
import { tally, type Picture } from '../core/picture';
import { edges, lang, say } from './store';

function range(band: Band): string {
  if (band === 'none') return say('band_none');
  const all = edges.value;
  const at = all.findIndex(([name]) => name === band);
  const written = (index: number): string | undefined => (all[index] === undefined ? undefined : edgeText(all[index][1], lang.value));
  const from = written(at);
  const to = written(at === -1 ? all.length - 1 : at - 1);
  if (from === undefined) return say('below', { to: to ?? '' });
  return to === undefined ? say('at_least', { from }) : say('between', { from, to });
}

export function Legend({ picture }: { readonly picture: Picture }) {
  const counts = tally(picture.units);
  return (
    <ul class="legend" aria-label={say('legend')}>
      {BANDS.map((band) => (
        <li key={band} data-legend={band}><span class={`sw b-${band} p-${band}`} aria-hidden="true">{say(`letter_${band}`)}</span>{range(band)} <b>{counts.get(band) ?? 0}</b></li>
      ))}
      <li data-legend="old"><span class="sw b-old" aria-hidden="true" />{say('silent')} <b>{counts.get('old') ?? 0}</b></li>
    </ul>
  );
}

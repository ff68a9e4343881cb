/** Every period beside every rate: figure, band and n of each. */
import { counted, percent } from '../core/figures';
import { RATES, WINDOWS } from '../core/model';
import { dates, windowName } from '../core/times';
import type { UnitBody, UnitRate } from '../core/unit';
import { Chip } from '../view/Chip';
import { addressOf, go } from '../view/links';
import { edges, lang, say } from '../view/store';

/** `shown`: the period whose figures stand above. */
export function Windows({ unit, shown }: { readonly unit: UnitBody; readonly shown: string }) {
  const names = [...WINDOWS.filter((name) => name in unit.windows), ...Object.keys(unit.windows).filter((name) => !(WINDOWS as readonly string[]).includes(name))];
  return (
    <section aria-labelledby="windows-title" data-role="windows">
      <h2 id="windows-title">{say('all_windows')}</h2>
      <table class="windows">
        <thead><tr><th scope="col">{say('col_window')}</th>{RATES.map((rate) => <th key={rate} scope="col" class="v">{say(`rate_${rate}`)}</th>)}</tr></thead>
        <tbody>
          {names.map((name) => (
            <tr key={name} class={name === shown ? 'here' : ''} data-window={name}>
              <th scope="row"><a href={addressOf({ window: name })} onClick={(event) => go(event, { window: name })}>{windowName(name, unit.asOf, lang.value)}</a> <small>{dates(name, unit.asOf)}</small></th>
              {RATES.map((rate) => <Cell key={rate} figure={unit.windows[name]?.rates[rate]} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ figure }: { readonly figure: UnitRate | undefined }) {
  if (figure === undefined) return <td />;
  return (
    <td class="v" data-band={figure.band}>
      <span class="pair"><b>{figure.few ? say('few_mark') : percent(figure, lang.value, edges.value)}</b> <Chip band={figure.band} /></span>
      <small>n = {counted(figure.denominator, lang.value)}</small>
    </td>
  );
}

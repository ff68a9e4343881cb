/** What the chosen rate is made of: filled parts are on time, hollow ones are not; ink, not band colours. */
import { counted } from '../core/figures';
import { partsOf, type Part, type UnitBody, type UnitWindow } from '../core/unit';
import { choice, lang, say } from '../view/store';

export function Parts({ unit, window, dates, live }: { readonly unit: UnitBody; readonly window: UnitWindow; readonly dates: string; readonly live: boolean }) {
  const { rate } = choice.value;
  const figure = window.rates[rate];
  if (figure.denominator === 0) return null;
  const parts = figure.few ? null : partsOf(unit, window, rate);
  return (
    <section aria-labelledby="whence-title" data-role="whence">
      <h2 id="whence-title">{say('whence')} <small>{say(parts === null ? 'whence_n' : 'whence_of', { n: counted(figure.denominator, lang.value), dates })}</small></h2>
      {parts === null ? <p class="note">{say(figure.few ? 'whence_few' : live ? 'whence_moving' : 'whence_past')}</p> : <Bar parts={parts} />}
    </section>
  );
}

function Bar({ parts }: { readonly parts: readonly Part[] }) {
  const shown = parts.filter((part) => part.n > 0);
  const most = Math.max(...shown.map((part) => part.n));
  return (
    <>
      <div class="whole" aria-hidden="true">{shown.map((part) => <i key={part.name} class={`part-${part.name}`} style={{ flexGrow: part.n }} />)}</div>
      <ol class="parts">
        {shown.map((part) => (
          <li key={part.name} class={`part-${part.name}`} style={{ '--share': part.n / most }} data-part={part.name}>
            <i aria-hidden="true" /><b>{counted(part.n, lang.value)}</b> <span>{say(`part_${part.name}`)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

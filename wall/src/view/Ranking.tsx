/** All units of the chosen bloc, lowest first: the equal way to every figure of the map. */
import { useEffect, useRef } from 'preact/hooks';
import { counted, percent, share, trend } from '../core/figures';
import type { Unit } from '../core/model';
import { lookOf, lowestFirst, shortName, type Picture } from '../core/picture';
import { text } from '../core/text';
import { Chip } from './Chip';
import { say } from './store';
import { Steady } from './steady';
import { oldWhen, onCell, type Setting } from './words';

interface Props { readonly picture: Picture; readonly setting: Setting; readonly selected: string | null; readonly select: (code: string) => void }

export function Ranking({ picture, setting, selected, select }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => showRow(holder.current, selected), [selected]);
  return (
    <div class="ranking" ref={holder}>
      <table>
        <caption class="vh">{say('ranking')}</caption>
        <thead>
          <tr>
            <th scope="col" class="r">{say('col_rank')}</th><th scope="col">{say('col_unit')}</th><th scope="col" class="v">{say('col_rate')}</th>
            <th scope="col"><span class="vh">{say('col_band')}</span></th><th scope="col" class="ci" title={say('interval')}>{say('col_interval')}</th>
            <th scope="col" class="n">{say('col_n')}</th><th scope="col" class="n od">{say('col_overdue')}</th><th scope="col" class="t" title={say('col_trend_full')}>{say('col_trend')}</th>
          </tr>
        </thead>
        <tbody>{lowestFirst(picture.units).map((unit) => <Row key={unit.code} unit={unit} setting={setting} selected={selected === unit.code} select={select} />)}</tbody>
      </table>
    </div>
  );
}

/** Scrolls the list, never the page, so that the selected row is in sight. */
function showRow(holder: HTMLDivElement | null, code: string | null): void {
  const row = code === null ? null : holder?.querySelector<HTMLElement>(`[data-row="${CSS.escape(code)}"]`);
  if (!holder || !row || holder.scrollHeight <= holder.clientHeight) return;
  const [top, bottom] = [row.offsetTop - 40, row.offsetTop + row.offsetHeight + 40];
  if (top < holder.scrollTop || bottom > holder.scrollTop + holder.clientHeight) holder.scrollTop = row.offsetTop - holder.clientHeight / 2;
}

interface RowProps { readonly unit: Unit; readonly setting: Setting; readonly selected: boolean; readonly select: (code: string) => void }

class Row extends Steady<RowProps> {
  render({ unit, setting, selected, select }: RowProps) {
    const { lang } = setting;
    const look = lookOf(unit);
    const some = unit.denominator > 0;
    return (
      <tr data-row={unit.code} data-band={unit.band} data-look={look} class={selected ? 'here' : ''}>
        <td class="r">{unit.rank ?? '–'}</td>
        <th scope="row">
          <button type="button" aria-pressed={selected} onClick={() => select(unit.code)}>{shortName(unit)}</button>
          {look === 'old' && <em>{oldWhen(unit, setting)}</em>}
          {look === 'few' && <em>{text(lang, 'few_mark')}</em>}
        </th>
        <td class={look === 'old' ? 'v past' : 'v'} data-role="value">{look === 'few' ? onCell(unit, setting).value : percent(unit, lang, setting.edges)}</td>
        <td><Chip band={unit.band} old={look === 'old'} /></td>
        <td class="ci">{some && `${share(unit.low, lang)}–${share(unit.high, lang)}`}</td>
        <td class="n">{counted(unit.denominator, lang)}</td>
        <td class="n od">{counted(unit.overdue, lang)}</td>
        <td class="t">{trend(unit.trend, lang)}</td>
      </tr>
    );
  }
}

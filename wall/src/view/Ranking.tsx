/** All units of the chosen bloc, sortable, lowest first unless chosen otherwise: the equal way to every figure of the map. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { className } from '../core/catalogue';
import { counted, share, trend } from '../core/figures';
import type { Unit } from '../core/model';
import { longName, lookOf, shortName, VALUE, type Picture } from '../core/picture';
import { sorted, type Column, type Order } from '../core/sorting';
import { search } from '../core/search';
import { text, type Key } from '../core/text';
import { dates } from '../core/times';
import { Chip } from './Chip';
import { addressOf, go } from './links';
import { useDrawn, type Drawn } from './long';
import { choice, choose, printing, say } from './store';
import { Steady } from './steady';
import { fractionOf, oldWhen, onCell, pointed, reasonOf, valueOf, type Setting } from './words';

interface Props { readonly picture: Picture; readonly setting: Setting; readonly selected: string | null }

export function Ranking({ picture, setting, selected }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const { order, search: typed } = choice.value;
  const units = useMemo(() => sorted(search(picture.units, typed), order), [picture.units, typed, order]);
  const drawn = useDrawn(holder, units.length, printing.value);
  const long = drawn.settled && drawn.to - drawn.from < units.length;
  useEffect(() => showRow(holder.current, units.findIndex((unit) => unit.code === selected), drawn), [selected, order, drawn.settled]);
  const { question: { rate, window }, asOf } = picture;
  const trends = picture.units.some((unit) => unit.trend !== null); // before them there may be nothing to compare with
  return (
    <div class="ranking" ref={holder} id="table" tabIndex={-1} style={{ '--rows': units.length }}>
      <table aria-rowcount={long ? units.length + 1 : undefined}>
        <caption class="vh">{setting.measure != null ? say('measure_table', { count: units.length, name: setting.measure.name[setting.lang], dates: dates(window, asOf) }) : say('table_of', { count: units.length, rate: say(`rate_${rate}`), dates: dates(window, asOf) })}</caption>
        <thead>{setting.measure != null ? <MeasuredHeads order={order} setting={setting} /> : <Heads order={order} trends={trends} />}</thead>
        <tbody>
          <Room rows={drawn.from} height={drawn.height} key="before" />
          {units.slice(drawn.from, drawn.to).map((unit, index) => <Row key={unit.code} unit={unit} setting={setting} selected={selected === unit.code} trends={trends} place={long ? drawn.from + index : null} />)}
          <Room rows={units.length - drawn.to} height={drawn.height} key="after" />
        </tbody>
      </table>
      {units.length === 0 && <p class="note">{say('search_none')}</p>}
    </div>
  );
}

/** As high as the rows that are not drawn. */
export function Room({ rows, height }: { readonly rows: number; readonly height: number }) {
  return rows === 0 ? null : <tr aria-hidden="true" style={{ height: `${rows * height}px` }} />;
}

/** Of an indicator: its value, what it is made of, and what it gives in its set. */
function MeasuredHeads({ order, setting: { measure } }: { readonly order: Order; readonly setting: Setting }) {
  return (
    <tr>
      <Head by="rank" words="col_rank" class="r" order={order} /><Head by="name" words="col_unit" order={order} /><Head by="rate" words={measure?.plain ? 'col_value' : 'col_rate'} class="v" order={order} />
      <th scope="col"><span class="vh">{say('col_band')}</span></th>
      {measure?.dossiers && <Head by="low" words="col_interval" class="ci" title="interval" order={order} />}
      {measure?.indicator != null && !measure.plain && <th scope="col" class="n od">{say('col_fraction')}</th>}
      {scores(measure) && <th scope="col" class="n">{say('col_points')}</th>}
      {measure?.indicator === null && measure.set.classes.length > 0 && <th scope="col" class="n od">{say('col_class')}</th>}
    </tr>
  );
}
/** Whether it gives points. */
const scores = (measure: Setting['measure']): boolean => measure != null && (measure.indicator === null || measure.indicator.maximum !== null);

function Heads({ order, trends }: { readonly order: Order; readonly trends: boolean }) {
  return (
    <tr>
      <Head by="rank" words="col_rank" class="r" order={order} /><Head by="name" words="col_unit" order={order} /><Head by="rate" words="col_rate" class="v" order={order} />
      <th scope="col"><span class="vh">{say('col_band')}</span></th><Head by="low" words="col_interval" class="ci" title="interval" order={order} />
      <Head by="n" words="col_n" class="n" order={order} /><Head by="overdue" words="col_overdue" class="n od" order={order} />{trends && <Head by="trend" words="col_trend" class="t" title="col_trend_full" order={order} />}
    </tr>
  );
}

interface HeadProps { readonly by: Column; readonly words: Key; readonly order: Order; readonly class?: string; readonly title?: Key }

/** A column's head sorts by it; once more, the other way round. Counts begin with the largest. */
function Head({ by, words, order, class: name, title }: HeadProps) {
  const here = order.by === by;
  const next: Order = { by, down: here ? !order.down : by === 'n' || by === 'overdue' || by === 'rank' };
  return (
    <th scope="col" class={name} aria-sort={here ? (order.down ? 'descending' : 'ascending') : undefined}>
      <button type="button" title={title && say(title)} onClick={() => choose({ order: next })} data-sort={by}>{say(words)}<span class="way" aria-hidden="true">{here ? (order.down ? '↓' : '↑') : ''}</span></button>
    </th>
  );
}

/** Scrolls the list, never the page, so that the selected row is in sight; one that is not drawn is where the rows above it end. */
function showRow(holder: HTMLDivElement | null, index: number, drawn: Drawn): void {
  if (!holder || index < 0 || holder.scrollHeight <= holder.clientHeight) return;
  const row = holder.querySelectorAll<HTMLElement>('[data-row]')[index - drawn.from];
  const height = row?.offsetHeight ?? drawn.height;
  const top = row?.offsetTop ?? index * drawn.height;
  if (top - 40 < holder.scrollTop || top + height + 40 > holder.scrollTop + holder.clientHeight) holder.scrollTop = top - holder.clientHeight / 2;
}

/** `place`: of the row among all, where not all are drawn. */
interface RowProps { readonly unit: Unit; readonly setting: Setting; readonly selected: boolean; readonly trends: boolean; readonly place: number | null }

class Row extends Steady<RowProps> {
  render({ unit, setting, selected, trends, place }: RowProps) {
    const { lang } = setting;
    const look = lookOf(unit);
    const some = unit.denominator > 0;
    return (
      <tr data-row={unit.code} aria-rowindex={place === null ? undefined : place + 2} data-band={unit.band} data-look={look} class={selected ? 'here' : ''}>
        <td class="r">{unit.rank ?? '–'}</td>
        <th scope="row">
          <a href={addressOf({ unit: unit.code, view: 'unit' })} aria-label={longName(unit)} aria-current={selected || undefined} onClick={(event) => go(event, { unit: unit.code, view: 'unit' })}>{shortName(unit)}</a>
          {look === 'old' && <em>{oldWhen(unit, setting)}</em>}
          {look === 'few' && <em>{text(lang, 'few_mark')}</em>}
          {look === 'none' && <em>{unit.measured !== undefined ? reasonOf(unit.measured.reason, lang) : text(lang, 'unit_none')}</em>}
        </th>
        <td class={look === 'old' ? 'v past' : 'v'} data-role="value">{look === 'few' ? onCell(unit, setting).value : valueOf(unit, setting)}</td>
        <td>{(unit.measured === undefined || look === 'old' || unit.band !== 'none') && <Chip band={unit.band} old={look === 'old'} />}</td>
        {unit.measured !== undefined ? <MeasuredCells unit={unit} setting={setting} /> : <>
        <td class="ci">{some && `${share(unit.low, lang)}–${share(unit.high, lang)}`}</td>
        <td class="n">{counted(unit.denominator, lang)}</td>
        <td class="n od">{counted(unit.overdue, lang)}</td>
        {trends && <td class="t">{trend(unit.trend, lang)}</td>}</>}
      </tr>
    );
  }
}

function MeasuredCells({ unit, setting: { lang, measure } }: { readonly unit: Unit; readonly setting: Setting }) {
  const some = unit.measured?.reason === VALUE;
  return (
    <>
      {measure?.dossiers && <td class="ci">{some && unit.low !== null && `${share(unit.low, lang)}–${share(unit.high, lang)}`}</td>}
      {measure?.indicator != null && !measure.plain && <td class="n od">{fractionOf(unit, { ...measure, dossiers: false }, lang)}</td>}
      {scores(measure) && <td class="n" data-role="points">{unit.measured?.points != null && `${pointed(unit.measured.points, lang)} / ${pointed(unit.measured.maximum ?? 0, lang)}`}</td>}
      {measure?.indicator === null && measure.set.classes.length > 0 && <td class="n od">{className(measure.set, unit.measured?.standing ?? '', lang)}</td>}
    </>
  );
}

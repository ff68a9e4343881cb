/** How the chosen rate moved, beside another one; gaps are gaps, n stands below, and the same as a table. */
import { counted, edgeText, percent } from '../core/figures';
import type { Rate } from '../core/model';
import { dayMonth } from '../core/times';
import { chart, columns, labelled, lastKnown, line, type Chart, type Frame } from '../core/trail';
import type { TrailPoint, UnitBody } from '../core/unit';
import { choice, edges, lang, narrow, say } from '../view/store';

const WEB: Frame = { width: 760, height: 320, left: 84, right: 140, columns: 64 };
const PHONE: Frame = { width: 328, height: 260, left: 66, right: 112, columns: 56 };

export function TrailChart({ unit, name }: { readonly unit: UnitBody; readonly name: string }) {
  const { rate } = choice.value;
  const points = unit.trail?.points ?? [];
  const some = lastKnown(points, rate) !== -1;
  return (
    <section aria-labelledby="trail-title" data-role="trail">
      <h2 id="trail-title">{say('trail', { n: points.length || 90 })} {some && <small>{say('trail_of', { days: unit.trail?.days ?? 0 })}</small>}</h2>
      {unit.trail === null ? <p class="note">{say('trail_away')}</p>
        : !some ? <p class="note">{say('trail_none')}</p>
        : <Drawn points={points} rate={rate} name={name} />}
    </section>
  );
}

interface DrawnProps { readonly points: readonly TrailPoint[]; readonly rate: Rate; readonly name: string }

function Drawn({ points, rate, name }: DrawnProps) {
  const frame = narrow.value ? PHONE : WEB;
  const beside: Rate = rate === 'official' ? 'due_cohort' : 'official';
  const scale = chart(points, [rate, beside], frame);
  const [last, l] = [lastKnown(points, rate), lang.value];
  const [first, latest] = [points[0], points[last]];
  if (first === undefined || latest === undefined) return null;
  const figure = latest.rates[rate];
  const said = say('trail_said', { name, rate: say(`rate_${rate}`), first: dayMonth(first.day, true), last: dayMonth(latest.day, true), value: percent(figure, l, edges.value), n: counted(figure.denominator, l) });
  return (
    <>
      <svg class="trail" viewBox={`0 0 ${frame.width} ${frame.height + 24}`} role="img" aria-label={said}>
        <Grid scale={scale} frame={frame} />
        {columns(points, rate, frame).map((height, i) => <rect key={points[i]?.day} class="n" x={scale.x(i) - 2.2} y={frame.height - height} width={narrow.value ? 1.8 : 4.4} height={height} />)}
        <path class="beside" d={line(points, beside, scale)} /><path class="line" d={line(points, rate, scale)} />
        <Ends points={points} rates={[rate, beside]} scale={scale} frame={frame} />
        {labelled(points, narrow.value ? 3 : 6).map((i) => <text key={i} class="day" x={scale.x(i)} y={frame.height + 18}>{dayMonth(points[i]?.day ?? '')}</text>)}
        <text class="what" x={frame.width - frame.right + 10} y={frame.height - 6}>{say('trail_n')}</text>
      </svg>
      <details class="numbers"><summary>{say('trail_table')}</summary><Numbers points={points} rates={[rate, beside]} /></details>
    </>
  );
}

function Grid({ scale, frame }: { readonly scale: Chart; readonly frame: Frame }) {
  const inside = edges.value.filter(([, from]) => from >= scale.from && from <= scale.to);
  const lines = inside.length > 0 ? inside.map(([band, from]) => [from, say(`band_${band}`)] as const) : [[scale.to, ''] as const, [scale.from, ''] as const];
  return <g class="levels">{lines.map(([from, words]) => <g key={from}><path d={`M${frame.left} ${scale.y(from / 1000)}H${frame.width - frame.right}`} /><text x="0" y={scale.y(from / 1000) + 5}>{edgeText(from, lang.value)} {words}</text></g>)}</g>;
}

/** The two lines' names with their latest figures, moved apart where they would overlap. */
function Ends({ points, rates, scale, frame }: { readonly points: readonly TrailPoint[]; readonly rates: readonly [Rate, Rate]; readonly scale: Chart; readonly frame: Frame }) {
  const ends = rates.map((rate) => {
    const at = lastKnown(points, rate);
    const figure = points[at]?.rates[rate];
    return figure === undefined ? null : { rate, figure, x: scale.x(at), y: scale.y(figure.numerator / figure.denominator) };
  });
  const [main, other] = ends;
  const apart = main && other && Math.abs(main.y - other.y) < 34 ? (other.y >= main.y ? main.y + 34 - other.y : main.y - 34 - other.y) : 0;
  return (
    <g>
      {main && <circle class="dot" cx={main.x} cy={main.y} r="4.5" />}
      {ends.map((end, i) => end && (
        <text key={end.rate} class={i === 0 ? 'end' : 'end other'} x={frame.width - frame.right + 10} y={end.y + (i === 1 ? apart : 0)}>
          <tspan>{percent(end.figure, lang.value, edges.value)} %</tspan><tspan x={frame.width - frame.right + 10} dy="1.15em">{say(`rate_${end.rate}`)}</tspan>
        </text>
      ))}
    </g>
  );
}

function Numbers({ points, rates }: { readonly points: readonly TrailPoint[]; readonly rates: readonly Rate[] }) {
  const l = lang.value;
  return (
    <table>
      <thead><tr><th scope="col">{say('col_day')}</th>{rates.map((rate) => <th key={rate} scope="col" class="v">{say(`rate_${rate}`)} %</th>)}<th scope="col" class="n">{say('col_n')}</th></tr></thead>
      <tbody>
        {[...points].reverse().map((point) => (
          <tr key={point.day}>
            <th scope="row">{dayMonth(point.day, true)}</th>{rates.map((rate) => <td key={rate} class="v">{percent(point.rates[rate], l, edges.value)}</td>)}
            <td class="n">{counted(point.rates[rates[0] ?? 'official'].denominator, l)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

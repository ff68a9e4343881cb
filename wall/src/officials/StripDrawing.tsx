/** The strip of working time: counted filled, paused light, remaining hollow, late striped across; the first promise dashed below. The same as a table. */
import { dayMonth } from '../core/times';
import { KINDS, type Account, type Days, type Kind } from './model';
import { lang, narrow, say } from './store';
import { strip, type Mark, type Row } from './strip';
import { dateTime, hours } from './times';
import { daysSaid } from './words';

const [WIDE, PHONE] = [776, 350];
const LEVEL = 36;
const BAR = 44;

/** What is counted of each kind, in words: working hours, or days where the term is in calendar days. */
function counts({ totals, days }: Account): { readonly of: (kind: Kind) => number; readonly said: (kind: Kind) => string } {
  if (days === null) return { of: (kind) => totals[kind] ?? 0, said: (kind) => hours(totals[kind] ?? 0) };
  const of = (kind: Kind): number => (kind === 'void' ? 0 : days[kind]);
  return { of, said: (kind) => daysSaid(of(kind), lang.value) };
}

export function StripDrawing({ found }: { readonly found: Account }) {
  const width = narrow.value ? PHONE : WIDE;
  const { of, said } = counts(found);
  const rows = strip(found, width, lang.value);
  let y = 0;
  const drawn = rows.map((row, i) => {
    const top = y + Math.max(row.levels, row.marks.length > 0 ? 1 : 0) * LEVEL + 16;
    y = top + BAR + (row.below === null ? 28 : 62);
    return <DrawnRow key={i} row={row} top={top} />;
  });
  const spoken = say(found.days === null ? 'strip_said' : 'strip_said_days', { counted: said('counted'), paused: said('paused'), remaining: said('remaining'), late: said('late') });
  return (
    <>
      <svg class="strip" viewBox={`0 0 ${width} ${y}`} role="img" aria-label={spoken} data-role="strip">{drawn}</svg>
      <ul class="keys2">
        {KINDS.filter((kind) => of(kind) > 0).map((kind) => <li key={kind} data-key={kind}><i class={`iv ${kind}`} aria-hidden="true" />{say(`key_${kind}`, { time: said(kind) })}</li>)}
        <Sum found={found} />
      </ul>
      <details class="numbers"><summary>{say(found.days === null ? 'span_table' : 'day_table')}</summary>{found.days === null ? <Numbers found={found} /> : <EachDay days={found.days} />}</details>
    </>
  );
}

/** What has counted and what remains are the term, where they are. */
function Sum({ found: { totals, days } }: { readonly found: Account }) {
  const [counted, remaining, limit] = days === null ? [totals.counted, totals.remaining ?? 0, totals.limit] : [days.counted, days.remaining, days.limit];
  if (limit === null || counted + remaining !== limit) return null;
  const said = days === null ? say('sum', { counted: hours(counted), remaining: hours(remaining), limit: hours(limit, true) }) : say('sum_days', { counted, remaining, limit });
  return <li class="sumup" data-role="sum">{said}</li>;
}

function DrawnRow({ row, top }: { readonly row: Row; readonly top: number }) {
  return (
    <g>
      {row.blocks.map((block) => (
        <g key={block.x}>
          <rect class={`iv ${block.kind}`} x={block.x} y={top} width={block.width} height={BAR} />
          {block.label !== '' && <text class={`iv-t ${block.kind}`} x={block.x + block.width / 2} y={top + 28} text-anchor="middle">{block.label}</text>}
        </g>
      ))}
      {row.offs.map((off) => (
        <text key={off.x} class="ax off-days" x={off.x} y={top + BAR / 2} text-anchor="middle" transform={`rotate(-90 ${off.x} ${top + BAR / 2})`}>
          {off.lines.map((line, i) => <tspan key={i} x={off.x} y={top + BAR / 2 + 4 + (i - (off.lines.length - 1) / 2) * 13}>{line}</tspan>)}
        </text>
      ))}
      {row.days.map((day) => day.label !== '' && <text key={day.x} class="ax" x={Math.max(day.label.length * 3.4, day.x + day.width / 2)} y={top + BAR + 20} text-anchor="middle">{day.label}</text>)}
      {row.marks.map((mark) => <DrawnMark key={`${mark.name}${mark.x}`} mark={mark} top={top} />)}
      {row.below !== null && (
        <g data-mark="first">
          <path class="mk dash" d={`M${row.below.x} ${top + BAR}V${top + BAR + 36}`} />
          <text class="ax" x={row.below.textX} y={top + BAR + 52} text-anchor="middle">{row.below.sub}</text>
        </g>
      )}
    </g>
  );
}

function DrawnMark({ mark, top }: { readonly mark: Mark; readonly top: number }) {
  const words = top - mark.level * LEVEL;
  return (
    <g data-mark={mark.name}>
      <path class={mark.name === 'due' ? 'mk due' : 'mk'} d={`M${mark.x} ${words - 6}V${top + BAR}`} />
      <text class="lb" x={mark.textX} y={words - 28}>{mark.title}</text>
      <text class="ax" x={mark.textX} y={words - 11}>{mark.sub}</text>
    </g>
  );
}

function Numbers({ found }: { readonly found: Account }) {
  const kind = (name: Kind): string => say(`kind_${name}`);
  return (
    <table>
      <thead><tr><th scope="col">{say('col_from')}</th><th scope="col">{say('col_to')}</th><th scope="col">{say('col_kind')}</th><th scope="col" class="n">{say('col_time')}</th></tr></thead>
      <tbody>{found.spans.map((span) => <tr key={span.from}><td>{dateTime(span.from)}</td><td>{dateTime(span.to)}</td><td>{kind(span.kind)}</td><td class="n">{hours(span.minutes)}</td></tr>)}</tbody>
    </table>
  );
}

/** Days in a row of one kind are one line. */
function EachDay({ days }: { readonly days: Days }) {
  const runs: { kind: Kind; first: string; last: string; n: number }[] = [];
  for (const { day, kind } of days.each) {
    const run = runs[runs.length - 1];
    if (run !== undefined && run.kind === kind) [run.last, run.n] = [day, run.n + 1];
    else runs.push({ kind, first: day, last: day, n: 1 });
  }
  return (
    <table>
      <thead><tr><th scope="col">{say('col_from')}</th><th scope="col">{say('col_to')}</th><th scope="col">{say('col_kind')}</th><th scope="col" class="n">{say('col_days')}</th></tr></thead>
      <tbody>{runs.map((run) => <tr key={run.first}><td>{dayMonth(run.first)}</td><td>{dayMonth(run.last)}</td><td>{say(`kind_${run.kind}`)}</td><td class="n">{run.n}</td></tr>)}</tbody>
    </table>
  );
}

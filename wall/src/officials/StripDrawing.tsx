/** The strip of working time: counted filled, paused light, remaining hollow, late striped across; the first promise dashed below. The same as a table. */
import { KINDS, type Account, type Kind } from './model';
import { lang, narrow, say } from './store';
import { strip, type Mark, type Row } from './strip';
import { dateTime, hours } from './times';

const [WIDE, PHONE] = [776, 350];
const LEVEL = 36;
const BAR = 44;

export function StripDrawing({ found }: { readonly found: Account }) {
  const width = narrow.value ? PHONE : WIDE;
  const { totals } = found;
  const said = say('strip_said', { counted: hours(totals.counted), paused: hours(totals.paused), remaining: hours(totals.remaining), late: hours(totals.late) });
  const rows = strip(found, width, lang.value);
  let y = 0;
  const drawn = rows.map((row, i) => {
    const top = y + Math.max(row.levels, row.marks.length > 0 ? 1 : 0) * LEVEL + 16;
    y = top + BAR + (row.below === null ? 28 : 62);
    return <DrawnRow key={i} row={row} top={top} />;
  });
  return (
    <>
      <svg class="strip" viewBox={`0 0 ${width} ${y}`} role="img" aria-label={said} data-role="strip">{drawn}</svg>
      <ul class="keys2">
        {KINDS.filter((kind) => totals[kind] > 0).map((kind) => <li key={kind} data-key={kind}><i class={`iv ${kind}`} aria-hidden="true" />{say(`key_${kind}`, { time: hours(totals[kind]) })}</li>)}
        {totals.limit !== null && totals.counted + totals.remaining === totals.limit && <li class="sumup" data-role="sum">{say('sum', { counted: hours(totals.counted), remaining: hours(totals.remaining), limit: hours(totals.limit, true) })}</li>}
      </ul>
      <details class="numbers"><summary>{say('span_table')}</summary><Numbers found={found} /></details>
    </>
  );
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
      {row.offs.map((off) => <text key={off.x} class="ax" x={off.x} y={top + BAR / 2} text-anchor="middle" transform={`rotate(-90 ${off.x} ${top + BAR / 2})`} dy="4">{off.label}</text>)}
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

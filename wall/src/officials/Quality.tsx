/** How good the notices were, for who leads: what became of those of the last 30 days, in all and by unit. */
import { dayMonth } from '../core/times';
import type { Counts } from './model';
import { lang, leads, quality, say } from './store';
import { named } from './text';

const COLUMNS = ['sent', 'acted', 'breached', 'late_data', 'failed'] as const;

export function QualityTable() {
  const { body } = quality.value;
  if (!leads.value || body === null) return null;
  const { total, units } = body;
  return (
    <section class="quality" aria-labelledby="quality-title" data-role="quality">
      <h2 id="quality-title">{say('quality')} <small>{say('quality_days', { first: dayMonth(body.first), last: dayMonth(body.last) })}</small></h2>
      {total.sent === 0 ? <p class="note">{say('quality_none')}</p> : <Table rows={[{ code: '', name: say('quality_total'), counts: total }]} />}
      {Object.keys(total.suppressed).length > 0 && <p class="note">{say('quality_suppressed')} {reasons(total)}</p>}
      {units.length > 1 && <details class="numbers"><summary>{say('quality_units')}</summary><Table rows={units} /></details>}
    </section>
  );
}

const reasons = ({ suppressed }: Counts): string => Object.entries(suppressed).map(([reason, n]) => `${named(lang.value, 'reason', reason, reason)} ${n}`).join(' · ');
/** "12/15": of the warnings whose instant has come. */
const share = ({ acted_share: { numerator, denominator } }: Counts): string => (denominator === 0 ? say('quality_nothing') : `${numerator}/${denominator}`);

function Table({ rows }: { readonly rows: readonly { readonly code: string; readonly name: string; readonly counts: Counts }[] }) {
  return (
    <table>
      <thead><tr><th scope="col">{say('quality_unit')}</th>{COLUMNS.map((name) => <th key={name} scope="col" class="n">{say(`quality_${name}`)}</th>)}<th scope="col" class="n">{say('quality_share')}</th></tr></thead>
      <tbody>
        {rows.map(({ code, name, counts }) => (
          <tr key={code} data-unit={code}><th scope="row">{name}</th>{COLUMNS.map((column) => <td key={column} class="n" data-count={column}>{counts[column]}</td>)}<td class="n" data-count="share">{share(counts)}</td></tr>
        ))}
      </tbody>
    </table>
  );
}

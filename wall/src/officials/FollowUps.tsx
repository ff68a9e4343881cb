/** Violations that are followed up at the units within reach: what waits for an explanation first. */
import { counted } from '../core/figures';
import { dayMonth } from '../core/times';
import { choose, followUps, followUpUnit, lang, moreFollowUps, nameOf, say, seenUnits, term } from './store';
import type { FollowUp } from './sheet';

export function FollowUps() {
  const { body, status } = followUps.value;
  return (
    <div class="sheet" data-state={body === null ? 'follow-ups-loading' : 'follow-ups'}>
      {seenUnits.value.length > 1 && (
        <div class="choices">
          <label class="pick"><span>{say('pick_unit')}</span>
            <select name="unit" value={followUpUnit.value} onChange={(event) => choose({ unit: event.currentTarget.value || null })}>
              <option value="" selected={followUpUnit.value === ''}>{say('every_unit')}</option>
              {seenUnits.value.map((code) => <option key={code} value={code} selected={code === followUpUnit.value}>{nameOf(code)}</option>)}
            </select>
          </label>
        </div>
      )}
      <h1 id="list-title">{say('follow_ups_title')} {body !== null && <small>{say('follow_ups_of', { date: dayMonth(body.asOf, true) })}</small>}</h1>
      {status !== 200 && <p class="warn" role="status">{say('list_trouble', { status })}</p>}
      {body === null ? status === 200 && <p class="note" role="status">{say('connecting')}</p> : body.list.length === 0 ? <p>{say('follow_ups_none')}</p> : <Table list={body.list} />}
      {body !== null && body.after !== '' && <button type="button" class="more" onClick={() => void moreFollowUps()}>{say('more')}</button>}
    </div>
  );
}

function Table({ list }: { readonly list: readonly FollowUp[] }) {
  return (
    <div class="wide" role="region" tabIndex={0} aria-label={say('follow_ups_title')}>
      <table>
        <thead>
          <tr><th scope="col">{say('follow_up')}</th><th scope="col">{say('col_unit')}</th><th scope="col">{say('violation')}</th><th scope="col">{say('col_state')}</th><th scope="col" class="n">{say('opened_on')}</th><th scope="col" class="n">{say('explained_on')}</th><th scope="col" class="n">{say('closed_on')}</th><th scope="col" class="n">{say('days_open')}</th></tr>
        </thead>
        <tbody>{list.map((one) => <Row key={`${one.unit} ${one.code}`} one={one} />)}</tbody>
      </table>
    </div>
  );
}

const written = (day: string | null): string => (day === null ? '—' : dayMonth(day, true));
function Row({ one }: { readonly one: FollowUp }) {
  return (
    <tr data-follow-up={one.code} data-unit={one.unit} data-state={one.state} class={one.state === 'closed' ? 'past' : ''}>
      <th scope="row">{one.code}</th><td>{one.unitName}</td><td>{term('violations', one.violation)}</td><td class={one.state === 'opened' ? 'waits' : ''}>{term('follow_up_states', one.state)}</td>
      <td class="n">{written(one.openedOn)}</td><td class="n">{written(one.explainedOn)}</td><td class="n">{written(one.closedOn)}</td><td class="n">{counted(one.daysOpen, lang.value)}</td>
    </tr>
  );
}

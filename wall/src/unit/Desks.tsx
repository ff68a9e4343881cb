/** The unit's one-stop desks: waiting and serving time, who left, appointments, satisfaction; each desk by itself of days that are over. */
import { desksBody, isSaid, within, type Connection, type DeskFigures, type DeskRow, type Desks as Found, type Length } from '../core/desks';
import { counted, percent, share } from '../core/figures';
import { isLive } from '../core/model';
import { dayMonth, dayOf, span, timeOf } from '../core/times';
import { useAnswer } from '../view/answer';
import { choice, lang, say, today } from '../view/store';
import { unitText, type UnitKey } from './text';
import { boundSaid, boundShort } from './words';

const told = (key: UnitKey, values?: Readonly<Record<string, string | number>>): string => unitText(lang.value, key, values);
const addressFor = (code: string): string => `/api/v1/units/${encodeURIComponent(code)}/desks?${new URLSearchParams({ window: choice.value.window }).toString()}`;
const SHORT_WAIT = 900; // seconds; a bound of the buckets, so the share within it is exact (decision 0028)

export function Desks({ code }: { readonly code: string }) {
  const { body, of, status } = useAnswer(desksBody, () => addressFor(code), () => undefined, [code]);
  const here = of === addressFor(code) ? body : null;
  const past = choice.value.asOf !== null || choice.value.knownAt !== null;
  return (
    <section aria-labelledby="desks-title" data-role="desks" data-state={here === null ? 'desks-loading' : 'desks'}>
      <h2 id="desks-title">{told('desks')} {here !== null && <small>{span(here.first, here.last)}</small>}</h2>
      {past && <p class="note">{told('desks_past')}</p>}
      {status !== null && <p class="warn" role="status">{told('desks_away', { status })}</p>}
      {here === null ? status === null && <p class="note" role="status">{told('desks_loading')}</p> : isSaid(here) ? <Whole found={here} /> : <p class="note">{told('desks_none')}</p>}
      {here !== null && here.connections.length > 0 && <Connections of={here.connections} />}
    </section>
  );
}

function Whole({ found }: { readonly found: Found }) {
  const l = lang.value;
  const { tickets, appointments, satisfaction, waiting, desks } = found;
  return (
    <>
      <dl class="desk-figures">
        {isLive(choice.value) && <div data-figure="waiting"><dt>{told('desk_waiting')}</dt><dd>{counted(waiting, l)}</dd></div>}
        {tickets !== null && <div data-figure="taken"><dt>{told('desk_taken')}</dt><dd>{counted(tickets.taken, l)} <small>{told('desk_served', { n: counted(tickets.served, l) })}</small></dd></div>}
        {tickets !== null && <div data-figure="abandoned"><dt>{told('desk_abandoned')}</dt><dd>{counted(tickets.abandoned, l)} <small>{told('desk_share', { share: part(tickets.abandoned, tickets.taken) })}</small></dd></div>}
        {tickets?.waited != null && <Time figure="waited" words="desk_wait" length={tickets.waited} short />}
        {tickets?.service != null && <Time figure="service" words="desk_service" length={tickets.service} />}
        {satisfaction !== null && (
          <div data-figure="satisfaction"><dt>{told('desk_satisfied')}</dt>
            <dd>{percent(satisfaction, l, [])} % <small>{told('desk_answers', { numerator: counted(satisfaction.numerator, l), denominator: counted(satisfaction.denominator, l) })} · {say('interval_short', { low: share(satisfaction.low, l), high: share(satisfaction.high, l) })}</small></dd>
          </div>
        )}
        {appointments !== null && <div data-figure="appointments"><dt>{told('desk_kept')}</dt><dd>{part(appointments.kept, appointments.booked)} % <small>{told('desk_booked', { kept: counted(appointments.kept, l), booked: counted(appointments.booked, l) })}</small></dd></div>}
      </dl>
      {desks.length > 0 && <details class="numbers" data-role="each-desk"><summary>{told('per_desk')}</summary><EachDesk desks={desks} /></details>}
      <p class="note">{told('desk_rule')}</p>
    </>
  );
}

/** Which desks were heard of and when; of one that is silent its last word alone, never that it is connected. */
function Connections({ of }: { readonly of: readonly Connection[] }) {
  const when = (at: string): string => `${dayOf(at) === today.value ? '' : `${dayMonth(dayOf(at), true)} `}${timeOf(at)}`;
  return (
    <details class="numbers" data-role="desk-connections">
      <summary>{told('desk_connections', { n: of.filter((one) => !one.stale).length, all: of.length })}</summary>
      <ul>{of.map(({ desk, heardAt, stale }) => <li key={desk} data-desk={desk} data-stale={stale}>{told(stale ? 'desk_silent' : 'desk_connected', { desk, when: when(heardAt) })}</li>)}</ul>
    </details>
  );
}

const part = (numerator: number, denominator: number): string => percent({ numerator, denominator }, lang.value, []);

function Time({ figure, words, length, short = false }: { readonly figure: string; readonly words: UnitKey; readonly length: Length; readonly short?: boolean }) {
  const l = lang.value;
  const quick = short ? within(length, SHORT_WAIT) : null;
  return (
    <div data-figure={figure}>
      <dt>{told(words)}</dt>
      <dd>{boundShort(length.median, length, l)} <small>{[told('desk_half', { time: boundSaid(length.median, length, l) }), told('desk_nine', { time: boundSaid(length.p90, length, l) }), ...(quick === null ? [] : [told('desk_within', { share: part(quick, length.count) })])].join(' · ')}</small></dd>
    </div>
  );
}

function EachDesk({ desks }: { readonly desks: readonly DeskRow[] }) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={told('per_desk')}>
      <table class="each-desk">
        <thead>
          <tr><th scope="col">{told('col_desk')}</th><th scope="col" class="n">{told('desk_taken')}</th><th scope="col" class="n">{told('desk_abandoned')}</th><th scope="col" class="v">{told('col_wait')}</th><th scope="col" class="v">{told('col_wait_nine')}</th><th scope="col" class="v">{told('col_service')}</th><th scope="col" class="v">{told('desk_satisfied')}</th></tr>
        </thead>
        <tbody>{desks.map((desk) => <tr key={desk.desk} data-desk={desk.desk}><th scope="row">{desk.desk}{desk.withheld && <em>{told('desk_withheld')}</em>}</th><Cells of={desk} /></tr>)}</tbody>
      </table>
    </div>
  );
}

function Cells({ of: { tickets, satisfaction } }: { readonly of: DeskFigures }) {
  const l = lang.value;
  const few = told('fewer_than_five');
  const length = (found: Length | null | undefined, pick: (found: Length) => number | null): string => (found == null ? few : boundShort(pick(found), found, l));
  return (
    <>
      <td class="n">{tickets === null ? few : counted(tickets.taken, l)}</td>
      <td class="n">{tickets === null ? few : counted(tickets.abandoned, l)}</td>
      <td class="v">{length(tickets?.waited, ({ median }) => median)}</td>
      <td class="v">{length(tickets?.waited, ({ p90 }) => p90)}</td>
      <td class="v">{length(tickets?.service, ({ median }) => median)}</td>
      <td class="v">{satisfaction === null ? few : `${percent(satisfaction, l, [])} %`}</td>
    </>
  );
}

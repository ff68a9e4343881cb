/** A unit's month as its head is rated by it: figures, whether they were reconciled, the unit's explanation; printed on one sheet of A4. */
import { measureOf } from '../core/catalogue';
import { EDGES } from '../core/figures';
import type { Figure } from '../core/model';
import { VALUE } from '../core/picture';
import { dayMonth, dayOf, span, timeOf, windowName } from '../core/times';
import { catalogue } from '../live/catalogue';
import { movementWords } from '../ranking/words';
import { fractionOf, measuredSaid, pointed, reasonOf } from '../view/words';
import { REASONS } from '../core/explained';
import { edges, lang, month, refresh, say, sheet, sheetUnit, term, today } from './store';
import { Choices } from './Choices';
import { Begun, mayWrite, READ_BACK_MS, Text, Writing } from './Justify';
import { MONTHLY_SHEET } from './justification';
import { pathOf } from './server';
import { monthsTo, type Moved, type Sheet as Body, type SheetLine } from './sheet';

export function Sheet() {
  const { body, status } = sheet.value;
  const shown = body !== null && body.code === sheetUnit.value && body.month === month.value ? body : null;
  return (
    <div class="sheet" data-state={shown === null ? 'sheet-loading' : 'sheet'} data-sheet={shown?.code} data-month={shown?.month}>
      <Chosen />
      <h1 id="list-title">{shown === null ? say('sheet_loading') : say('sheet_title', { month: windowName(shown.month, null, lang.value).toLocaleLowerCase(lang.value), unit: shown.name })}</h1>
      {status !== 200 && <p class="warn" role="status">{say(status === 404 ? 'sheet_unknown' : 'sheet_trouble', { status })}</p>}
      {shown !== null && <Whole sheet={shown} />}
    </div>
  );
}

function Chosen() {
  const [unit, chosen, l] = [sheetUnit.value, month.value, lang.value];
  if (unit === null || chosen === null || today.value === null) return null;
  return (
    <Choices unit={unit} name="month" label="pick_month" period={chosen} periods={monthsTo(today.value)} called={(name) => windowName(name, null, l)}>
      <a href={pathOf.sheetFile(unit, chosen)} download data-role="xlsx">{say('sheet_xlsx')}</a>
      <button type="button" class="more" onClick={() => print()} data-role="print">{say('sheet_print')}</button>
    </Choices>
  );
}

function Whole({ sheet: of }: { readonly sheet: Body }) {
  const { reconciliation: { state, at } } = of;
  return (
    <>
      <p class="facts"><span>{span(of.first, of.last)}{!of.complete && <> · {say('sheet_running')}</>} · {say('sheet_as_of', { date: dayMonth(of.asOf, true) })} · <span data-role="reconciliation" data-state={state}>{term('reconciliation', state)}{at !== null && ` (${timeOf(at)} ${dayMonth(dayOf(at), true)})`}</span></span></p>
      {of.stale && <p class="warn" role="status">{say('behind_officials')}</p>}
      {of.lines.length === 0 ? <p>{say('sheet_empty')}</p> : catalogue.value === null ? <p class="note" role="status">{say('sheet_loading')}</p> : <Lines sheet={of} />}
      <p class="note">{say('sheet_rule', { before: windowName(of.before, null, lang.value).toLocaleLowerCase(lang.value) })}</p>
      <Said key={`${of.code} ${of.month}`} sheet={of} />
    </>
  );
}

function Lines({ sheet: { lines, before } }: { readonly sheet: Body }) {
  return (
    <div class="wide" role="region" tabIndex={0} aria-label={say('tab_sheet')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('pick_measure')}</th><th scope="col" class="v">{say('col_value')}</th><th scope="col"><span class="vh">{say('col_band')}</span></th><th scope="col" class="n">{say('col_fraction')}</th><th scope="col" class="n">{say('col_points')}</th>
            <th scope="col" class="n">{say('col_rank')}</th><th scope="col" class="n">{windowName(before, null, lang.value)}</th><th scope="col">{say('col_movement')}</th>
          </tr>
        </thead>
        <tbody>{lines.map((line) => <Row key={line.code} line={line} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ line }: { readonly line: SheetLine }) {
  const l = lang.value;
  const measure = measureOf(catalogue.value ?? [], line.code, edges.value ?? EDGES);
  const written = (figure: Figure): string => measuredSaid(figure, measure, l);
  const [some, letter] = [line.reason === VALUE, say(`letter_${line.band}`)];
  return (
    <tr data-line={line.code} data-reason={line.reason}>
      <th scope="row">{line.name[l]}<small>{line.code}</small></th>
      <td class="v" data-role="value">{!some ? <em>{reasonOf(line.reason, l)}</em> : line.few ? say('few_mark') : written(line)}</td>
      <td>{some && line.band !== 'none' && <span class={`chip sm b-${line.band}`}><span aria-hidden="true">{letter}</span><span class="vh">{say(`band_${line.band}`)}</span></span>}</td>
      <td class="n">{fractionOf(line, measure, l)}</td>
      <td class="n">{line.points !== null && line.maximum !== null && `${pointed(line.points, l)} / ${pointed(line.maximum, l)}`}</td>
      <td class="n">{line.rank !== null && `${line.rank} / ${line.of ?? ''}`}</td>
      <td class="n">{line.before === null || line.before.denominator === 0 ? '—' : written(line.before)}{line.before?.rank != null && ` · ${say('col_rank').toLocaleLowerCase(l)} ${line.before.rank}`}</td>
      <td class="moved" data-moved={line.movement.reason}>{movedSaid(line.movement, line.denominator)}</td>
    </tr>
  );
}

/** In words; a reason that only the sheet knows has its words in /definitions. */
function movedSaid({ places, difference, reason }: Moved, denominator: number): string {
  const known = REASONS.find((one) => one === reason);
  return known === undefined ? term('monthly_movement', reason) : movementWords({ movement: { places, difference, reason: known }, denominator }, lang.value);
}

function Said({ sheet: { code, month: period, justification } }: { readonly sheet: Body }) {
  const of = { unit: code, about: MONTHLY_SHEET, period };
  const readBack = (): void => void setTimeout(() => void refresh('changed'), READ_BACK_MS);
  return (
    <section aria-labelledby="said-title" data-role="justification">
      <h2 id="said-title">{say('justification')}</h2>
      {justification === null ? <p>{say('justification_none')}</p> : <Text said={justification} />}
      {mayWrite(code) && (
        <details class="numbers">
          <summary>{say('justify')}<Begun of={of} /></summary>
          <Writing of={of} said={justification} stored={readBack} lost={readBack} />
        </details>
      )}
    </section>
  );
}

/** The unit's finished dossiers by procedure, field, channel or hour, of months that are over. Asked for when it is opened; what is suppressed is said to be. */
import { BYS, type By } from '../core/address';
import { breakdownBody, inOrder, monthsAsked, named, monthChoices, type Breakdown, type Category } from '../core/breakdown';
import { counted, percent, share } from '../core/figures';
import type { Figure } from '../core/model';
import { windowName } from '../core/times';
import { useAnswer } from '../view/answer';
import { Chip } from '../view/Chip';
import { Pick } from '../view/Header';
import { addressOf, go } from '../view/links';
import { choice, choose, edges, lang, say, today } from '../view/store';
import { unitText, type UnitKey } from './text';
import { monthsSaid } from './words';

const told = (key: UnitKey, values?: Readonly<Record<string, string | number>>): string => unitText(lang.value, key, values);
const PROCEDURES = { view: 'procedures', unit: null, by: null, search: '' } as const;
const period = (): string => monthsAsked(choice.value.months, choice.value.window, today.value ?? '');

export function Breakdowns({ code }: { readonly code: string }) {
  const { by } = choice.value;
  return (
    <details class="numbers" data-role="breakdowns" open={by !== null} onToggle={(event) => event.currentTarget.open !== (choice.peek().by !== null) && choose({ by: event.currentTarget.open ? 'procedure' : null }, 'same')}>
      <summary>{told('breakdowns')}</summary>
      {by !== null && <Opened code={code} by={by} />}
    </details>
  );
}

function Opened({ code, by }: { readonly code: string; readonly by: By }) {
  const address = (): string => `/api/v1/units/${encodeURIComponent(code)}/breakdowns?${new URLSearchParams({ by: choice.value.by ?? by, window: period() }).toString()}`;
  const { body, of, status } = useAnswer(breakdownBody, address, () => undefined, [code]);
  const here = of === address() ? body : null;
  return (
    <div data-state={here === null ? 'breakdown-loading' : 'breakdown'} data-by={by} data-window={period()}>
      <Tools by={by} />
      {choice.value.knownAt !== null && <p class="note" data-role="of-now">{told('breakdown_now')}</p>}
      {status !== null && <p class="warn" role="status">{told('breakdown_away', { status })}</p>}
      {here === null ? status === null && <p class="note" role="status">{told('breakdown_loading')}</p> : here.months.length === 0 ? <p>{told('breakdown_none')}</p> : <Table found={here} by={by} />}
      <p class="note">{told('breakdown_rule')}{by === 'procedure' && <> <a href={addressOf(PROCEDURES)} onClick={(event) => go(event, PROCEDURES)} data-role="to-procedures">{say('page_procedures')}</a></>}</p>
    </div>
  );
}

function Tools({ by }: { readonly by: By }) {
  const windows = monthChoices(today.value ?? '', period());
  return (
    <div class="tools-row">
      <nav class="chosen" aria-label={told('by_what')}>
        {BYS.map((name) => <a key={name} href={addressOf({ by: name })} aria-current={name === by || undefined} data-choice={name} onClick={(event) => go(event, { by: name })}>{told(`by_${name}`)}</a>)}
      </nav>
      <Pick label="pick_months" name="months" value={period()} groups={[{ options: windows.map((name) => [name, windowName(name, today.value, lang.value)]) }]} pick={(months) => choose({ months })} />
    </div>
  );
}

function Table({ found, by }: { readonly found: Breakdown; readonly by: By }) {
  const { categories, rest, finished, months } = found;
  const most = Math.max(1, rest.finished, ...categories.map((one) => one.denominator));
  return (
    <table class="breakdown">
      <caption>{told('breakdown_of', { n: counted(finished, lang.value), months: monthsSaid(months, lang.value) })}</caption>
      <thead>
        <tr><th scope="col">{told(`by_${by}`)}</th><th scope="col" class="v">{say('col_rate')}</th><th scope="col"><span class="vh">{say('col_band')}</span></th><th scope="col" class="of">{told('col_on_time')}</th><th scope="col" class="ci" title={say('interval')}>{say('col_interval')}</th></tr>
      </thead>
      <tbody>
        {inOrder(by, categories).map((one) => <Row key={one.code} one={one} by={by} most={most} all={months.length} />)}
        {rest.finished > 0 && (
          <tr class="rest" data-category="rest">
            <th scope="row">{told('breakdown_rest')}<em>{told('under_five')}</em></th><td class="v">{told('fewer_than_five')}</td><td />
            <td class="of"><Bar figure={{ value: null, numerator: rest.onTime, denominator: rest.finished }} most={most} /></td><td class="ci" />
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Row({ one, by, most, all }: { readonly one: Category; readonly by: By; readonly most: number; readonly all: number }) {
  const [l, name] = [lang.value, named(one, lang.value)];
  return (
    <tr data-category={one.code} data-band={one.band}>
      <th scope="row"><span lang={name.lang}>{name.text === '' ? told('unknown_part') : name.text}</span>{by === 'procedure' && name.text !== one.code && <small>{one.code}</small>}{one.months < all && <em>{told('in_months', { n: one.months, all })}</em>}</th>
      <td class="v" data-role="value">{one.few ? say('few_mark') : percent(one, l, edges.value)}</td>
      <td><Chip band={one.band} /></td>
      <td class="of"><Bar figure={one} most={most} /></td>
      <td class="ci">{share(one.low, l)}–{share(one.high, l)}</td>
    </tr>
  );
}

/** As long as there are dossiers; filled: on time. The figures stand beside it. */
function Bar({ figure: { numerator, denominator }, most }: { readonly figure: Figure; readonly most: number }) {
  return (
    <>
      <span class="mini" aria-hidden="true"><span style={{ width: `${(100 * denominator) / most}%` }}><i style={{ width: `${denominator === 0 ? 0 : (100 * numerator) / denominator}%` }} /></span></span>
      <span class="fraction">{counted(numerator, lang.value)} / {counted(denominator, lang.value)}</span>
    </>
  );
}

/** What falls due within 1, 3 and 5 working days and how much of it is expected to be late. Asked for when it is opened. */
import { useState } from 'preact/hooks';
import { aheadBody, type Ahead as Body, type Horizon } from '../core/ahead';
import { counted, share } from '../core/figures';
import { dayMonth, span } from '../core/times';
import { useAnswer } from '../view/answer';
import { choice, lang, say } from '../view/store';

const addressOf = (code: string): string => `/api/v1/units/${encodeURIComponent(code)}/look-ahead`;

export function Ahead({ code }: { readonly code: string }) {
  const [open, setOpen] = useState(false);
  if (choice.value.asOf !== null || choice.value.knownAt !== null) return null; // it is of now
  return (
    <details class="numbers" data-role="ahead" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say('ahead')}</summary>
      {open && <Asked code={code} />}
    </details>
  );
}

function Asked({ code }: { readonly code: string }) {
  const { body, of, status } = useAnswer(aheadBody, () => addressOf(code), () => undefined, [code]);
  const here = of === addressOf(code) ? body : null;
  return (
    <>
      {status !== null && <p class="warn" role="status">{say('ahead_away', { status })}</p>}
      {here === null ? status === null && <p class="note" role="status">{say('ahead_loading')}</p> : <Told ahead={here} />}
    </>
  );
}

function Told({ ahead }: { readonly ahead: Body }) {
  return (
    <div data-role="looked-ahead">
      <ul class="reasons">
        {ahead.horizons.map((horizon) => <li key={horizon.days} data-days={horizon.days} data-reason={horizon.reason}><b>{say('ahead_days', { n: horizon.days, day: dayMonth(horizon.last) })}</b> {due(horizon)}{late(horizon)}</li>)}
      </ul>
      <p class="note">{say('ahead_rule', { dates: span(ahead.first, ahead.last), level: share(ahead.level, lang.value) })}</p>
    </div>
  );
}

const due = ({ due: n }: Horizon): string => (n === null ? say('ahead_few') : say('ahead_due', { n: counted(n, lang.value) }));

function late({ late: of, reason }: Horizon): string {
  if (of === null) return reason === 'TOO_LITTLE_DATA' ? ` · ${say('ahead_no_data')}` : '';
  const l = lang.value;
  const told = say('ahead_late', { n: counted(of.expected, l), low: counted(of.low, l), high: counted(of.high, l) });
  return reason === 'CITY_PACE' ? ` · ${told}; ${say('ahead_city_pace')}` : ` · ${told}`;
}

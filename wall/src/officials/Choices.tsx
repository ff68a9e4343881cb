/** Of which unit and which month or year a page that fills the screen is. */
import type { ComponentChildren } from 'preact';
import { choose, nameOf, say, seenUnits } from './store';
import type { PageKey } from './text';

/** `period`: the chosen one, there whether or not it is among `periods`; `called`: its name on the page. */
interface ChoicesProps { readonly unit: string; readonly name: 'month' | 'year'; readonly label: PageKey; readonly period: string; readonly periods: readonly string[]; readonly called: (period: string) => string; readonly children?: ComponentChildren }
export function Choices({ unit, name, label, period, periods, called, children }: ChoicesProps) {
  const all = [...new Set([period, ...periods])].sort().reverse();
  return (
    <div class="choices">
      {seenUnits.value.length > 1 && (
        <label class="pick"><span>{say('pick_unit')}</span>
          <select name="unit" value={unit} onChange={(event) => choose({ unit: event.currentTarget.value })}>{seenUnits.value.map((code) => <option key={code} value={code} selected={code === unit}>{nameOf(code)}</option>)}</select>
        </label>
      )}
      <label class="pick"><span>{say(label)}</span>
        <select name={name} value={period} onChange={(event) => choose({ [name]: event.currentTarget.value })}>{all.map((one) => <option key={one} value={one} selected={one === period}>{called(one)}</option>)}</select>
      </label>
      {children}
    </div>
  );
}

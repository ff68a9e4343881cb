/** A unit's criteria of a year: points that it gives itself and as reviewed, what it wrote of each, and where its own people write it. */
import { useState } from 'preact/hooks';
import { VALUE } from '../core/picture';
import { dayMonth, dayOf, timeOf } from '../core/times';
import { pointed, reasonOf } from '../view/words';
import { Choices } from './Choices';
import { yearsTo, type Criterion } from './criteria';
import { Begun, mayWrite, READ_BACK_MS, Text, Writing } from './Justify';
import { criteria, criteriaAt, keepWritten, lang, nameOf, readWritten, say, sheetUnit, stay, today, written, year } from './store';

export function Criteria() {
  const { body, status, of, missing } = criteria.value;
  const [unit, named, at] = [sheetUnit.value, year.value, criteriaAt.value];
  const shown = at !== null && of === at ? body : null;
  return (
    <div class="sheet" data-state={shown === null ? 'criteria-loading' : 'criteria'} data-criteria={shown === null ? undefined : unit} data-year={shown === null ? undefined : named}>
      {unit !== null && named !== null && today.value !== null && <Choices unit={unit} name="year" label="pick_year" period={named} periods={yearsTo(today.value)} called={(one) => one} />}
      <h1 id="list-title">{shown === null || unit === null || named === null ? say('criteria_loading') : say('criteria_title', { year: named, unit: nameOf(unit) })}</h1>
      {of === at && status !== 200 && <p class="warn" role="status">{body === null || missing.length === 0 ? say('criteria_trouble', { status }) : say('criteria_missing', { sets: missing.map(({ name }) => name[lang.value]).join(', '), status })}</p>}
      {shown !== null && <p class="note">{say('criteria_rule')}</p>}
      {shown?.length === 0 && status === 200 && <p>{say('criteria_none')}</p>}
      {shown !== null && unit !== null && named !== null && shown.map((set) => (
        <section key={set.code} aria-labelledby={`set-${set.code}`} data-set={set.code}>
          <h2 id={`set-${set.code}`}>{set.name[lang.value]}</h2>
          {set.criteria.map((one) => <One key={`${unit} ${named} ${one.code}`} one={one} unit={unit} period={named} />)}
        </section>
      ))}
    </div>
  );
}

interface OneProps { readonly one: Criterion; readonly unit: string; readonly period: string }
/** The form comes once it is open and the newest is here, at each opening, so that nobody writes over what they have not seen. */
function One({ one, unit, period }: OneProps) {
  const [opened, setOpened] = useState<number | 'asking' | null>(null); // null: closed; else the status of the newest
  const [of, l] = [`${unit} ${period}`, lang.value];
  const said = written.value.of === of ? written.value.found.get(one.code) : undefined;
  const subject = { unit, about: one.code, period };
  const toggled = async (open: boolean): Promise<void> => {
    setOpened(open ? 'asking' : null);
    if (!open) return;
    stay();
    const status = await readWritten(one.code);
    setOpened((now) => (now === null ? null : status));
  };
  const title = `criterion-${one.code}`;
  return (
    <section class="criterion" aria-labelledby={title} data-criterion={one.code} data-justification={said === undefined ? undefined : said === null ? 'not_written' : 'written'}>
      <h3 id={title}>{one.name[l]} <small>{one.code}</small></h3>
      <p class="facts">
        <span>{say('own_points', { points: one.own === null ? say('own_untold') : pointsSaid(one.own, one) })} · {say('reviewed_points', { points: one.points !== null && one.reason === VALUE ? pointsSaid(one.points, one) : reasonOf(one.reason, l) })} · <span data-role="state">{said === undefined ? say('written_unknown') : said === null ? say('not_written') : said.at === null ? say('written') : say('justified_at', { time: timeOf(said.at), date: dayMonth(dayOf(said.at), true) })}</span></span>
      </p>
      {said != null && <Text said={{ ...said, at: null }} />}
      {mayWrite(unit) && (
        <details class="numbers" onToggle={(event) => void toggled(event.currentTarget.open)}>
          <summary>{say('justify')}<span class="vh">: {one.name[l]}</span><Begun of={subject} /></summary>
          {opened === 200 && said !== undefined ? <Writing of={subject} said={said} stored={(sent) => keepWritten(of, one.code, sent)} lost={() => void setTimeout(() => void (criteriaAt.peek() === of && readWritten(one.code)), READ_BACK_MS)} />
            : typeof opened === 'number' && opened !== 200 ? <p class="warn" role="status">{say('written_trouble', { status: opened })}</p>
            : <p class="note" role="status">{say('written_unknown')}</p>}
        </details>
      )}
    </section>
  );
}

const pointsSaid = (points: number, { maximum }: Criterion): string => `${pointed(points, lang.value)} / ${pointed(maximum, lang.value)}`;

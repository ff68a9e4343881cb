/** One dossier: what is left of its time, why it is due when it is, what happened, why somebody was told, and what to answer. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Actions } from './Actions';
import type { Account, Happened, Pause } from './model';
import { account, choice, choose, lang, nameOf, say } from './store';
import { StripDrawing } from './StripDrawing';
import { named } from './text';
import { dateTime, hours, near } from './times';
import { dayMonth, dayOf, timeOf } from '../core/times';
import { daysSaid, leftOf, noticeSaid, stageSaid, standsAt, untilSaid } from './words';
import { Named, stateSaid } from './Lists';

export function One() {
  const { dossier } = choice.value;
  const { body, status, code } = account.value;
  if (dossier === null) return <section class="one empty"><p>{say('choose_one')}</p></section>;
  const fits = body !== null && code === dossier;
  return (
    <section class="one" aria-labelledby="one-title" data-one={dossier} data-state={fits ? 'one' : status === 200 ? 'one-loading' : 'one-trouble'}>
      <button type="button" class="link back" onClick={() => choose({ dossier: null })}>‹ {say('back')}</button>
      {fits ? <Whole found={body} trouble={status} /> : <h1 id="one-title">{status === 200 ? say('one_loading') : status === 404 || status === 403 ? say('one_unknown') : say('one_trouble', { status })}</h1>}
    </section>
  );
}

function Whole({ found, trouble }: { readonly found: Account; readonly trouble: number }) {
  const { item } = found;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [found.code]);
  const until = untilSaid(item, lang.value, found.days);
  return (
    <>
      <p class="crumb">{found.code} · {standsAt(item, lang.value)}</p>
      <h1 id="one-title" ref={heading} tabIndex={-1}><Named item={item} /></h1>
      {trouble !== 200 && <p class="warn" role="status">{say('one_trouble', { status: trouble })}</p>}
      <p class="left2"><b class={item.group === 'overdue' ? 'late' : ''} data-role="left">{leftOf(item, found.days, lang.value)}</b> <span>{until}{item.onTimeToday && ` · ${say('on_time_today')}`}</span></p>
      <Actions found={found} />
      <section aria-labelledby="why-title" data-role="explanation">
        <h2 id="why-title">{found.due.due_at !== null ? say('why_due', { when: dateTime(found.due.due_at) }) : item.counted ? say('why_no_due') : say('how_timed')}</h2>
        {found.spans.length > 0 && <StripDrawing found={found} />}
        <Rules found={found} />
      </section>
      <Why found={found} />
      <Events found={found} />
    </>
  );
}

/** The version of one kind of rule; 0 is what the city's file came with. */
const version = (found: Account, kind: keyof Account['rules']): string => (found.rules[kind] ? String(found.rules[kind]) : say('shipped'));

function Rules({ found }: { readonly found: Account }) {
  const l = lang.value;
  const { due, item } = found;
  const calendar = say('calendar_version', { version: version(found, 'calendar') });
  return (
    <table class="steps">
      <tbody>
        <Step what={say('rule_limit')} source={say('code_version', { code: item.procedure, version: version(found, 'procedures') })}>{found.procedure.limit_text[l] || say('no_limit')}</Step>
        <Step what={say('rule_hours')} source={calendar}>{found.working_hours[l]}</Step>
        {due.first_due_at !== null && <Step what={say('rule_first')} source={calendar}>{dateTime(due.first_due_at)}</Step>}
        {found.exceptions.length > 0 && <Step what={say('rule_day')} source={calendar}>{found.exceptions.map(({ day, works }) => say(works ? 'day_worked' : 'day_off', { date: dayMonth(day) })).join(' · ')}</Step>}
        {found.pauses.map((pause) => <Step key={pause.from} what={found.pauses.length === 1 ? say('rule_pause') : say('rule_pause_n', { n: pause.ordinal })} source={say('rules_version', { version: version(found, 'rules') })}>{paused(pause)}</Step>)}
        {found.taken_back.map((end) => <Step key={`${end.status}${end.at}`} what={say('rule_taken_back')} source={end.source}><s>{named(l, 'status', String(end.status))} {dateTime(end.at)}</s> · {say('taken_back', { when: dateTime(end.taken_back_at) })}</Step>)}
        <Step what={say('rule_due')} source={named(l, 'by', due.by)}>{due.due_at !== null && <><b>{dateTime(due.due_at)}</b> · </>}{due.sentence[l]}</Step>
      </tbody>
    </table>
  );
}
function Step({ what, source, children }: { readonly what: string; readonly source: string; readonly children: ComponentChildren }) {
  return <tr><th scope="row">{what}</th><td>{children}</td><td class="src">{source}</td></tr>;
}
function paused(pause: Pause): string {
  const when = pause.to === null ? say('from_still', { from: dateTime(pause.from) }) : say('from_to', { from: dateTime(pause.from), to: near(pause.to, dayOf(pause.from)) });
  return [
    `${say(pause.status === 6 ? 'mark_pause_6' : 'mark_pause_5')}: ${when}`,
    pause.days === null ? say('working_hours', { time: hours(pause.minutes) }) : daysSaid(pause.days, lang.value),
    named(lang.value, 'effect', pause.effect),
    ...(pause.denied_at === null ? [] : [say('pause_denied', { when: dateTime(pause.denied_at) })]),
    ...(pause.source === null || pause.arrived_at === null ? [] : [say('pause_said', { source: pause.source, when: dateTime(pause.arrived_at) })]),
  ].join(' · ');
}

function Why({ found }: { readonly found: Account }) {
  const l = lang.value;
  const { reason, next } = found.now;
  return (
    <section aria-labelledby="told-title" data-role="why">
      <h2 id="told-title">{say('why_told')}</h2>
      {found.why.length === 0 && <p class="note">{say('why_told_none')}</p>}
      <ul class="whys">
        {found.why.map((notice) => (
          <li key={`${notice.clock}:${notice.stage}:${notice.dueAt}:${notice.decidedAt}:${String(notice.mine)}`}>
            <b>{dateTime(notice.decidedAt)}</b> {noticeSaid(notice, l)} · {stateSaid(notice)}{notice.mine && ` · ${say('to_me')}`}{notice.reason !== '' && ` · ${named(l, 'reason', notice.reason, say('because', { reason: notice.reason }))}`}
          </li>
        ))}
      </ul>
      {reason !== '' && <p class="note">{say('now_said')} {named(l, 'reason', reason, say('because', { reason }))}.{next !== null && ` ${say('next_stage', { stage: stageSaid(next.stage, l), when: dateTime(next.at) })}.`}</p>}
    </section>
  );
}

/** "bước xử lý: Đang xử lý · Hải Vân": what happened, and the unit where it is not the dossier's own. */
function happenedSaid({ kind, status, unit, steps }: Happened, own: string): string {
  const l = lang.value;
  const statusSaid = (code: number): string => named(l, 'status', String(code));
  const supplements = steps.map((step) => `${statusSaid(step.status)} ${dateTime(step.at)}`);
  return [`${named(l, 'event', kind)}${status === null ? '' : `: ${statusSaid(status)}`}`, ...(unit === '' || unit === own ? [] : [nameOf(unit)]), ...supplements].join(' · ');
}

/** Only where several systems send the dossier: whose word holds, and why not the others'. */
function Sources({ sources }: Pick<Account, 'sources'>) {
  if (sources.length < 2) return null;
  return (
    <ul data-role="sources" aria-label={say('sources')}>
      {sources.map((one) => (
        <li key={one.source}><b>{one.source}</b> ({say('precedence', { n: one.precedence })}): {named(lang.value, 'source', one.reason)}</li>
      ))}
    </ul>
  );
}

function Events({ found: { events, events_left_off: gone, sources, unit, at } }: { readonly found: Account }) {
  const told = (instant: string | null): string => (instant === null ? '—' : `${dayOf(instant) === dayOf(at) ? '' : `${dayMonth(dayOf(instant))} `}${timeOf(instant)}`);
  return (
    <section data-role="events">
      <h2 id="events-title">{say('events')} <small>{say('events_how')}</small></h2>
      {gone > 0 && <p class="note">{say('events_gone', { n: gone })}</p>}
      <Sources sources={sources} />
      <div class="wide" tabIndex={0} role="region" aria-labelledby="events-title">
        <table>
          <thead><tr><th scope="col">{say('col_event')}</th><th scope="col">{say('col_occurred')}</th><th scope="col">{say('col_arrived')}</th><th scope="col">{say('col_source')}</th></tr></thead>
          <tbody>
            {events.map((event, i) => (
              <tr key={i} data-late={event.late || undefined}>
                <td>{happenedSaid(event, unit)}</td>
                <td>{told(event.occurred_at)}</td><td>{told(event.arrived_at)}{event.late && ` · ${say('arrived_late')}`}</td><td>{event.source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

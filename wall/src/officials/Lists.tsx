/** The lists: one's own dossiers, a unit's board, notices. Each entry opens its dossier beside the list. */
import type { ComponentChildren } from 'preact';
import { dayMonth, dayOf, timeOf } from '../core/times';
import { grouped, type Answer, type Item, type Listing, type Notice } from './model';
import { board, boardUnit, choice, choose, lang, mine, more, nameOf, notices, reach, say, type Shown } from './store';
import { named } from './text';
import { dateTime } from './times';
import { QualityTable } from './Quality';
import { leftSaid, nameSaid, noticeSaid, standsAt } from './words';

export const Mine = () => <Dossiers shown={mine.value} none={say('none_mine')} />;

export function Board() {
  const shown = board.value.unit === boardUnit.value ? board.value : { body: null, status: 200 };
  return (
    <>
      {reach.value.length > 1 && (
        <label class="pick">
          <span>{say('pick_unit')}</span>
          <select name="unit" value={boardUnit.value ?? ''} onChange={(event) => choose({ unit: event.currentTarget.value, dossier: null })}>
            {reach.value.map((code) => <option key={code} value={code} selected={code === boardUnit.value}>{nameOf(code)}</option>)}
          </select>
        </label>
      )}
      <Dossiers shown={shown} none={say('none_board')} beside={<QualityTable />} />
    </>
  );
}

const Trouble = ({ status }: { readonly status: number }) => <p class="warn" role="status">{say('list_trouble', { status })}</p>;

interface DossiersProps { readonly shown: Shown<Listing>; readonly none: string; readonly beside?: ComponentChildren }
function Dossiers({ shown: { body, status }, none, beside }: DossiersProps) {
  if (body === null) return <><h1 id="list-title">{say('connecting')}</h1>{status !== 200 && <Trouble status={status} />}</>;
  const n = body.items.length;
  return (
    <>
      <h1 id="list-title" data-role="count">{n === 0 ? none : body.after === '' ? say('n_dossiers', { n }) : say('first_shown', { n })} {n > 0 && <small>{say('by_time_left')}</small>}</h1>
      {status !== 200 && <Trouble status={status} />}
      {beside}
      {grouped(body.items).map(([group, items]) => (
        <section key={group} data-group={group} aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>{say(`group_${group}`)} <small>{items.length}</small></h2>
          <ul>{items.map((item) => <Entry key={item.code} item={item} />)}</ul>
        </section>
      ))}
      {body.after !== '' && <button type="button" class="more" onClick={() => void more()}>{say('more')}</button>}
    </>
  );
}

/** The procedure's name, marked as Vietnamese where the page is in English and the catalogue has no other. */
export function Named({ item }: { readonly item: Item }) {
  const { text, lang: own } = nameSaid(item.name, item.procedure, lang.value);
  return <span lang={own}>{text}</span>;
}

function Entry({ item }: { readonly item: Item }) {
  const here = choice.value.dossier === item.code;
  return (
    <li class={here ? 'here' : ''}>
      <button type="button" data-dossier={item.code} aria-current={here || undefined} onClick={() => choose({ dossier: item.code })}>
        <span class={item.group === 'overdue' ? 'lf late' : 'lf'}>{leftSaid(item, lang.value)}</span>
        <span class="pr"><Named item={item} /><small>{item.code} · {standsAt(item, lang.value)}</small></span>
        <span class="du">{item.dueAt === null || item.group === 'paused' ? '—' : `${dayMonth(dayOf(item.dueAt))} · ${timeOf(item.dueAt)}`}</span>
      </button>
    </li>
  );
}

export function NoticeList() {
  const { body, status } = notices.value;
  if (body === null) return <><h1 id="list-title">{say('connecting')}</h1>{status !== 200 && <Trouble status={status} />}</>;
  return (
    <>
      <h1 id="list-title">{body.length === 0 ? say('none_notices') : say('tab_notices')}</h1>
      <ul class="told">{body.map((notice) => <Told key={`${notice.dossier}:${notice.clock}:${notice.stage}:${notice.dueAt}:${notice.decidedAt}`} notice={notice} />)}</ul>
    </>
  );
}

const answerSaid = ({ byYou, kind, at }: Answer): string => say(byYou ? 'answered_you' : 'answered_other', { what: named(lang.value, 'answer', kind), when: dateTime(at) });
export const stateSaid = (notice: Notice): string =>
  [...(notice.acknowledged === null ? [named(lang.value, 'state', notice.state)] : [answerSaid(notice.acknowledged)]), ...(notice.channel === '' ? [] : [say('by_channel', { channel: notice.channel })])].join(' · ');

function Told({ notice }: { readonly notice: Notice }) {
  const here = choice.value.dossier === notice.dossier;
  return (
    <li class={here ? 'here' : ''}>
      <button type="button" data-notice={notice.dossier} aria-current={here || undefined} onClick={() => choose({ dossier: notice.dossier })}>
        <span class="lf">{dateTime(notice.decidedAt)}</span>
        <span class="pr">{noticeSaid(notice, lang.value)}<small>{notice.dossier} · {stateSaid(notice)}</small></span>
        <span class="du">{notice.dueAt === null ? '—' : dateTime(notice.dueAt)}</span>
      </button>
    </li>
  );
}

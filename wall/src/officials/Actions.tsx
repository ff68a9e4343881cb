/** What to answer: taken on, being worked on, later, or that the data is wrong. Each is posted by a press, and the page says what the server answered. */
import { useState } from 'preact/hooks';
import { bodyOf, REASONS, replySaid, suggestedUntil, type Act, type Recorded, type Wanted } from './actions';
import { record, word } from '../core/model';
import type { Account } from './model';
import { heard, lang, opened, refresh, say } from './store';
import { pathOf, posted } from './server';
import { later } from './times';

interface Reply { readonly kind: Act; readonly status: number; readonly recorded: Recorded | null }
const recordedOf = (body: unknown): Recorded => {
  const raw = record(body, 'reply');
  return { at: word(raw, 'at'), until: typeof raw['until'] === 'string' ? raw['until'] : null };
};

export function Actions({ found }: { readonly found: Account }) {
  const [asking, setAsking] = useState<'snooze' | 'dispute' | null>(null);
  const [reply, setReply] = useState<(Reply & { readonly code: string }) | 'sending' | null>(null);
  if (!found.item.open) return null;
  const send = async (wanted: Wanted): Promise<void> => {
    setReply('sending');
    const answered = typeof opened.value === 'object' && opened.value?.dossier === found.code ? opened.value : {};
    const { status, body } = heard(await posted(pathOf.actions(found.code), bodyOf(wanted, answered), recordedOf));
    setReply({ kind: wanted.kind, status, recorded: body, code: found.code });
    if (body !== null) setAsking(null);
    void refresh();
  };
  const told = found.why.length > 0;
  const said = reply === 'sending' ? say('sending') : reply !== null && reply.code === found.code ? replySaid(reply.kind, reply.status, reply.recorded, lang.value) : '';
  return (
    <div class="acting">
      <div class="acts">
        {told && <button type="button" class="pri" data-act="acknowledge" onClick={() => void send({ kind: 'acknowledge' })}>{say('act_acknowledge')}</button>}
        {told && <button type="button" data-act="working" onClick={() => void send({ kind: 'working' })}>{say('act_working')}</button>}
        <button type="button" data-act="snooze" aria-expanded={asking === 'snooze'} onClick={() => setAsking(asking === 'snooze' ? null : 'snooze')}>{say('act_snooze')}</button>
        <button type="button" data-act="dispute" aria-expanded={asking === 'dispute'} onClick={() => setAsking(asking === 'dispute' ? null : 'dispute')}>{say('act_dispute')}</button>
      </div>
      {asking !== null && <Form key={asking} kind={asking} found={found} send={(wanted) => void send(wanted)} cancel={() => setAsking(null)} />}
      <p class="reply" role="status" data-role="reply">{said}</p>
    </div>
  );
}

interface FormProps { readonly kind: 'snooze' | 'dispute'; readonly found: Account; readonly send: (wanted: Wanted) => void; readonly cancel: () => void }

/** Reasons are chosen, not written: what somebody writes could be about a person. */
function Form({ kind, found, send, cancel }: FormProps) {
  const [until, setUntil] = useState(suggestedUntil(found.at, found.item).slice(0, 16));
  const [reason, setReason] = useState<string>(REASONS[kind][0]);
  const submit = (event: Event): void => {
    event.preventDefault();
    send(kind === 'snooze' ? { kind, reason, until: `${until}:00${later(found.at, 0).slice(19)}` } : { kind, reason });
  };
  return (
    <form class="ask" onSubmit={submit} data-form={kind}>
      {kind === 'snooze' && <label class="pick"><span>{say('snooze_until')}</span><input type="datetime-local" name="until" required value={until} min={found.at.slice(0, 16)} max={found.item.dueAt?.slice(0, 16)} onInput={(event) => setUntil(event.currentTarget.value)} /></label>}
      <label class="pick"><span>{say('reason')}</span>
        <select name="reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)}>{REASONS[kind].map((code) => <option key={code} value={code} selected={code === reason}>{say(`why_${code}`)}</option>)}</select>
      </label>
      <button class="pri">{say('send')}</button>
      <button type="button" onClick={cancel}>{say('cancel')}</button>
    </form>
  );
}

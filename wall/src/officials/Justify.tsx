/** What a unit wrote of its month or of a criterion, and the form in which its officials and who leads them write it. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { record, word } from '../core/model';
import { dayMonth, dayOf, timeOf } from '../core/times';
import { holding, isLost, justificationBody, leftOf, MOST_LETTERS, overtaken, refusalOf, saysAgain, shownOf, tooMuch, typed, type Justification, type Refusal, type Subject } from './justification';
import { draftOn, heard, keepDraft, say, session } from './store';
import { pathOf, posted } from './server';

/** Whether the server would take it of who is signed in: else there is no form. */
export const mayWrite = (unit: string): boolean => (session.value?.grants ?? []).some(({ role, units }) => (role === 'official' || role === 'leader') && units.includes(unit));

export function Text({ said: { text, links, at } }: { readonly said: Justification }) {
  return (
    <>
      <p class="said" lang="vi">{text}</p>
      {links.length > 0 && <ul>{links.map((link) => <li key={link}><a href={link} rel="noreferrer">{link}</a></li>)}</ul>}
      {at !== null && <p class="note">{say('justified_at', { time: timeOf(at), date: dayMonth(dayOf(at), true) })}</p>}
    </>
  );
}

/** What was said goes through a topic before it is read back. */
export const READ_BACK_MS = 3000;

interface Reply { readonly status: number | 'sending'; readonly refusal: Refusal | null }
/** `lost`: where it is not known whether what was sent was stored. */
interface WritingProps { readonly of: Subject; readonly said: Justification | null; readonly stored: (said: Justification) => void; readonly lost: () => void }

/** Says beside a closed form that something is begun in it. */
export const Begun = ({ of }: { readonly of: Subject }) => (draftOn(of) === undefined ? null : <> · {say('draft_kept')}</>);

/** What is sent stands until another one is; the server says whether it may be stored. The first part that did not pass is gone to, once the page shows why. Untouched it shows what holds. */
export function Writing({ of, said, stored, lost }: WritingProps) {
  const [sent, setSent] = useState<Justification | null>(null); // what holds until it is read back
  const [draft, newest] = [draftOn(of), holding(sent, said)];
  const { text, links } = shownOf(draft, newest);
  const [reply, setReply] = useState<Reply | null>(null);
  const [id, form] = [useId(), useRef<HTMLFormElement>(null)];
  useLayoutEffect(() => {
    if (reply?.refusal) form.current?.querySelector<HTMLElement>(`[name=${reply.refusal.field}]`)?.focus();
  }, [reply]);
  useLayoutEffect(() => {
    if (draft === undefined || !saysAgain(draft, newest)) return;
    keepDraft(of, undefined);
    setReply((now) => (now !== null && now.status !== 'sending' && isLost(now.status) ? { status: 202, refusal: null } : now));
  }, [newest?.at]);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (reply?.status === 'sending') return;
    const refused = (part: Refusal | null): void => setReply({ status: 422, refusal: part });
    const body = justificationBody(of, text, links);
    const much = tooMuch(body);
    if (much !== null) return refused(much);
    setReply({ status: 'sending', refusal: null });
    const told = heard(await posted(pathOf.justifications(of.unit), body, (raw) => word(record<{ readonly at?: unknown }>(raw, 'reply'), 'at')));
    if (told.status === 422) return refused(refusalOf(told.detail ?? ''));
    setReply({ status: told.status, refusal: null });
    if (isLost(told.status)) lost();
    if (told.body === null) return;
    const now = { text: body.text, links: body.links, at: told.body };
    setSent(now);
    keepDraft(of, leftOf(draftOn(of), { text, links }, now));
    stored(now);
  };
  const refusal = reply?.refusal ?? null;
  const described = (field: Refusal['field']) => ({ 'aria-invalid': refusal?.field === field, 'aria-describedby': refusal?.field === field ? `${id}-wrong ${id}-rule` : `${id}-rule` });
  const wrong = refusal !== null && <p class="wrong" data-wrong={refusal.field} id={`${id}-wrong`}>{whyOf(refusal)}</p>;
  const type = (part: { readonly text: string } | { readonly links: string }): void => keepDraft(of, typed(draftOn(of), newest, part));
  return (
    <>
      {overtaken(draft, newest) && <p class="warn" role="status" data-role="overtaken">{say('overtaken')}</p>}
      <form class="ask" data-form="justify" ref={form} onSubmit={(event) => void send(event)}>
        <label class="pick"><span>{say('justification_text')}</span><textarea name="text" required maxLength={MOST_LETTERS} rows={5} value={text} onInput={(event) => type({ text: event.currentTarget.value })} {...described('text')} /></label>
        {refusal?.field === 'text' && wrong}
        <label class="pick"><span>{say('justification_links')}</span><textarea name="links" rows={2} value={links} onInput={(event) => type({ links: event.currentTarget.value })} {...described('links')} /></label>
        {refusal?.field === 'links' && wrong}
        <p class="note" id={`${id}-rule`}>{say('justification_rule')}</p>
        <button class="pri">{say('send')}</button>
      </form>
      <p class="reply" role="status" data-role="reply">{reply === null ? '' : replySaid(reply)}</p>
    </>
  );
}

const whyOf = (refusal: Refusal): string => (refusal.field === 'period' ? say('wrong_period') : refusal.field === 'text' ? say(`wrong_text_${refusal.reason}`) : say(`wrong_links_${refusal.reason}`, { n: refusal.n }));
function replySaid({ status, refusal }: Reply): string {
  if (refusal?.field === 'period') return whyOf(refusal);
  if (refusal !== null) return `${say('justification_wrong', { field: say(`wrong_${refusal.field}`) })} ${whyOf(refusal)}`;
  if (status === 'sending') return say('sending');
  if (status === 202) return say('justified');
  if (status === 422) return say('justification_refused');
  if (isLost(status)) return say('justification_lost');
  return status >= 500 ? say('act_away') : say('act_refused', { status });
}

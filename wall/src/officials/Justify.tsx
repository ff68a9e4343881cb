/** What a unit wrote of its month or of a criterion, and the form in which its officials and who leads them write it. */
import { useId, useState } from 'preact/hooks';
import { record, word } from '../core/model';
import { dayMonth, dayOf, timeOf } from '../core/times';
import { justificationBody, MOST_LETTERS, refusalOf, tooMuch, type Justification, type Refusal, type Subject } from './justification';
import { heard, say, session } from './store';
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

interface Reply { readonly status: number | 'sending'; readonly refusal: Refusal | null }
interface WritingProps { readonly of: Subject; readonly said: Justification | null; readonly stored: (said: Justification) => void }

/** What is sent stands until another one is; the server says whether it may be stored. The first part that did not pass is gone to. */
export function Writing({ of, said, stored }: WritingProps) {
  const [text, setText] = useState(said?.text ?? '');
  const [links, setLinks] = useState(said?.links.join('\n') ?? '');
  const [reply, setReply] = useState<Reply | null>(null);
  const id = useId();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (reply?.status === 'sending') return;
    const form = event.currentTarget as HTMLFormElement;
    const refused = (part: Refusal | null): void => {
      setReply({ status: 422, refusal: part });
      if (part !== null) form.querySelector<HTMLElement>(`[name=${part.field}]`)?.focus();
    };
    const body = justificationBody(of, text, links);
    const much = tooMuch(body);
    if (much !== null) return refused(much);
    setReply({ status: 'sending', refusal: null });
    const told = heard(await posted(pathOf.justifications(of.unit), body, (raw) => word(record<{ readonly at?: unknown }>(raw, 'reply'), 'at')));
    if (told.status === 422) return refused(refusalOf(told.detail ?? ''));
    setReply({ status: told.status, refusal: null });
    if (told.body !== null) stored({ text: body.text, links: body.links, at: told.body });
  };
  const refusal = reply?.refusal ?? null;
  const described = (field: Refusal['field']) => ({ 'aria-invalid': refusal?.field === field, 'aria-describedby': refusal?.field === field ? `${id}-wrong ${id}-rule` : `${id}-rule` });
  const wrong = refusal !== null && <p class="wrong" data-wrong={refusal.field} id={`${id}-wrong`}>{refusal.field === 'text' ? say(`wrong_text_${refusal.reason}`) : say(`wrong_links_${refusal.reason}`, { n: refusal.n })}</p>;
  return (
    <>
      <form class="ask" data-form="justify" onSubmit={(event) => void send(event)}>
        <label class="pick"><span>{say('justification_text')}</span><textarea name="text" required maxLength={MOST_LETTERS} rows={5} value={text} onInput={(event) => setText(event.currentTarget.value)} {...described('text')} /></label>
        {refusal?.field === 'text' && wrong}
        <label class="pick"><span>{say('justification_links')}</span><textarea name="links" rows={2} value={links} onInput={(event) => setLinks(event.currentTarget.value)} {...described('links')} /></label>
        {refusal?.field === 'links' && wrong}
        <p class="note" id={`${id}-rule`}>{say('justification_rule')}</p>
        <button class="pri">{say('send')}</button>
      </form>
      <p class="reply" role="status" data-role="reply">{reply === null ? '' : replySaid(reply)}</p>
    </>
  );
}

function replySaid({ status, refusal }: Reply): string {
  if (refusal !== null) return say('justification_wrong', { field: say(`wrong_${refusal.field}`) });
  if (status === 'sending') return say('sending');
  if (status === 202) return say('justified');
  if (status === 422) return say('justification_refused');
  return status === 0 || status >= 500 ? say('act_away') : say('act_refused', { status });
}

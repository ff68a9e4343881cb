/** Why the chosen rate is what it is: how it stands to the other three, what deserves a look, how late data came. Asked for when it is opened. */
import { useEffect, useState } from 'preact/hooks';
import { explainedBody, published, type Explained } from '../core/explained';
import { counted, gap, share } from '../core/figures';
import { record } from '../core/model';
import { span } from '../core/times';
import type { UnitBody, UnitWindow } from '../core/unit';
import { choice, choose, lang, say } from '../view/store';

type Both = Readonly<Record<string, unknown>>;
interface Known { readonly told: Explained; readonly flags: Readonly<Record<string, Both>> }

async function asked(address: string): Promise<unknown> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}
async function fetched(address: string): Promise<Known> {
  const [told, words] = await Promise.all([asked(address), asked('/api/v1/definitions')]);
  const flags = record<Record<string, unknown>>(record<Both>(words, 'definitions')['flags'], 'flags');
  return { told: explainedBody(told), flags: Object.fromEntries(Object.entries(flags).map(([name, both]) => [name, record<Both>(both, name)])) };
}

function addressOf(code: string): string {
  const { window, rate, asOf } = choice.value;
  const query = new URLSearchParams({ window, rate });
  if (asOf !== null) query.set('as_of', asOf);
  return `/api/v1/units/${encodeURIComponent(code)}/explanation?${query.toString()}`;
}

export function Why({ unit, window }: { readonly unit: UnitBody; readonly window: UnitWindow }) {
  const address = addressOf(unit.code);
  const open = choice.value.why;
  const [known, setKnown] = useState<{ readonly address: string; readonly what: Known | null } | null>(null);
  useEffect(() => {
    if (!open) return undefined;
    let waiting = true;
    const show = (what: Known | null) => void (waiting && setKnown({ address, what }));
    fetched(address).then(show, () => show(null));
    return () => void (waiting = false);
  }, [open, address, unit.version]);
  if (choice.value.knownAt !== null) return null; // what was known then of single dossiers nobody keeps
  const here = known?.address === address ? known : null;
  return (
    <details class="numbers" data-role="why" open={open} onToggle={(event) => event.currentTarget.open !== choice.peek().why && choose({ why: event.currentTarget.open }, 'same')}>
      <summary>{say('why')}</summary>
      {open && (here === null ? <p class="note" role="status">{say('why_loading')}</p> : here.what === null ? <p class="note" role="status">{say('why_away')}</p> : <Told known={here.what} window={window} />)}
    </details>
  );
}

function Told({ known: { told, flags }, window }: { readonly known: Known; readonly window: UnitWindow }) {
  const l = lang.value;
  return (
    <div data-role="explained">
      <h3>{say('why_gaps')}</h3>
      <ul class="reasons">
        {told.gaps.map(({ against, reason }) => {
          const apart = gap(window.rates[choice.value.rate], window.rates[against], l);
          return <li key={against} data-gap={against} data-reason={reason}>{apart === '' ? say(`rate_${against}`) : say('why_gap', { rate: say(`rate_${against}`), gap: apart })} · {say(`why_${reason}`)}</li>;
        })}
      </ul>
      <Flags told={told} flags={flags} />
      <h3>{say('why_late')}</h3>
      <p data-role="late-data">{told.late === null ? say('why_away') : told.late.steps === 0 ? say('why_late_none') : say('why_late_of', { late: counted(told.late.late, l), steps: counted(told.late.steps, l), share: share(told.late.value, l) })}</p>
      <p class="note">{say('why_versions', { source: told.source, edition: told.edition, policy: told.policy })}</p>
    </div>
  );
}

function Flags({ told, flags }: { readonly told: Explained; readonly flags: Known['flags'] }) {
  if (told.flags === null) return <><h3>{say('why_flags')}</h3><p>{say('why_flags_not_over')}</p></>;
  const [l, shown] = [lang.value, published(told.flags.counts)];
  return (
    <>
      <h3>{say('why_flags')} <small>{say('why_flags_of', { n: counted(told.flags.of, l), dates: span(told.flags.first, told.flags.last) })}</small></h3>
      {shown.length === 0 ? <p>{say('why_flags_none')}</p> : <ul class="reasons">{shown.map(({ flag, dossiers }) => <li key={flag} data-flag={flag}><b>{say('why_at_least', { n: counted(dossiers, l) })}</b> {String(flags[flag]?.[l] ?? flag)}</li>)}</ul>}
    </>
  );
}

/** How the figures are made, as GET /definitions says it: rates, bands, what stands in the columns. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { BANDS, record } from '../core/model';
import { reconciledBody, sentence, type Reconciled } from '../core/reconciled';
import { edges, lang, picture, say } from './store';
import { rangeOf } from './words';

type Words = Readonly<Record<string, unknown>>;
type Entry = readonly [string, Words];
interface Definitions { readonly rates: readonly Entry[]; readonly members: readonly Entry[]; readonly few: number | null }
const COLUMNS = new Set(['low, high', 'few', 'rank', 'trend', 'stale']); // of all members of the API those that the page shows

const entries = (value: unknown, what: string): readonly Entry[] => Object.entries(record<Record<string, unknown>>(value, what)).map(([name, words]) => [name, record<Words>(words, name)]);
/** Raises Malformed for an answer that does not fit. */
function read(value: unknown): Definitions {
  const raw = record<Record<string, unknown>>(value, 'definitions');
  const members = entries(raw['members'], 'members').filter(([name]) => COLUMNS.has(name));
  return { rates: entries(raw['rates'], 'rates'), members, few: typeof raw['few_below'] === 'number' ? raw['few_below'] : null };
}

const in_ = (words: Words, name = ''): string => String(words[name + lang.value] ?? '');
const fetched = <T,>(path: string, take: (value: unknown) => T): Promise<T> => fetch(path).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status))))).then(take);

export function How() {
  const [known, setKnown] = useState<Definitions | 'away' | null>(null);
  const section = useRef<HTMLElement>(null);
  useEffect(() => void fetched('/api/v1/definitions', read).then(setKnown, () => setKnown('away')), []);
  useEffect(() => {
    section.current?.scrollIntoView();
    section.current?.focus({ preventScroll: true });
  }, [known]);
  return (
    <section class="how" id="how" ref={section} tabIndex={-1} aria-labelledby="how-title" data-role="how">
      <h2 id="how-title">{say('definitions')}</h2>
      {known === 'away' && <p>{say('how_away')}</p>}
      {known !== null && known !== 'away' && <Told known={known} />}
      <Compared />
      <p><a href="/api/v1/definitions">{say('how_json')}</a></p>
    </section>
  );
}

function Told({ known }: { readonly known: Definitions }) {
  return (
    <div class="columns">
      <div><h3>{say('how_rates')}</h3><dl>{known.rates.map(([name, words]) => <Pair key={name} term={in_(words)} meaning={in_(words, 'meaning_')} />)}</dl></div>
      <div>
        <h3>{say('how_bands')}</h3>
        <dl>{BANDS.map((band) => <Pair key={band} term={say(`band_${band}`)} meaning={band === 'none' ? say('how_none') : rangeOf(band, { lang: lang.value, edges: edges.value })} />)}</dl>
        {known.few !== null && <p>{say('how_few', { n: known.few })}</p>}
      </div>
      <div><h3>{say('how_words')}</h3><ul>{known.members.map(([name, words]) => <li key={name}>{in_(words)}</li>)}</ul></div>
    </div>
  );
}

/** The last comparison of the map with the raw events; nothing while it is not known. */
function Compared() {
  const [found, setFound] = useState<Reconciled | null | undefined>(undefined);
  useEffect(() => void fetched('/api/v1/reconciliations', reconciledBody).then(setFound, () => undefined), []);
  const zone = picture.value?.city.zone;
  if (found === undefined || zone === undefined) return null;
  return (
    <>
      <h3>{say('reconciled')}</h3>
      <p data-role="reconciled" data-differences={found?.differences ?? ''}>{sentence(found, lang.value, zone)} <a href="/api/v1/reconciliations">{say('reconciled_json')}</a></p>
    </>
  );
}

const Pair = ({ term, meaning }: { readonly term: string; readonly meaning: string }) => <><dt>{term}</dt><dd>{meaning}</dd></>;

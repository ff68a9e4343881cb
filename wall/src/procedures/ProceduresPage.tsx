/** The list of procedures: code, name, field, level of the online service, time limit; what is looked for stands in the address. */
import { useMemo, useRef } from 'preact/hooks';
import '../styles/unit.css';
import '../styles/procedures.css';
import { counted } from '../core/figures';
import { fieldsOf, LEVELS, lookedFor, proceduresBody, type Level, type Procedure, type Procedures } from '../core/procedures';
import { termsOf, type Terms } from '../core/terms';
import { dayMonth } from '../core/times';
import { useAnswer } from '../view/answer';
import { useHeading } from '../view/heading';
import { addressOf, go } from '../view/links';
import { useDrawn } from '../view/long';
import { Room } from '../view/Ranking';
import { choice, choose, lang, printing, say } from '../view/store';
import { proceduresText, type ProceduresKey } from './text';

const told = (key: ProceduresKey, values?: Readonly<Record<string, string | number>>): string => proceduresText(lang.value, key, values);
const ADDRESS = '/api/v1/procedures';
const words = (value: unknown): Terms => termsOf(value, ['procedure_levels', 'limit_units']);
const toMap = { view: 'map', unit: null, search: '', level: null, field: null } as const;

export function ProceduresPage() {
  const { body, status } = useAnswer(proceduresBody, () => ADDRESS, () => undefined, []);
  const terms = useAnswer(words, () => '/api/v1/definitions', () => undefined, []).body ?? {};
  const heading = useHeading();
  return (
    <main class="unit procedures" data-state={body === null ? 'procedures-loading' : 'procedures'}>
      <nav class="crumb" aria-label={say('breadcrumb')}><a href={addressOf(toMap)} onClick={(event) => go(event, toMap)} data-role="to-map">{say('to_map')}</a> › {say('page_procedures')}</nav>
      <h1 ref={heading} tabIndex={-1}>{say('page_procedures')}</h1>
      {status !== null && <p class="warn" role="status">{told('procedures_trouble', { status })}</p>}
      {body === null ? status === null && <p class="note" role="status">{say('procedures_loading')}</p> : <Whole found={body} terms={terms} />}
      <p class="note links"><a href={ADDRESS}>{told('as_json')}</a></p>
    </main>
  );
}

function Whole({ found: { all, asOf }, terms }: { readonly found: Procedures; readonly terms: Terms }) {
  const { search: typed, level, field } = choice.value;
  const listed = useMemo(() => lookedFor(all, { typed, level, field }), [all, typed, level, field]);
  const looks = typed !== '' || level !== null || field !== null;
  return (
    <>
      <p class="facts"><span>{told('procedures_of', { n: counted(all.length, lang.value), date: dayMonth(asOf, true) })}</span></p>
      <Filters all={all} terms={terms} />
      <p class="note" role="status" data-role="found">{looks ? told('procedures_found', { n: counted(listed.length, lang.value), all: counted(all.length, lang.value) }) : ''}</p>
      {listed.length > 0 ? <Table listed={listed} terms={terms} /> : <p>{told(all.length === 0 ? 'procedures_none' : 'procedures_not_found')}</p>}
    </>
  );
}

function Filters({ all, terms }: { readonly all: readonly Procedure[]; readonly terms: Terms }) {
  const { search: typed, level, field } = choice.value;
  const fields = useMemo(() => fieldsOf(all), [all]);
  return (
    <div class="filters" role="search" aria-label={told('procedures_filters')}>
      <label class="pick">
        <span>{told('find')}</span>
        <input type="search" name="q" value={typed} placeholder={told('find_hint')} autocomplete="off" spellcheck={false} onInput={(event) => choose({ search: event.currentTarget.value }, 'same')} />
      </label>
      <Choose label="pick_level" name="level" value={level ?? ''} options={[['', told('every_level')], ...LEVELS.map((name) => [name, term(terms, 'procedure_levels', name)] as const)]} pick={(value) => choose({ level: (value || null) as Level | null })} />
      <Choose label="pick_field" name="field" value={field ?? ''} options={[['', told('every_field')], ...fields.map((code) => [code, code] as const)]} pick={(value) => choose({ field: value || null })} />
    </div>
  );
}

interface ChooseProps { readonly label: ProceduresKey; readonly name: string; readonly value: string; readonly options: readonly (readonly [string, string])[]; readonly pick: (value: string) => void }
function Choose({ label, name, value, options, pick }: ChooseProps) {
  return (
    <label class="pick">
      <span>{told(label)}</span>
      <select name={name} value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map(([key, said]) => <option key={key} value={key} selected={key === value}>{said}</option>)}
      </select>
    </label>
  );
}

/** The word of a code; a code without one as it is. */
const term = (terms: Terms, kind: string, code: string): string => terms[kind]?.[code]?.[lang.value] ?? code;

function Table({ listed, terms }: { readonly listed: readonly Procedure[]; readonly terms: Terms }) {
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useDrawn(holder, listed.length, printing.value);
  const long = drawn.settled && drawn.to - drawn.from < listed.length;
  return (
    <div ref={holder} class="scroll" role="region" tabIndex={0} aria-label={told('procedures_table', { n: listed.length })}>
      <table class="listed" aria-rowcount={long ? listed.length + 1 : undefined}>
        <thead>
          <tr><th scope="col">{told('col_procedure')}</th><th scope="col">{told('col_field')}</th><th scope="col">{told('col_level')}</th><th scope="col" class="v">{told('col_limit')}</th><th scope="col">{told('col_portal')}</th><th scope="col">{told('col_pay')}</th></tr>
        </thead>
        <tbody>
          <Room rows={drawn.from} height={drawn.height} key="before" />
          {listed.slice(drawn.from, drawn.to).map((one, index) => <Row key={one.code} one={one} terms={terms} place={long ? drawn.from + index : null} />)}
          <Room rows={listed.length - drawn.to} height={drawn.height} key="after" />
        </tbody>
      </table>
    </div>
  );
}

function Row({ one: { code, name, field, level, limit, integrated, onlinePayment }, terms, place }: { readonly one: Procedure; readonly terms: Terms; readonly place: number | null }) {
  return (
    <tr data-row={code} aria-rowindex={place === null ? undefined : place + 2}>
      <th scope="row">{name[lang.value]} <small>{code}</small></th>
      <td>{field}</td>
      <td data-level={level ?? ''}>{level === null ? told('not_known') : term(terms, 'procedure_levels', level)}</td>
      <td class="v">{limit === null ? told('not_known') : `${counted(limit.amount, lang.value)} ${term(terms, 'limit_units', limit.unit).toLowerCase()}`}</td>
      <td>{told(integrated ? 'yes' : 'no')}</td>
      <td>{told(onlinePayment ? 'yes' : 'no')}</td>
    </tr>
  );
}

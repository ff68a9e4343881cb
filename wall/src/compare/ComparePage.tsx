/** All units at two moments beside each other, of whatever the map shows; a difference only where it is more than chance. */
import { useMemo, useRef } from 'preact/hooks';
import '../styles/unit.css';
import '../styles/compare.css';
import { asked } from '../core/address';
import { compared, differenceOf, movedCounts, type Compared } from '../core/compare';
import { counted } from '../core/figures';
import { isLive, mapBody, type MapBody, type Question, type Scored } from '../core/model';
import { longName, sameQuestion, shortName, type Picture } from '../core/picture';
import { dates, monthEndBefore } from '../core/times';
import { useAnswer } from '../view/answer';
import { Chip } from '../view/Chip';
import { Age } from '../view/Footer';
import { addressOf, go } from '../view/links';
import { useHeading } from '../view/heading';
import { useDrawn } from '../view/long';
import { Room } from '../view/Ranking';
import { choice, choose, edges, lang, measure, picture, presentDay, printing, say, state, today } from '../view/store';
import { reasonOf, valueWithUnit } from '../view/words';
import { compareText, type CompareKey } from './text';
import { comparedWords, differenceWords, refusedWords } from './words';

const told = (key: CompareKey, values?: Readonly<Record<string, string | number>>): string => compareText(lang.value, key, values);
const earlier = (): string => choice.value.against ?? monthEndBefore(choice.value.asOf ?? today.value ?? '');
const questionOf = (asOf: string | null): Question => ({ ...choice.value, asOf });
const addressFor = (): string => `/api/v1/map?${asked(questionOf(earlier()))}`;

export function ComparePage() {
  const { body, of, status } = useAnswer(mapBody, addressFor, () => undefined, []);
  const heading = useHeading();
  const now = picture.value;
  const before = of === addressFor() ? body : null;
  const later = now !== null && sameQuestion(now.question, choice.value) ? now : null;
  const laterStatus = later === null ? state.value.line.status : null;
  const both = later !== null && before !== null ? { now: later, before } : null;
  return (
    <main class="unit compare" data-state={both === null ? 'compare-loading' : 'compare'} data-earlier={earlier()} data-later={choice.value.asOf ?? ''}>
      <h1 ref={heading} tabIndex={-1}>{say('page_compare')}</h1>
      <p class="facts"><span>{what()} · <Age /></span></p>
      <Moments />
      {status !== null && <p class="warn" role="status">{refusedWords('earlier', status, lang.value)}</p>}
      {laterStatus !== null && <p class="warn" role="status">{refusedWords('later', laterStatus, lang.value)}</p>}
      {before?.stale === true && <p class="warn" role="status">{say('ranking_stale')}</p>}
      {both === null ? status === null && laterStatus === null && <p class="note" role="status">{say('compare_loading')}</p> : <Table {...both} />}
      <p class="note">{told('compare_rule')} <span class="links"><a href={`/api/v1/map.csv?${asked(questionOf(earlier()))}`} download>{told('csv_of', { moment: moment(earlier()) })}</a> · <a href={`/api/v1/map.csv?${asked(choice.value)}`} download>{told('csv_of', { moment: moment(choice.value.asOf) })}</a></span></p>
    </main>
  );
}

/** A moment by the days that its figures stand for. */
function moment(day: string | null): string {
  const days = dates(choice.value.window, day ?? today.value ?? '');
  return day === null && isLive(choice.value) ? told('so_far', { dates: days }) : days;
}
function what(): string {
  const { rate, asOf } = choice.value;
  const name = measure.value?.name[lang.value] ?? say(`rate_${rate}`);
  return told('compare_what', { name, before: moment(earlier()), now: moment(asOf) });
}

function Moments() {
  return (
    <div class="moments" role="group" aria-label={told('moments')}>
      <DayField label="earlier" name="against" value={earlier()} max={choice.value.asOf ?? presentDay.value} pick={(against) => choose({ against })} />
      <DayField label="later" name="as_of" value={choice.value.asOf} max={presentDay.value} pick={(asOf) => choose({ asOf, against: earlier() })} />
    </div>
  );
}
function DayField({ label, name, value, max, pick }: { readonly label: CompareKey; readonly name: string; readonly value: string | null; readonly max: string | null; readonly pick: (day: string | null) => void }) {
  return (
    <label class="pick day">
      <span>{told(label)}</span>
      <span class={value === null ? 'field unset' : 'field'}>
        <input type="date" name={name} value={value ?? ''} max={max ?? undefined} onChange={(event) => pick(event.currentTarget.value || null)} />
        {value === null && <span class="now" aria-hidden="true">{say('day_now')}</span>}
      </span>
    </label>
  );
}

function Table({ now, before }: { readonly now: Picture; readonly before: MapBody }) {
  const holder = useRef<HTMLDivElement>(null);
  const pairs = useMemo(() => compared(now.units, before.units), [now.units, before.units]);
  const drawn = useDrawn(holder, pairs.length, printing.value);
  const long = drawn.settled && drawn.to - drawn.from < pairs.length;
  const { rose, fell } = movedCounts(pairs);
  const head = (day: string | null) => <><th scope="col" class="v">{moment(day)}</th><th scope="col"><span class="vh">{say('col_band')}</span></th><th scope="col" class="n">{say('col_n')}</th></>;
  return (
    <>
      <p class="note" data-role="moved">{told('compare_counts', { rose, fell, n: counted(pairs.length, lang.value) })}</p>
      <div ref={holder}>
        <table class="ranked compared" aria-rowcount={long ? pairs.length + 2 : undefined}>
          <caption class="vh">{told('compare_table', { n: pairs.length })}</caption>
          <thead><tr><th scope="col">{say('col_unit')}</th>{head(earlier())}{head(choice.value.asOf)}<th scope="col" class="moved">{say('col_movement')}</th></tr></thead>
          <tbody>
            <City now={now} before={before} />
            <Room rows={drawn.from} height={drawn.height} key="before" />
            {pairs.slice(drawn.from, drawn.to).map((pair, index) => <Row key={pair.unit.code} pair={pair} place={long ? drawn.from + index : null} />)}
            <Room rows={pairs.length - drawn.to} height={drawn.height} key="after" />
          </tbody>
        </table>
      </div>
    </>
  );
}

function City({ now, before }: { readonly now: Picture; readonly before: MapBody }) {
  const difference = differenceOf(now.city, before.city);
  return (
    <tr class="here" data-row="city">
      <th scope="row">{now.city.name}</th><Side at={before.city} when="before" /><Side at={now.city} when="now" />
      <td class="moved" data-moved={difference.reason}>{differenceWords(difference, lang.value)}</td>
    </tr>
  );
}

function Row({ pair, place }: { readonly pair: Compared; readonly place: number | null }) {
  const { unit } = pair;
  const page = { view: 'unit', unit: unit.code } as const;
  return (
    <tr data-row={unit.code} aria-rowindex={place === null ? undefined : place + 3}>
      <th scope="row"><a href={addressOf(page)} aria-label={longName(unit)} onClick={(event) => go(event, page)}>{shortName(unit)}</a>{pair.now?.stale === true && <em>{say('silent')}</em>}</th>
      <Side at={pair.before} when="before" /><Side at={pair.now} when="now" />
      <td class="moved" data-moved={pair.reason}>{comparedWords(pair, lang.value)}</td>
    </tr>
  );
}

/** The three cells of one moment. */
function Side({ at, when }: { readonly at: Scored | null; readonly when: 'before' | 'now' }) {
  const l = lang.value;
  if (at === null) return <><td class="v">—</td><td /><td class="n" /></>;
  const none = at.denominator === 0;
  const written = none ? <em>{at.measured === undefined ? say('unit_none') : reasonOf(at.measured.reason, l)}</em> : at.few ? say('few_mark') : valueWithUnit(at, { lang: l, edges: measure.value?.edges ?? edges.value, measure: measure.value });
  const n = at.measured === undefined || measure.value?.dossiers === true;
  return <><td class="v" data-role={when}>{written}</td><td>{!none && at.band !== 'none' && <Chip band={at.band} />}</td><td class="n">{n && counted(at.denominator, l)}</td></>;
}

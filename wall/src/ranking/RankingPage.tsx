/** Units in dense ranks by a rate or an indicator over a day, month, quarter, year or live window, with what moved since the equal period before, and a way to why it is so. */
import { useRef } from 'preact/hooks';
import '../styles/unit.css';
import '../styles/ranking.css';
import { GROUPS, type Choice } from '../core/address';
import { measureOf, type Measure } from '../core/catalogue';
import { counted, percent, share } from '../core/figures';
import { longName, shortName } from '../core/picture';
import { HIGHEST_FIRST, LOWEST_FIRST, orderWord } from '../core/sorting';
import { periodOf, rankingsOf, type Rankings, type Standing, type Standings } from '../core/standings';
import type { Key } from '../core/text';
import { dayMonth, span, windowName } from '../core/times';
import { catalogue } from '../live/catalogue';
import { useAnswer } from '../view/answer';
import { Chip } from '../view/Chip';
import { Age } from '../view/Footer';
import { addressOf, go } from '../view/links';
import { useHeading } from '../view/heading';
import { useDrawn } from '../view/long';
import { Room } from '../view/Ranking';
import { choice, edges, lang, picture, printing, say } from '../view/store';
import { fractionOf, pointsOf, reasonOf, valueOf } from '../view/words';
import { rankingText, type RankingKey } from './text';
import { groupName, movementWords, periodKind } from './words';
import { YearlyRanking } from './YearlyRanking';

const order = (): 'highest' | 'lowest' => (orderWord(choice.value.order) === orderWord(HIGHEST_FIRST) ? 'highest' : 'lowest');
const told = (key: RankingKey, values?: Readonly<Record<string, string | number>>): string => rankingText(lang.value, key, values);
/** What is ranked by instead of a rate; null: a rate, or an indicator of which nothing is known (yet). */
function measureNow(): Measure | null {
  const { indicator } = choice.value;
  return indicator == null || catalogue.value === null ? null : measureOf(catalogue.value, indicator, edges.value);
}
function queryOf(): string {
  const { rate, indicator, kind, group } = choice.value;
  return new URLSearchParams({ period: periodOf(choice.value), ...(indicator == null ? { rate } : { indicator }), kind, group, order: order() }).toString();
}

export function RankingPage() {
  const measure = measureNow();
  return measure?.set.yearly === true ? <main class="unit ranks" data-state="ranking-yearly"><YearlyRanking set={measure.set} key={measure.set.code} /></main> : <PeriodRanking measure={measure} />;
}

/** `measure`: what it is by instead of the chosen rate. */
function PeriodRanking({ measure }: { readonly measure: Measure | null }) {
  const { body, of, status } = useAnswer(rankingsOf, () => `/api/v1/rankings?${queryOf()}`, () => picture.value?.version, []);
  const heading = useHeading();
  const named = choice.value.indicator == null || measure !== null; // of an indicator nothing is shown before it is known what its figures mean
  const here = named && body !== null && of === `/api/v1/rankings?${queryOf()}` ? body : null;
  return (
    <main class="unit ranks" data-state="ranking" data-period={here?.period} data-version={here?.version}>
      <div class="head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{say('ranks_title', { period: title() })}</h1>
          <p class="facts">{here !== null && <>{below(here, measure)} · </>}<Age /></p>
        </div>
        <p class="links"><a href={`/api/v1/rankings.csv?${queryOf()}`} download data-role="csv">{say('ranking_csv')}</a> · <a href={`/api/v1/rankings.xlsx?${queryOf()}`} download data-role="xlsx">{say('ranking_xlsx')}</a></p>
      </div>
      <Tools />
      {status !== null && <p class="warn" role="status">{say('ranking_trouble', { status })}</p>}
      {here?.stale === true && <p class="warn" role="status">{say('ranking_stale')}</p>}
      {here !== null && <Without rankings={here} />}
      {here === null ? status === null && <p class="note" role="status">{say('ranking_loading')}</p> : <Groups rankings={here} measure={measure} />}
      <p class="note">{measure === null ? say('ranking_rule') : told('measure_rule')}</p>
    </main>
  );
}

function title(): string {
  const { asOf, window } = choice.value;
  return asOf !== null ? dayMonth(asOf, true) : windowName(window, picture.value?.asOf ?? null, lang.value).toLocaleLowerCase(lang.value);
}
function below({ first, last, beforeFirst, beforeLast }: Rankings, measure: Measure | null): string {
  const dates = { dates: span(first, last), before: span(beforeFirst, beforeLast) };
  return measure === null ? say('ranking_of', { rate: say(`rate_${choice.value.rate}`).toLocaleLowerCase(lang.value), ...dates }) : told('measure_of', { name: measure.name[lang.value], ...dates });
}
/** Whether it gives points. */
const scores = ({ indicator }: Measure): boolean => indicator === null || indicator.maximum !== null;
/** Why no unit has a value, and in which periods one can be had. */
function Without({ rankings: { reason, periods } }: { readonly rankings: Rankings }) {
  if (reason === null || reason === 'VALUE') return null;
  const named = periods.map((period) => told(`period_of_${period}`)).join(', ');
  return <p class="warn" role="status" data-reason={reason}>{reason === 'NOT_FOR_PERIOD' ? told('not_for_period', { periods: named }) : told('no_unit_has', { reason: reasonOf(reason, lang.value) })}</p>;
}

/** A choice among a few as links, so that each is an address of its own. */
function Chosen({ label, options }: { readonly label: Key; readonly options: readonly (readonly [Key, Partial<Choice>, boolean])[] }) {
  return (
    <nav class="chosen" aria-label={say(label)}>
      {options.map(([words, part, on]) => <a key={words} href={addressOf(part)} aria-current={on || undefined} data-choice={words} onClick={(event) => go(event, part)}>{say(words)}</a>)}
    </nav>
  );
}

function Tools() {
  const kind = periodKind(periodOf(choice.value));
  const period = (name: 'day' | 'month' | 'quarter' | 'year', window: string): readonly [Key, Partial<Choice>, boolean] => [`period_${name}`, { window, asOf: null }, kind === name];
  return (
    <div class="tools-row">
      <Chosen label="period_kind" options={[period('day', 'today'), period('month', 'month'), period('quarter', 'quarter'), period('year', 'year')]} />
      <Chosen label="ranking_group" options={GROUPS.map((group) => [`group_${group}`, { group }, choice.value.group === group])} />
      <Chosen label="order" options={[['lowest_first', { order: LOWEST_FIRST }, order() === 'lowest'], ['highest_first', { order: HIGHEST_FIRST }, order() === 'highest']]} />
    </div>
  );
}

function Groups({ rankings: { groups, ungrouped }, measure }: { readonly rankings: Rankings; readonly measure: Measure | null }) {
  return (
    <>
      {groups.length === 0 && ungrouped.length === 0 && <p class="note">{say('ranking_none')}</p>}
      {groups.map((group) => <Group key={keyOf(group)} group={group} measure={measure} />)}
      {ungrouped.length > 0 && <p class="note" data-role="ungrouped">{told('ungrouped', { n: counted(ungrouped.length, lang.value) })}</p>}
    </>
  );
}
const keyOf = ({ kind, third, setting }: Standings): string => `${kind}.${third || setting}`;

function Group({ group, measure }: { readonly group: Standings; readonly measure: Measure | null }) {
  const holder = useRef<HTMLDivElement>(null);
  const { units } = group;
  const drawn = useDrawn(holder, units.length, printing.value);
  const long = drawn.settled && drawn.to - drawn.from < units.length;
  const name = groupName(group, lang.value);
  return (
    <section data-group={keyOf(group)}>
      <h2>{name} <small>{say('ranked_of', { of: group.of, n: counted(units.length, lang.value) })}</small></h2>
      <div ref={holder}>
        <table class="ranked" aria-rowcount={long ? units.length + 1 : undefined}>
          <caption class="vh">{say('ranks_title', { period: title() })}: {name}</caption>
          <thead>
            <tr>
              <th scope="col" class="r">{say('col_rank')}</th><th scope="col">{say('col_unit')}</th><th scope="col" class="v">{say(measure?.plain === true ? 'col_value' : 'col_rate')}</th><th scope="col"><span class="vh">{say('col_band')}</span></th>
              <th scope="col" class="ci" title={say('interval')}>{say('col_interval')}</th><th scope="col" class="n">{say(measure === null ? 'col_n' : scores(measure) ? 'col_points' : 'col_fraction')}</th><th scope="col" class="moved">{say('col_movement')}</th><th scope="col"><span class="vh">{say('col_why')}</span></th>
            </tr>
          </thead>
          <tbody>
            <Room rows={drawn.from} height={drawn.height} key="before" />
            {units.slice(drawn.from, drawn.to).map((unit, index) => <Row key={unit.code} unit={unit} measure={measure} place={long ? drawn.from + index : null} />)}
            <Room rows={units.length - drawn.to} height={drawn.height} key="after" />
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ unit, measure, place }: { readonly unit: Standing; readonly measure: Measure | null; readonly place: number | null }) {
  const l = lang.value;
  const none = unit.denominator === 0;
  const [page, why] = [{ view: 'unit', unit: unit.code, why: false } as const, { view: 'unit', unit: unit.code, why: true } as const];
  return (
    <tr data-row={unit.code} data-rank={unit.rank ?? ''} data-band={unit.band} aria-rowindex={place === null ? undefined : place + 2}>
      <td class="r">{unit.rank ?? '–'}</td>
      <th scope="row"><a href={addressOf(page)} aria-label={longName(unit)} onClick={(event) => go(event, page)}>{shortName(unit)}</a>{none && <em>{unit.measured === undefined ? say('unit_none') : reasonOf(unit.measured.reason, l)}</em>}{unit.few && <em>{say('few_mark')}</em>}{unit.mappedFrom.length > 0 && <em>{told('mapped_from', { n: unit.mappedFrom.length })}</em>}</th>
      <td class="v" data-role="value">{unit.few ? say('n_is', { n: unit.denominator }) : measure === null ? percent(unit, l, edges.value) : valueOf(unit, { lang: l, edges: measure.edges, measure })}</td>
      <td>{!none && (measure === null || measure.coloured) && <Chip band={unit.band} />}</td>
      <td class="ci">{!none && unit.low !== null && `${share(unit.low, l)}–${share(unit.high, l)}`}</td>
      <td class="n">{unit.measured === undefined || measure === null ? counted(unit.denominator, l) : scores(measure) ? pointsOf(unit.measured, l) : fractionOf(unit, measure, l)}</td>
      <td class="moved" data-moved={unit.movement.reason}>{movementWords(unit, l)}</td>
      <td class="whyto">{!none && measure === null && <a href={addressOf(why)} onClick={(event) => go(event, why)} data-role="why-of">{say('ranking_why')}<span class="vh">: {longName(unit)}</span></a>}</td>
    </tr>
  );
}

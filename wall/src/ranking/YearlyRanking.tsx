/** A yearly set: reviewed points and places of a published year, with each unit's place of the year before; former units stand by themselves. */
import type { IndicatorSet } from '../core/catalogue';
import { counted } from '../core/figures';
import { KINDS } from '../core/model';
import { longName, shortName } from '../core/picture';
import { dayMonth } from '../core/times';
import { yearBefore, yearlyOf, yearOf, yearsToGo, type Yearly, type YearGroup, type YearUnit } from '../core/yearly';
import { useAnswer } from '../view/answer';
import { useHeading } from '../view/heading';
import { addressOf, go } from '../view/links';
import { choice, lang, picture, say } from '../view/store';
import { pointed, reasonOf } from '../view/words';
import { rankingText, type RankingKey } from './text';
import { beforeWords, yearlyTitle } from './words';

const told = (key: RankingKey, values?: Readonly<Record<string, string | number>>): string => rankingText(lang.value, key, values);
const NOT_PUBLISHED = 404;
const NEWEST = { window: 'year', asOf: null } as const; // a window that names no year

/** Of the year that is chosen as the window, else of the newest that is published. */
export function YearlyRanking({ set }: { readonly set: IndicatorSet }) {
  const address = (): string => `/api/v1/rankings/${set.code}?${new URLSearchParams({ period: yearOf(choice.value.window) })}`;
  const { body, of, status } = useAnswer(yearlyOf, address, () => picture.value?.version, [set.code]);
  const here = body !== null && of === address() ? body : null;
  const heading = useHeading();
  const { years, newest } = yearsToGo(body, here, choice.value.window);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>{yearlyTitle(set.name[lang.value], here?.year ?? yearOf(choice.value.window), lang.value)}{here?.since != null && <small> {told('yearly_since', { date: dayMonth(here.since, true) })}</small>}</h1>
      {years.length > 0 && <Years years={years} year={here?.year ?? null} />}
      {status === NOT_PUBLISHED ? <p class="note" role="status">{told('yearly_unpublished')}{newest && <> <a href={addressOf(NEWEST)} onClick={(event) => go(event, NEWEST)} data-role="newest">{told('yearly_newest')}</a></>}</p> : status !== null && <p class="warn" role="status">{say('ranking_trouble', { status })}</p>}
      {here?.stale === true && <p class="warn" role="status">{say('ranking_stale')}</p>}
      {here === null && status === null && <p class="note" role="status">{say('ranking_loading')}</p>}
      {here !== null && <Tables yearly={here} />}
      <p class="note">{told('yearly_rule')}</p>
    </>
  );
}

function Years({ years, year }: { readonly years: readonly string[]; readonly year: string | null }) {
  return (
    <nav class="chosen" aria-label={told('yearly_years')}>
      {years.map((one) => <a key={one} href={addressOf({ window: one, asOf: null })} aria-current={one === year || undefined} onClick={(event) => go(event, { window: one, asOf: null })} data-year={one}>{one}</a>)}
    </nav>
  );
}

function Tables({ yearly }: { readonly yearly: Yearly }) {
  const before = yearBefore(yearly);
  return (
    <>
      {before === null && <p class="note">{told('before_unpublished', { year: Number(yearly.year) - 1 })}</p>}
      {yearly.city !== null && <Table name={told('yearly_of_city')} note="" units={[yearly.city]} before={before} />}
      {yearly.groups.map((group) => <Table key={group.kind} name={blocOf(group)} note={say('ranked_of', { of: group.of, n: counted(group.units.length, lang.value) })} units={group.units} before={before} />)}
    </>
  );
}
function blocOf({ kind }: YearGroup): string {
  const known = KINDS.find((one) => one === kind);
  return known === undefined ? kind : say(`kind_${known}`);
}

function Table({ name, note, units, before }: { readonly name: string; readonly note: string; readonly units: readonly YearUnit[]; readonly before: string | null }) {
  return (
    <section>
      <h2>{name} <small>{note}</small></h2>
      <table class="ranked yearly">
        <caption class="vh">{name}</caption>
        <thead>
          <tr><th scope="col" class="r">{say('col_rank')}</th><th scope="col">{say('col_unit')}</th><th scope="col" class="n">{say('col_points')}</th>{before !== null && <th scope="col" class="moved">{told('col_before', { year: before })}</th>}</tr>
        </thead>
        <tbody>{units.map((unit) => <Row key={unit.code} unit={unit} before={before} />)}</tbody>
      </table>
    </section>
  );
}

function Row({ unit, before }: { readonly unit: YearUnit; readonly before: string | null }) {
  const l = lang.value;
  const page = { view: 'unit', unit: unit.code, why: false } as const;
  const name = unit.kind === 'city' ? unit.name : <a href={addressOf(page)} aria-label={longName(unit)} onClick={(event) => go(event, page)}>{shortName(unit)}</a>;
  return (
    <tr data-row={unit.code} data-rank={unit.rank ?? ''}>
      <td class="r">{unit.rank ?? '–'}</td>
      <th scope="row">{name}</th>
      <td class="n">{unit.points === null ? reasonOf(unit.reason, l) : told('before_points', { points: pointed(unit.points, l), maximum: pointed(unit.maximum, l) })}</td>
      {before !== null && <td class="moved" data-role="before">{beforeWords(unit.before, l).map((line) => <span key={line} class="line">{line}</span>)}</td>}
    </tr>
  );
}

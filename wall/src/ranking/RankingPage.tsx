/** Units in dense ranks over a day, month, quarter, year or live window, with what moved since the equal period before, and a way to why it is so. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import '../styles/unit.css';
import '../styles/ranking.css';
import { GROUPS, type Choice } from '../core/address';
import { counted, percent, share } from '../core/figures';
import { KINDS } from '../core/model';
import { longName, shortName } from '../core/picture';
import { HIGHEST_FIRST, LOWEST_FIRST, orderWord } from '../core/sorting';
import { periodOf, rankingsOf, type Rankings, type Standing, type Standings } from '../core/standings';
import type { Key } from '../core/text';
import { dayMonth, span, windowName } from '../core/times';
import { followAnswer } from '../live/asked';
import { browserPorts } from '../live/browser';
import { Chip } from '../view/Chip';
import { Age } from '../view/Footer';
import { addressOf, go } from '../view/links';
import { useDrawn } from '../view/long';
import { Room } from '../view/Ranking';
import { choice, edges, lang, picture, printing, say, STEPPED } from '../view/store';
import { movementWords, periodKind } from './words';

const order = (): 'highest' | 'lowest' => (orderWord(choice.value.order) === orderWord(HIGHEST_FIRST) ? 'highest' : 'lowest');
function queryOf(): string {
  const { rate, kind, group } = choice.value;
  return new URLSearchParams({ period: periodOf(choice.value), rate, kind, group, order: order() }).toString();
}

export function RankingPage() {
  const followed = useMemo(() => followAnswer(browserPorts, rankingsOf, () => `/api/v1/rankings?${queryOf()}`, () => picture.value?.version), []);
  useEffect(() => followed.stop, [followed]);
  const { body, of, status } = followed.state.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (history.state === STEPPED) heading.current?.focus(); // come by a link in the page, not by its address
  }, []);
  const here = body !== null && of === `/api/v1/rankings?${queryOf()}` ? body : null;
  return (
    <main class="unit ranks" data-state="ranking" data-period={here?.period} data-version={here?.version}>
      <div class="head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{say('ranks_title', { period: title() })}</h1>
          <p class="facts">{here !== null && <>{below(here)} · </>}<Age /></p>
        </div>
        <p class="links"><a href={`/api/v1/rankings.csv?${queryOf()}`} download data-role="csv">{say('ranking_csv')}</a></p>
      </div>
      <Tools />
      {choice.value.indicator != null && <p class="note">{say('ranking_past_rate', { rate: say(`rate_${choice.value.rate}`).toLocaleLowerCase(lang.value) })}</p>}
      {status !== null && <p class="warn" role="status">{say('ranking_trouble', { status })}</p>}
      {here?.stale === true && <p class="warn" role="status">{say('ranking_stale')}</p>}
      {here === null ? status === null && <p class="note" role="status">{say('ranking_loading')}</p> : <Groups rankings={here} />}
      <p class="note">{say('ranking_rule')}</p>
    </main>
  );
}

function title(): string {
  const { asOf, window } = choice.value;
  return asOf !== null ? dayMonth(asOf, true) : windowName(window, picture.value?.asOf ?? null, lang.value).toLocaleLowerCase(lang.value);
}
const below = ({ first, last, beforeFirst, beforeLast }: Rankings): string =>
  say('ranking_of', { rate: say(`rate_${choice.value.rate}`).toLocaleLowerCase(lang.value), dates: span(first, last), before: span(beforeFirst, beforeLast) });

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

function Groups({ rankings: { groups } }: { readonly rankings: Rankings }) {
  if (groups.length === 0) return <p class="note">{say('ranking_none')}</p>;
  return <>{groups.map((group) => <Group key={`${group.kind}.${group.third}`} group={group} />)}</>;
}

const THIRDS: Readonly<Record<string, Key>> = { small: 'third_small', middle: 'third_middle', large: 'third_large' };
/** "Xã, phường, đặc khu · nhiều hồ sơ". */
function nameOf({ kind, third }: Standings): string {
  const [bloc, volume] = [KINDS.find((known) => known === kind), THIRDS[third]];
  return [bloc === undefined ? say('group_overall') : say(`kind_${bloc}`), ...(volume === undefined ? [] : [say(volume)])].join(' · ');
}

function Group({ group }: { readonly group: Standings }) {
  const holder = useRef<HTMLDivElement>(null);
  const { units } = group;
  const drawn = useDrawn(holder, units.length, printing.value);
  const long = drawn.settled && drawn.to - drawn.from < units.length;
  const name = nameOf(group);
  return (
    <section data-group={`${group.kind}.${group.third}`}>
      <h2>{name} <small>{say('ranked_of', { of: group.of, n: counted(units.length, lang.value) })}</small></h2>
      <div ref={holder}>
        <table class="ranked" aria-rowcount={long ? units.length + 1 : undefined}>
          <caption class="vh">{say('ranks_title', { period: title() })}: {name}</caption>
          <thead>
            <tr>
              <th scope="col" class="r">{say('col_rank')}</th><th scope="col">{say('col_unit')}</th><th scope="col" class="v">{say('col_rate')}</th><th scope="col"><span class="vh">{say('col_band')}</span></th>
              <th scope="col" class="ci" title={say('interval')}>{say('col_interval')}</th><th scope="col" class="n">{say('col_n')}</th><th scope="col" class="moved">{say('col_movement')}</th><th scope="col"><span class="vh">{say('col_why')}</span></th>
            </tr>
          </thead>
          <tbody>
            <Room rows={drawn.from} height={drawn.height} key="before" />
            {units.slice(drawn.from, drawn.to).map((unit, index) => <Row key={unit.code} unit={unit} place={long ? drawn.from + index : null} />)}
            <Room rows={units.length - drawn.to} height={drawn.height} key="after" />
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ unit, place }: { readonly unit: Standing; readonly place: number | null }) {
  const l = lang.value;
  const none = unit.denominator === 0;
  const [page, why] = [{ view: 'unit', unit: unit.code, why: false } as const, { view: 'unit', unit: unit.code, why: true } as const];
  return (
    <tr data-row={unit.code} data-rank={unit.rank ?? ''} data-band={unit.band} aria-rowindex={place === null ? undefined : place + 2}>
      <td class="r">{unit.rank ?? '–'}</td>
      <th scope="row"><a href={addressOf(page)} aria-label={longName(unit)} onClick={(event) => go(event, page)}>{shortName(unit)}</a>{none && <em>{say('unit_none')}</em>}{unit.few && <em>{say('few_mark')}</em>}</th>
      <td class="v" data-role="value">{unit.few ? say('n_is', { n: unit.denominator }) : percent(unit, l, edges.value)}</td>
      <td>{!none && <Chip band={unit.band} />}</td>
      <td class="ci">{!none && `${share(unit.low, l)}–${share(unit.high, l)}`}</td>
      <td class="n">{counted(unit.denominator, l)}</td>
      <td class="moved" data-moved={unit.movement.reason}>{movementWords(unit, l)}</td>
      <td class="whyto">{!none && <a href={addressOf(why)} onClick={(event) => go(event, why)} data-role="why-of">{say('ranking_why')}<span class="vh">: {longName(unit)}</span></a>}</td>
    </tr>
  );
}

/** The unit's score card of one set: each group's points out of what could be counted, each indicator with its value, points, inputs or the reason why not; the city's beside. */
import { cardOf, type GroupLine, type Input, type Line, type ScoreCard as Card, type SetCard } from '../core/card';
import { basisOf, className, measureOf, type IndicatorSet, type Measure } from '../core/catalogue';
import { counted, edgeText } from '../core/figures';
import { VALUE } from '../core/picture';
import { DICTIONARIES, type Key } from '../core/text';
import { dayMonth, local, periodsOf, span } from '../core/times';
import { catalogue } from '../live/catalogue';
import { useAnswer } from '../view/answer';
import { Pick } from '../view/Header';
import { addressOf, go } from '../view/links';
import { choice, choose, edges, lang, picture, say } from '../view/store';
import { measuredSaid, pointed, pointsOf, reasonOf, valueWithUnit } from '../view/words';
import { unitText } from './text';

/** What is told beside dossiers changes no row of the map that is open. */
const AGAIN_MS = 15_000;

function addressFor(code: string): string {
  const { window, asOf } = choice.value;
  const query = new URLSearchParams({ window });
  if (asOf !== null) query.set('as_of', asOf);
  return `/api/v1/units/${encodeURIComponent(code)}/indicators?${query.toString()}`;
}

export function ScoreCard({ code, changed }: { readonly code: string; readonly changed: () => unknown }) {
  const city = picture.value?.city.code ?? '';
  const own = useAnswer(cardOf, () => addressFor(code), changed, [code], AGAIN_MS);
  const whole = useAnswer(cardOf, () => addressFor(city), () => undefined, [city]);
  if (choice.value.knownAt !== null) return <section data-role="score-card"><h2>{say('score_card')}</h2><p class="note">{say('score_known')}</p></section>;
  const { body, of, status } = own;
  const sets = catalogue.value;
  const here = body !== null && of === addressFor(code) ? body : null;
  const trouble = here === null ? null : status ?? whole.status;
  const cityCard = whole.of === addressFor(city) ? whole.body : null;
  return (
    <section aria-labelledby="score-title" data-role="score-card">
      <h2 id="score-title">{say('score_card')} {here !== null && <small>{span(here.first, here.last)}</small>}</h2>
      {trouble !== null && <p class="warn" role="status" data-role="score-old">{unitText(lang.value, 'score_old', { status: trouble })}</p>}
      {here === null || sets === null ? <p class="note" role="status">{say(status === null ? 'score_loading' : 'score_away')}</p> : <Sets card={here} city={cityCard} sets={sets} />}
    </section>
  );
}

/** The set that is shown before one is chosen: of those with a total that has a value the one of the most points. */
const firstOf = (card: Card): string | undefined => [...card.sets].sort((a, b) => (b.total?.maximum ?? 0) - (a.total?.maximum ?? 0))[0]?.code;

interface Both { readonly card: SetCard; readonly city: SetCard | null; readonly set: IndicatorSet }

function Sets({ card, city, sets }: { readonly card: Card; readonly city: Card | null; readonly sets: readonly IndicatorSet[] }) {
  const l = lang.value;
  const set = sets.find((one) => one.code === choice.value.set) ?? sets.find((one) => one.code === firstOf(card)) ?? sets[0];
  const shown = card.sets.find((one) => one.code === set?.code);
  if (set === undefined || shown === undefined) return <p class="note">{say('score_none')}</p>;
  const both: Both = { card: shown, city: city?.sets.find((one) => one.code === set.code) ?? null, set };
  return (
    <>
      <Pick label="card_set" name="set" value={set.code} groups={[{ options: sets.map((one) => [one.code, one.name[l]]) }]} pick={(code) => choose({ set: code })} />
      {shown.total !== null && <Total {...both} />}
      <Lines {...both} />
      <p class="note">{shown.total !== null && <>{say('score_rule')} </>}{both.city !== null && set.groups.length > 0 && <>{say('score_mark')}. </>}{say('basis', { basis: basisOf({ set, indicator: null }) })}</p>
    </>
  );
}

/** Points of what counts, the class, and the city's. */
function Total({ card, city, set }: Both) {
  const [l, total] = [lang.value, card.total];
  const measure = catalogue.value === null ? null : measureOf(catalogue.value, set.code, edges.value);
  if (total === null || measure === null) return null;
  if (total.reason !== VALUE) return <p class="total" data-role="score-total"><b>{reasonOf(total.reason, l)}</b></p>;
  const standing = className(set, total.standing, l);
  return (
    <p class="total" data-role="score-total">
      <b>{pointsOf(total, l)}</b>{standing !== '' && <b data-role="standing">{standing}</b>}<span>{say('score_percent', { value: valueWithUnit(total, { lang: l, edges: measure.edges, measure }).replace(/\s?%$/u, '') })}</span>
      {city?.total != null && city.total.reason === VALUE && <span>{say('score_city', { value: [pointsOf(city.total, l), className(set, city.total.standing, l)].filter(Boolean).join(', ') })}</span>}
    </p>
  );
}

function Lines(both: Both) {
  const { card, set } = both;
  const grouped = new Set(set.groups.map((group) => group.code));
  const rest = card.lines.filter((line) => line.group === null || !grouped.has(line.group));
  const most = Math.max(1, ...set.groups.map((group) => group.maximum));
  return (
    <table class="score">
      <thead>
        <tr><th scope="col">{say('pick_measure')}</th><th scope="col" class="v">{say('col_value')}</th><th scope="col" class="n">{say('col_points')}</th><th scope="col" class="inputs">{say('score_inputs')}</th><th scope="col" class="n city">{say('score_city', { value: '' }).replace(/:\s*$/u, '')}</th></tr>
      </thead>
      {card.groups.map((group) => (
        <tbody key={group.code} data-group={group.code} style={{ '--depth': group.depth }}>
          <GroupRow group={group} both={both} most={most} />
          {card.lines.filter((line) => line.group === group.code).map((line) => <LineRow key={line.code} line={line} both={both} />)}
        </tbody>
      ))}
      {rest.length > 0 && <tbody>{rest.map((line) => <LineRow key={line.code} line={line} both={both} />)}</tbody>}
    </table>
  );
}

function GroupRow({ group, both: { set, city }, most }: { readonly group: GroupLine; readonly both: Both; readonly most: number }) {
  const l = lang.value;
  const name = set.groups.find((one) => one.code === group.code)?.name[l] ?? group.code;
  const whole = city?.groups.find((one) => one.code === group.code);
  const counts = group.points !== null && group.counted > 0;
  return (
    <tr class="group" data-reason={group.reason}>
      <th scope="rowgroup">{name}{counts && group.counted < group.maximum && <small>{say('score_counted', { counted: pointed(group.counted, l), maximum: pointed(group.maximum, l) })}</small>}</th>
      <td class="bar" colSpan={3}>
        <Bar group={group} most={most} mark={whole !== undefined && whole.points !== null && whole.counted > 0 ? whole.points / whole.counted : null} />
        <b data-role="group-points">{counts ? pointsOf({ points: group.points, maximum: group.counted }, l) : say('score_left_out', { reason: reasonOf(group.reason, l) })}</b>
      </td>
      <td class="n city">{whole !== undefined && whole.points !== null && whole.counted > 0 && `${pointed(whole.points, l)} / ${pointed(whole.counted, l)}`}</td>
    </tr>
  );
}

/** As long as the group's maximum is; hollow what was not reached, dashed what was not counted. `mark`: the city's share. */
function Bar({ group: { points, counted: of, maximum }, most, mark }: { readonly group: GroupLine; readonly most: number; readonly mark: number | null }) {
  const share = (part: number): string => `${(100 * part) / Math.max(maximum, 1)}%`;
  return (
    <span class="track" aria-hidden="true" style={{ '--long': maximum / most }}>
      {of > 0 && <><i class="could" style={{ width: share(of) }} /><i class="has" style={{ width: share(points ?? 0) }} /></>}{mark !== null && of > 0 && <i class="mark" style={{ left: share(mark * of) }} />}
    </span>
  );
}

function LineRow({ line, both: { set, city } }: { readonly line: Line; readonly both: Both }) {
  const l = lang.value;
  const measure = catalogue.value === null ? null : measureOf(catalogue.value, line.code, edges.value);
  const indicator = set.indicators.find((one) => one.code === line.code);
  const whole = city?.lines.find((one) => one.code === line.code);
  const [some, to] = [line.reason === VALUE, { view: 'map', indicator: line.code, unit: null } as const];
  const written = (one: Line): string => measuredSaid(one, measure, l);
  return (
    <tr data-line={line.code} data-reason={line.reason}>
      <th scope="row"><a href={addressOf(to)} onClick={(event) => go(event, to)} title={indicator?.meaning[l]}>{indicator?.name[l] ?? line.code}<span class="vh">: {say('score_on_map')}</span></a></th>
      <td class="v" data-role="value">{some ? written(line) : <em>{reasonOf(line.reason, l)}</em>}</td>
      <td class="n" data-role="points">{line.points !== null && `${pointed(line.points, l)} / ${pointed(line.maximum ?? 0, l)}`}</td>
      <td class="inputs"><Inputs line={line} measure={measure} /></td>
      <td class="n city">{whole?.reason === VALUE && written(whole)}</td>
    </tr>
  );
}

/** A term by its name: of a rate or count of dossiers, or of what was told. */
function termOf(term: string, own: string): string {
  const key = `input_${/^tasks\b/u.test(term) ? 'tasks' : term}`; // of whatever bloc and plan: the line is named for them
  if (key in DICTIONARIES[lang.value]) return say(key as Key);
  const code = term.replace(/^fact:/, '');
  const name = catalogue.value?.flatMap((set) => set.indicators).find((one) => one.code === code)?.name[lang.value];
  return code === own ? say('input_own') : say('input_fact', { code: name ?? code });
}
function inputOf({ numerator, denominator, periods, toldAt }: Input): string {
  if (numerator === null) return say('input_untold');
  const figure = denominator === null ? counted(numerator, lang.value) : `${counted(numerator, lang.value)} / ${counted(denominator, lang.value)}`;
  const zone = picture.value?.city.zone;
  if (periods.length === 0 || toldAt === null || zone === undefined) return figure;
  return `${figure} (${say('input_told', { period: periodsOf(periods, lang.value), date: dayMonth(local(toldAt, zone).date, true) })})`;
}
function Inputs({ line, measure }: { readonly line: Line; readonly measure: Measure | null }) {
  const threshold = measure?.indicator?.threshold ?? null;
  return (
    <>
      {line.inputs.some((input) => input.numerator !== null) && line.inputs.map((input, i) => <span key={input.term}>{i > 0 && ' · '}{termOf(input.term, line.code)} {inputOf(input)}</span>)}
      {threshold !== null && line.reason === VALUE && <span> · {say('set_threshold').toLocaleLowerCase(lang.value)} {edgeText(threshold, lang.value)} %</span>}
    </>
  );
}

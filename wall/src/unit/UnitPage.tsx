/** One unit: what it stands at now, the four rates side by side, where its figure comes from, how it moved, and every period. */
import '../styles/unit.css';
import { counted, share, trend } from '../core/figures';
import { isLive, type Unit } from '../core/model';
import { longName } from '../core/picture';
import { dates, local, since, windowName } from '../core/times';
import { lastKnown } from '../core/trail';
import { periodShown, sameDay, type PeriodShown, type UnitBody } from '../core/unit';
import { browserPorts } from '../live/browser';
import { followUnit, questionIn } from '../live/unit';
import { still, useFollowed } from '../view/answer';
import { FeedAge } from '../view/Card';
import { Age } from '../view/Footer';
import { useHeading } from '../view/heading';
import { addressOf, go } from '../view/links';
import { choice, edges, lang, picture, say } from '../view/store';
import type { Setting } from '../view/words';
import { Ahead } from './Ahead';
import { Breakdowns } from './Breakdowns';
import { Desks } from './Desks';
import { Parts } from './Parts';
import { FourRates } from './FourRates';
import { TrailChart } from './TrailChart';
import { ScoreCard } from './ScoreCard';
import { Why } from './Why';
import { Windows } from './Windows';

const rowOf = (code: string): Unit | undefined => picture.value?.units.find((unit) => unit.code === code);
const UNKNOWN = 404;

export function UnitPage({ code }: { readonly code: string }) {
  const { body, of, status } = useFollowed(() => followUnit(browserPorts, () => ({ code, question: choice.value }), () => rowOf(code), { still }), [code]);
  const shown = body === null || body.code !== code ? null : periodShown(body, questionIn(of), choice.value);
  if (body === null || shown === null) {
    return <main class="unit" data-state={status === null ? 'unit-loading' : 'unit-trouble'}><Crumb /><h1>{status === null ? say('unit_loading') : status === UNKNOWN ? say('unit_unknown') : say('unit_trouble', { status })}</h1></main>;
  }
  return <Whole unit={body} shown={shown} trouble={status} />;
}

const toMap = { view: 'map' } as const;
function Crumb({ name }: { readonly name?: string }) {
  return <nav class="crumb" aria-label={say('breadcrumb')}><a href={addressOf(toMap)} onClick={(event) => go(event, toMap)} data-role="to-map">{say('to_map')}</a>{name !== undefined && <> › {name}</>}</nav>;
}

function Whole({ unit, shown, trouble }: { readonly unit: UnitBody; readonly shown: PeriodShown; readonly trouble: number | null }) {
  const { of, window } = shown;
  const heading = useHeading(unit.code);
  const name = longName(unit);
  return (
    <main class="unit" data-state="unit" data-unit-page={unit.code} data-period={of.window}>
      <Crumb name={name} />
      <div class="head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{name}</h1>
          <p class="facts">{facts(unit, shown).join(' · ')} · <Age /></p>
        </div>
        <Now unit={unit} />
      </div>
      {!shown.chosen ? <p class={trouble === null ? 'note' : 'warn'} role="status" data-role="of-before">{trouble === null ? say('switching') : say('refused', { status: trouble })} <b>{windowName(of.window, unit.asOf, lang.value)} ({dates(of.window, unit.asOf)})</b></p>
        : trouble !== null && <p class="warn" role="status">{say('unit_trouble', { status: trouble })}</p>}
      <Silent unit={unit} />
      <FourRates window={window} ofToday={of.window === 'today'} />
      <Parts unit={unit} window={window} dates={dates(of.window, unit.asOf)} live={isLive({ ...choice.value, ...of })} />
      <Why unit={unit} window={window} />
      <Ahead code={unit.code} />
      <Breakdowns code={unit.code} />
      <ScoreCard code={unit.code} changed={() => rowOf(unit.code)} />
      <Desks code={unit.code} />
      <div class={lastKnown(unit.trail?.points ?? [], choice.value.rate) === -1 ? 'one-after-another' : 'beside-each-other'}>
        <TrailChart unit={unit} name={name} />
        <Windows unit={unit} shown={of.window} />
      </div>
    </main>
  );
}

function facts(unit: UnitBody, { of, window }: PeriodShown): readonly string[] {
  const { rate } = choice.value;
  const question = picture.value?.question;
  const same = question !== undefined && question.rate === rate && question.window === of.window && sameDay(question, of); // else the row's rank is of other figures
  const [l, figure, row] = [lang.value, window.rates[rate], same ? rowOf(unit.code) : undefined];
  const standing = figure.denominator === 0 ? say('unit_none') : figure.few ? say('unit_few', { n: figure.denominator }) : row?.rank && row.measured === undefined ? say('unit_rank', { rank: row.rank, of: row.of }) : '';
  const before = figure.trend === null ? '' : say('points_before', { trend: trend(figure.trend, l) });
  const between = figure.denominator === 0 ? '' : say('interval_of', { low: share(figure.low, l), high: share(figure.high, l) });
  return [standing, say('unit_code', { code: unit.code }), between, before].filter((fact) => fact !== '');
}

/** What stands open, as of the page's day. */
function Now({ unit }: { readonly unit: UnitBody }) {
  const l = lang.value;
  return (
    <dl class="now">
      <div><dt>{say('now_due')}</dt><dd data-role="due-today">{counted(unit.dueToday, l)} <small>{say('now_due_left', { n: counted(unit.dueTodayLeft, l) })}</small></dd></div>
      <div><dt>{say('now_overdue')}</dt><dd data-role="overdue">{counted(unit.overdue, l)}</dd></div>
      <div><dt>{say('now_paused')}</dt><dd data-role="paused">{counted(unit.paused, l)}</dd></div>
      <Feed code={unit.code} />
    </dl>
  );
}

function Feed({ code }: { readonly code: string }) {
  const [row, now] = [rowOf(code), picture.value];
  if (row === undefined || now === null) return null;
  const { asOf: today, city: { zone } } = now;
  const setting: Setting = { lang: lang.value, today, zone, edges: edges.value };
  return <div><dt>{say('now_feed')}</dt><dd class="feed">{row.feedSeenAt !== null && !row.stale && local(row.feedSeenAt, zone).time} <small><FeedAge unit={row} setting={setting} /></small></dd></div>;
}

function Silent({ unit }: { readonly unit: UnitBody }) {
  const zone = picture.value?.city.zone;
  if (!unit.stale || zone === undefined) return null;
  const feed = (): string => (unit.feedSeenAt === null ? say('unit_never') : say('unit_silent', { when: since(unit.feedSeenAt, unit.asOf, zone) }));
  return <p class="warn" role="status"><span class="sw b-old" aria-hidden="true" />{unit.age === null ? feed() : say('unit_old')}</p>;
}

/** The scenes beside the map: all ranks, today's dossiers, the last hour, the morning briefing. Each under a head with clock, age and city. */
import { useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { counted, percent, trend } from '../core/figures';
import { BANDS, type Unit } from '../core/model';
import { placesOf, type Picture } from '../core/picture';
import { dayMonth, local } from '../core/times';
import { rangeOf } from '../view/words';
import { useFlip } from './flip';
import { HourList } from './HourList';
import { caption, type Move } from './moves';
import { Brand, Mark, mixedName, settingOf, windowOf } from './parts';
import { rankedOf, RankRow, TodayCounts, unrankedOf } from './Side';
import { day, edges, lang, morning, moves, say, times } from './store';

interface Props { readonly picture: Picture }

/** Rows of `rem` height at the reference's size that fit under the head. */
const rowsOf = (rem: number, room = 80): number => Math.max(3, Math.floor(room / (rem * times.value)));

function Head({ picture, title, how, children }: Props & { readonly title: string; readonly how?: string | undefined; readonly children?: ComponentChildren }) {
  const { city, question } = picture;
  return (
    <>
      <Brand picture={picture} />
      <div class="headline"><h1>{title}</h1>{how !== undefined && <p>{how}</p>}{children}</div>
      <div class="cityhead" data-role="cityhead"><span>{say(`rate_title_${question.rate}`)} · {windowOf(picture)}</span><b>{percent(city, lang.value, edges.value)}{city.denominator > 0 && ' %'}</b><Mark unit={{ ...(city as unknown as Unit), stale: false }} /><span class="m">n {counted(city.denominator, lang.value)}</span></div>
    </>
  );
}

export function RankingScene({ picture }: Props) {
  const holder = useRef<HTMLOListElement>(null);
  useFlip(holder);
  const places = placesOf(picture.units);
  const all = [...rankedOf(places), ...unrankedOf(places)];
  const setting = settingOf(picture);
  const [rows, columns] = [rowsOf(4, 79), times.value < 1.3 ? 5 : times.value < 1.7 ? 4 : 3];
  return (
    <>
      <Head picture={picture} title={say('ranking_title')} how={say('ranking_how')}><Bands /></Head>
      <div class="board-heads rank" aria-hidden="true" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {Array.from({ length: columns }, (_, i) => <div key={i} class="rank-h"><small>{say('col_rank')}</small><small class="nm">{say('col_unit')}</small><small>n</small><small>%</small></div>)}
      </div>
      <ol class="board rank" ref={holder} data-list="ranking" style={{ gridTemplateRows: `repeat(${rows}, 1fr)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {all.slice(0, rows * columns).map((unit) => <RankRow key={unit.code} unit={unit} setting={setting} />)}
      </ol>
    </>
  );
}

/** The legend on one line. */
const Bands = () => (
  <ul class="bands" aria-label={say('legend')}>
    {BANDS.map((band) => <li key={band}><span class={`sw b-${band}`} aria-hidden="true">{say(`letter_${band}`)}</span> {rangeOf(band, { lang: lang.value, edges: edges.value })}</li>)}
    <li><span class="sw b-old" aria-hidden="true">{'\u00a0'}</span> {say('silent')}</li>
  </ul>
);

export function TodayScene({ picture }: Props) {
  return (
    <>
      <Head picture={picture} title={say('today_title')} />
      <div class="todayboard">
        <TodayCounts picture={picture} />
        <Most picture={picture} title={say('today_left')} how={say('of_due')} of={LEFT} name="left" />
        <Most picture={picture} title={say('today_overdue')} how={say('of_n')} of={OVERDUE} name="overdue" />
      </div>
    </>
  );
}

/** A count and what it is out of. */
type CountOf = (unit: Unit) => readonly [number, number];
const LEFT: CountOf = (unit) => [unit.dueTodayLeft, unit.dueToday];
const OVERDUE: CountOf = (unit) => [unit.overdue, unit.denominator];

/** The units with the largest counts, in two columns, each with what it is out of. */
function Most({ picture, title, how, of, name }: Props & { readonly title: string; readonly how: string; readonly of: CountOf; readonly name: string }) {
  const holder = useRef<HTMLOListElement>(null);
  useFlip(holder);
  const units = picture.units.filter((unit) => of(unit)[0] > 0).sort((a, b) => of(b)[0] - of(a)[0] || a.name.localeCompare(b.name, 'vi'));
  const [rows, columns] = [rowsOf(3.9, 58), times.value < 1.3 ? 2 : 1];
  const seen = units.slice(0, rows * columns);
  return (
    <section class="barbox">
      <h2>{title} <small>{how}</small></h2>
      {units.length === 0 && <p class="quiet">{say('today_none')}</p>}
      <ol class="counts" ref={holder} data-list={name} style={{ gridTemplateRows: `repeat(${rows}, auto)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {seen.map((unit) => (
          <li key={unit.code} data-row={unit.code}>
            <span class="nm">{mixedName(unit)}</span><b>{counted(of(unit)[0], lang.value)}</b><span class="m">{say('out_of', { n: counted(of(unit)[1], lang.value) })}</span>
          </li>
        ))}
      </ol>
      {units.length > seen.length && <p class="m">{say('today_more', { n: units.length - seen.length })}</p>}
    </section>
  );
}

export function ChangesScene({ picture }: Props) {
  return (
    <>
      <Head picture={picture} title={say('changes_title')} />
      <div class="hourboard" style={{ '--rows': rowsOf(8, 78) }}><HourList moves={moves.value.slice(0, 2 * rowsOf(8, 78))} picture={picture} /></div>
    </>
  );
}

export function BriefingScene({ picture }: Props) {
  const when = day.value === null ? '' : whenOf(day.value.since, picture.city.zone);
  return (
    <>
      <Head picture={picture} title={say('briefing')} how={say(day.value === null ? 'briefing_unknown' : morning.value.length === 0 ? 'briefing_none' : 'briefing_since', { when })} />
      <ol class="briefing" data-list="briefing">{morning.value.map((move) => <Item key={move.unit.code} move={move} />)}</ol>
    </>
  );
}
function whenOf(at: number, zone: string): string {
  const { date, time } = local(at, zone);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return `${time.slice(0, 5)} ${say(`weekday_${weekday}` as 'weekday_0')} ${dayMonth(date)}`;
}
function Item({ move }: { readonly move: Move }) {
  const { unit, was } = move;
  const points = was === null ? '' : trend(unit.numerator / unit.denominator - was.numerator / was.denominator, lang.value);
  return <li data-code={unit.code}><b class="points">{points}</b><Mark unit={unit} /><span>{caption(move, { lang: lang.value, edges: edges.value })}</span></li>;
}

/** The scenes beside the map: all ranks, today's dossiers, the last hour, the morning briefing. Each under a head with clock, age and city. */
import { useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { counted, percent, trend } from '../core/figures';
import type { Unit } from '../core/model';
import { placesOf, type Picture } from '../core/picture';
import { dayMonth, local } from '../core/times';
import { useFlip } from './flip';
import { HourList } from './HourList';
import { caption, type Move } from './moves';
import { Brand, Mark, mixedName, settingOf, windowOf } from './parts';
import { rankedOf, RankRow, TodayCounts } from './Side';
import { day, edges, hour, lang, morning, moves, say, times } from './store';

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
  const ranked = rankedOf(placesOf(picture.units));
  const setting = settingOf(picture);
  const [rows, columns] = [rowsOf(4.15, 85), times.value < 1.3 ? 5 : times.value < 1.7 ? 4 : 3];
  return (
    <>
      <Head picture={picture} title={say('ranking_title')} how={say('ranking_how')} />
      <ol class="board rank" ref={holder} data-list="ranking" style={{ gridTemplateRows: `repeat(${rows}, 1fr)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {ranked.slice(0, rows * columns).map((unit) => <RankRow key={unit.code} unit={unit} setting={setting} />)}
      </ol>
    </>
  );
}

export function TodayScene({ picture }: Props) {
  return (
    <>
      <Head picture={picture} title={say('today_title')} />
      <div class="todayboard">
        <TodayCounts picture={picture} />
        <Bars picture={picture} title={say('today_left')} count={(unit) => unit.dueTodayLeft} name="left" />
        <Bars picture={picture} title={say('today_overdue')} count={(unit) => unit.overdue} name="overdue" />
      </div>
    </>
  );
}

function Bars({ picture, title, count, name }: Props & { readonly title: string; readonly count: (unit: Unit) => number; readonly name: string }) {
  const holder = useRef<HTMLOListElement>(null);
  useFlip(holder);
  const units = picture.units.filter((unit) => count(unit) > 0).sort((a, b) => count(b) - count(a) || a.name.localeCompare(b.name, 'vi'));
  const rows = rowsOf(4, 58);
  const most = Math.max(1, ...units.slice(0, 1).map(count));
  return (
    <section class="barbox">
      <h2>{title}</h2>
      {units.length === 0 && <p class="quiet">{say('today_none')}</p>}
      <ol class="lengths" ref={holder} data-list={name}>
        {units.slice(0, rows).map((unit) => (
          <li key={unit.code} data-row={unit.code}>
            <span class="nm">{mixedName(unit)}</span><span class="track"><span class="bar" style={{ width: `${(100 * count(unit)) / most}%` }} /></span><b>{counted(count(unit), lang.value)}</b>
          </li>
        ))}
      </ol>
      {units.length > rows && <p class="m">{say('today_more', { n: units.length - rows })}</p>}
    </section>
  );
}

export function ChangesScene({ picture }: Props) {
  return (
    <>
      <Head picture={picture} title={say('changes_title')} />
      <div class="hourboard" style={{ '--rows': rowsOf(8, 78) }}><HourList moves={moves.value.slice(0, 2 * rowsOf(8, 78))} picture={picture} known={hour.value !== null} /></div>
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

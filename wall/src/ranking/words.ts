/** How a movement is put into words: with its sign, and only where two intervals part. */
import { tenths } from '../core/figures';
import { KINDS } from '../core/model';
import { text, type Key, type Lang } from '../core/text';
import type { PeriodKind, Standing, Standings } from '../core/standings';
import type { YearBefore, YearPlace } from '../core/yearly';
import { pointed } from '../view/words';
import { rankingText, type RankingKey } from './text';

const written = (tenth: number, lang: Lang): string => {
  const digits = (Math.abs(tenth) / 10).toFixed(1);
  return lang === 'vi' ? digits.replace('.', ',') : digits;
};

/** "↑ tăng 3,2 điểm phần trăm, lên 5 hạng" (of the value, not the points that an indicator gives); the reason where nothing can be said of it; "" for a unit that has no rate now. */
export function movementWords({ movement, denominator }: Pick<Standing, 'movement' | 'denominator'>, lang: Lang): string {
  if (denominator === 0) return '';
  const { places, difference, reason } = movement;
  if (reason !== 'PARTED' || difference === null) return reason === 'PARTED' ? '' : text(lang, `unmoved_${reason}`);
  const [up, points] = [difference > 0, written(tenths(difference), lang)];
  if (places === 0) return text(lang, 'same_rank', { sign: up ? '↑' : '↓', points });
  const both = places !== null && places > 0 === up;
  const key: Key = both ? (up ? 'gained' : 'fallen') : up ? 'gained_points' : 'fallen_points';
  return text(lang, key, { points, places: Math.abs(places ?? 0) });
}

const PEERS: Readonly<Record<string, Key | RankingKey>> = {
  small: 'third_small', middle: 'third_middle', large: 'third_large', urban: 'setting_urban', rural: 'setting_rural', mountain: 'setting_mountain', island: 'setting_island',
};
/** "Xã, phường, đặc khu · nhiều hồ sơ", "… · miền núi". */
export function groupName({ kind, third, setting }: Pick<Standings, 'kind' | 'third' | 'setting'>, lang: Lang): string {
  const [bloc, like] = [KINDS.find((known) => known === kind), PEERS[third || setting]];
  return [bloc === undefined ? text(lang, 'group_overall') : text(lang, `kind_${bloc}`), ...(like === undefined ? [] : [rankingText(lang, like)])].join(' · ');
}

/** Which of day, month, quarter and year a period is of; null for a rolling one. */
export function periodKind(period: string): PeriodKind | null {
  if (period === 'today' || /^\d{4}-\d\d-\d\d$/.test(period)) return 'day';
  if (period === 'month' || /^\d{4}-\d\d$/.test(period)) return 'month';
  if (period === 'quarter' || /^\d{4}-Q[1-4]$/.test(period)) return 'quarter';
  return period === 'year' || /^\d{4}$/.test(period) ? 'year' : null;
}

/** "PARINDEX: xếp hạng năm 2025"; without a year while none is known. */
export const yearlyTitle = (name: string, year: string, lang: Lang): string => (year === '' ? rankingText(lang, 'yearly_newest_title', { name }) : rankingText(lang, 'yearly_title', { name, year }));

/** What a unit was in the year before, line by line: its own place and points, then the former units whose place it took, each with its own. */
export function beforeWords(before: YearBefore | null, lang: Lang): readonly string[] {
  if (before === null) return [rankingText(lang, 'before_new')];
  const own = before.points === null ? [] : [placeWords(before, lang)];
  return [...own, ...before.units.map((unit) => rankingText(lang, 'before_former', { name: unit.name, place: placeWords(unit, lang) }))];
}
/** "hạng 3 / 20, 81,5 / 100 điểm". */
function placeWords({ rank, of, points, maximum }: YearPlace, lang: Lang): string {
  const place = rank === null ? rankingText(lang, 'before_unranked') : rankingText(lang, 'before_ranked', { rank, of });
  return points === null ? place : `${place}, ${rankingText(lang, 'before_points', { points: pointed(points, lang), maximum: pointed(maximum, lang) })}`;
}

/** How a difference of two moments is put into words: with its sign, and only where the two intervals part. */
import type { Compared, Difference } from '../core/compare';
import type { Lang } from '../core/text';
import { movementWords } from '../ranking/words';
import { compareText } from './text';

/** "↑ tăng 3,2 điểm phần trăm"; the reason where nothing can be said of it. */
export function differenceWords({ difference, reason }: Difference, lang: Lang): string {
  if (reason === 'NO_INTERVAL') return compareText(lang, 'no_interval');
  return movementWords({ movement: { places: null, difference, reason }, denominator: 1 }, lang);
}
/** The same of a unit; of one that is not there at both moments, that. */
export function comparedWords(pair: Compared, lang: Lang): string {
  if (pair.before === null) return compareText(lang, 'not_there');
  return pair.now === null ? compareText(lang, 'no_more') : differenceWords(pair, lang);
}

const REFUSED = [404, 422];
/** That the figures of one of the two moments have not come, and whether another day has to be chosen. */
export const refusedWords = (which: 'earlier' | 'later', status: number, lang: Lang): string => compareText(lang, `${which}_${REFUSED.includes(status) ? 'refused' : 'trouble'}`, { status });

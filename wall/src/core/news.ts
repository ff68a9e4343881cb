/** The difference of two pictures in a sentence or two, for the live region. */
import { percent } from './figures';
import { longName, sameQuestion, type Picture } from './picture';
import { text, type Lang } from './text';
import type { Figure } from './model';

const MOST_NAMED = 5;

/** Null when nothing that is shown changed, or when the question did (the reader knows: they asked). */
export function news(before: Picture, now: Picture, lang: Lang, written: (figure: Figure) => string = (figure) => `${percent(figure, lang)} %`): string | null {
  if (!sameQuestion(before.question, now.question)) return null;
  const old = new Map(before.units.map((unit) => [unit.code, unit]));
  const changed = now.units.filter((unit) => {
    const was = old.get(unit.code);
    return was !== unit && (was?.numerator !== unit.numerator || was.denominator !== unit.denominator || was.band !== unit.band || was.stale !== unit.stale);
  });
  if (changed.length === 0) return null;
  const moved = changed.filter((unit) => old.get(unit.code)?.band !== unit.band).slice(0, MOST_NAMED);
  const bands = moved.map((unit) => text(lang, 'said_band', { name: longName(unit), band: text(lang, `band_${unit.band}`) }));
  return [text(lang, 'said_changes', { count: changed.length, city: written(now.city) }), ...bands].join(' ');
}

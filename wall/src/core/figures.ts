/** How figures are written (domain.md §4): Vietnamese decimal comma, thousands point, true minus, half up, never across a band's edge. */
import type { Band, Figure } from './model';
import type { Lang } from './text';

/** Lower edges in per mille, highest first. A figure below them all is red. The default is the server's shipped policy; /definitions says the present one. */
export type Edges = readonly (readonly [Band, number])[];
/** Where figures change their meaning: edges of bands or classes in per mille; `lower`: less is better, so that an edge belongs to what is below it. */
export interface Steps { readonly edges: readonly (readonly [unknown, number])[]; readonly lower: boolean }
export const EDGES: Edges = [['green', 900], ['yellow', 800], ['orange', 700]];
/** Where a band could begin, as long as nobody has said where they do: a figure that keeps its side of all of these keeps it of the true ones. */
export const ANYWHERE: Edges = Array.from({ length: 999 }, (_, i) => ['none', 999 - i] as const);
const MOST_DIGITS = 6;

const localised = (digits: string, lang: Lang): string => (lang === 'vi' ? digits.replace('.', ',') : digits);

/** 1842 as "1.842" (vi) or "1,842" (en); negative with a true minus. */
export function counted(n: number, lang: Lang): string {
  const digits = String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, lang === 'vi' ? '.' : ',');
  return n < 0 ? `−${digits}` : digits;
}

/** Of fewer than this the sums below are whole numbers that a double holds exactly, and their quotients are cut where they should be. */
const SMALL = 2 ** 25;

/** `numerator / denominator` in units of 10^-digits per cent, half up, in integers only. */
function rounded(numerator: number, denominator: number, digits: number): number {
  const scale = 100 * 10 ** digits;
  if (Math.max(numerator, denominator) < SMALL) return Math.floor((2 * numerator * scale + denominator) / (2 * denominator));
  const [top, bottom] = [BigInt(numerator), BigInt(denominator)];
  return Number((2n * top * BigInt(scale) + bottom) / (2n * bottom));
}
function edgesPassed(numerator: number, denominator: number, { edges, lower }: Steps): number {
  const small = Math.max(numerator, denominator) < SMALL;
  const past = (from: number): number => (small ? numerator * 1000 - from * denominator : Number(BigInt(numerator) * 1000n - BigInt(Math.round(from)) * BigInt(denominator)));
  return edges.filter(([, from]) => (lower ? past(from) > 0 : past(from) >= 0)).length;
}

/**
 * A ratio as per cent without the sign: one decimal, or as many as needed so that the figure shown stands in the band of the true one;
 * "100" and only it means all. Null is "—".
 */
export function percent(figure: Pick<Figure, 'numerator' | 'denominator'>, lang: Lang, edges: Edges = EDGES): string {
  return stepped(figure, lang, { edges, lower: false });
}

/** The same between other steps; of a plan more than all may be reached. */
export function stepped({ numerator, denominator }: Pick<Figure, 'numerator' | 'denominator'>, lang: Lang, steps: Steps): string {
  if (denominator === 0) return '—';
  if (numerator === denominator) return '100';
  const passed = edgesPassed(numerator, denominator, steps);
  for (let digits = 1; digits < MOST_DIGITS; digits += 1) {
    const whole = 100 * 10 ** digits;
    const shown = rounded(numerator, denominator, digits);
    const onItsSide = numerator < denominator ? shown < whole : shown > whole;
    if (onItsSide && edgesPassed(shown, whole, steps) === passed) return pointed(shown, digits, lang);
  }
  return pointed(Number((BigInt(numerator) * 100n * 10n ** BigInt(MOST_DIGITS)) / BigInt(denominator)), MOST_DIGITS, lang); // cut, not rounded: below every edge it is below
}
function pointed(value: number, digits: number, lang: Lang): string {
  const all = value.toString().padStart(digits + 1, '0');
  return localised(`${all.slice(0, -digits)}.${all.slice(-digits)}`, lang);
}

/** A ratio that has no integers of its own (an interval's end), half up to one decimal. */
export function share(value: number | null, lang: Lang): string {
  if (value === null) return '—';
  return value >= 1 ? '100' : localised((tenths(value) / 10).toFixed(1), lang);
}

/** Tenths of a percentage point, half away from zero. */
export const tenths = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) * 1000 + 0.5 + 1e-9);

/** A difference of two rates in points: "↑ 0,8", "↓ 2,1", "= 0,0"; empty when there is none. */
export function trend(value: number | null, lang: Lang): string {
  if (value === null) return '';
  const points = tenths(value);
  return `${points > 0 ? '↑' : points < 0 ? '↓' : '='} ${localised((Math.abs(points) / 10).toFixed(1), lang)}`;
}

/** The gap between two rates as a reader would take it from the figures shown: "+2,9", "−1,5", "±0,0"; empty when one has no value. */
export function gap(a: Figure, b: Figure, lang: Lang): string {
  if (a.denominator === 0 || b.denominator === 0) return '';
  const points = rounded(a.numerator, a.denominator, 1) - rounded(b.numerator, b.denominator, 1);
  return `${points > 0 ? '+' : points < 0 ? '−' : '±'}${localised((Math.abs(points) / 10).toFixed(1), lang)}`;
}

/** The edges that /definitions names (`bands.<name>.from`, ratios 0–1); null when it does not name all three. */
export function edgesOf(definitions: unknown): Edges | null {
  const bands = (definitions as { bands?: Record<string, { from?: unknown } | undefined> } | null)?.bands;
  const edges = EDGES.map(([band]) => [band, Math.round(Number(bands?.[band]?.from ?? NaN) * 1000)] as const);
  return edges.every(([, from]) => Number.isInteger(from)) ? edges : null;
}
/** An edge as it is written: 900 → "90", 875 → "87,5". */
export const edgeText = (from: number, lang: Lang): string => localised(String(from / 10), lang);

/** Below it the products of counts are whole numbers that a double holds exactly. */
const EXACT = 2 ** 26;

/** Orders two figures by their exact ratio; those without a value are equal. */
export function compare(a: Figure, b: Figure): number {
  const near = a.numerator * b.denominator - b.numerator * a.denominator;
  if (Math.max(a.denominator, b.denominator) < EXACT) return near;
  const difference = BigInt(a.numerator) * BigInt(b.denominator) - BigInt(b.numerator) * BigInt(a.denominator);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** How a unit is put into words, on its cell and for a screen reader. */
import type { Measure } from '../core/catalogue';
import { counted, edgeText, percent, stepped, type Edges } from '../core/figures';
import type { Band, Figure, Measured, Unit } from '../core/model';
import { longName, lookOf } from '../core/picture';
import { DICTIONARIES, text, type Key, type Lang } from '../core/text';
import { since } from '../core/times';

/** `edges`: of the bands of what is shown; `measure`: what that is, where it is no rate. */
export interface Setting { readonly lang: Lang; readonly today: string; readonly zone: string; readonly edges: Edges; readonly measure?: Measure | null }
type Shown = Pick<Setting, 'lang' | 'edges' | 'measure'>;
export interface Said { readonly value: string; readonly letter: string }

export function oldWhen(unit: Unit, { lang, today, zone }: Setting): string {
  return unit.feedSeenAt === null ? text(lang, 'never_sent') : text(lang, 'old_at', { when: since(unit.feedSeenAt, today, zone) });
}

/** The figures that a band stands for: "từ 90 %", "80 – dưới 90 %", "dưới 70 %"; `short` in a key: "từ 90", "80 – 90", "dưới 70". */
export function rangeOf(band: Band, { lang, edges, measure }: Shown, short = false): string {
  if (band === 'none') return text(lang, 'band_none');
  if (measure != null && (measure.plain || measure.steps.lower)) return measuredRange(band, measure, lang);
  const at = edges.findIndex(([name]) => name === band);
  const written = (index: number): string | undefined => (edges[index] === undefined ? undefined : edgeText(edges[index][1], lang));
  const from = written(at);
  const to = written(at === -1 ? edges.length - 1 : at - 1);
  if (from === undefined) return text(lang, short ? 'key_below' : 'below', { to: to ?? '' });
  return to === undefined ? text(lang, short ? 'key_at_least' : 'at_least', { from }) : text(lang, short ? 'key_between' : 'between', { from, to });
}

/** The same of a number by itself, and of a share that is better the lower it is. */
function measuredRange(band: Band, { edges, plain }: Measure, lang: Lang): string {
  const at = edges.findIndex(([name]) => name === band);
  const [best, next] = [edges[at]?.[1], edges[at === -1 ? edges.length - 1 : at - 1]?.[1]];
  const written = (edge: number | undefined): string => (edge === undefined ? '' : plain ? counted(edge / 1000, lang) : edgeText(edge, lang));
  if (plain) return at === -1 ? text(lang, 'below_number', { to: written(next) }) : next === undefined ? text(lang, 'from_number', { from: written(best) }) : text(lang, 'between_numbers', { from: written(best), to: written(next) });
  return at === -1 ? text(lang, 'over', { from: written(next) }) : next === undefined ? text(lang, 'at_most', { to: written(best) }) : text(lang, 'over_to', { from: written(next), to: written(best) });
}
/** The bands that a figure can stand in: two edges that are one leave no room between them. */
export function bandsOf(edges: Edges): readonly Band[] {
  const coloured = edges.filter(([, from], i) => i === 0 || edges[i - 1]?.[1] !== from).map(([band]) => band);
  return [...coloured, 'red'];
}

/** A value as it is written under what is shown; "—" for none. */
export function valueOf(figure: Figure, { lang, edges, measure }: Shown): string {
  if (measure == null) return percent(figure, lang, edges);
  if (figure.denominator === 0) return '—';
  return measure.plain ? counted(figure.numerator, lang) : stepped(figure, lang, measure.steps);
}
/** The same with its sign of per cent. */
export function valueWithUnit(figure: Figure, shown: Shown): string {
  const value = valueOf(figure, shown);
  return figure.denominator === 0 || shown.measure?.plain === true ? value : `${value}\u00a0%`;
}
/** The same of an indicator; "" where the catalogue has it no longer, so that nobody knows what the figure means. */
export const measuredSaid = (figure: Figure, measure: Measure | null, lang: Lang): string => (measure === null ? '' : valueWithUnit(figure, { lang, edges: measure.edges, measure }));
/** Why there is no value, in words. */
export function reasonOf(reason: string, lang: Lang): string {
  const key = `reason_${reason}`;
  return key in DICTIONARIES[lang] ? text(lang, key as Key) : text(lang, 'reason_other', { code: reason });
}
/** "18 / 20 điểm"; "" where it gives none. Points are cut, never rounded up to what was not reached. */
export function pointsOf({ points, maximum }: Pick<Measured, 'points' | 'maximum'>, lang: Lang): string {
  return points === null || maximum === null ? '' : text(lang, 'points_of', { points: pointed(points, lang), maximum: pointed(maximum, lang) });
}
/** Numerator and denominator of an indicator: "12 / 40 hồ sơ"; "" of a total, of a number by itself, and where there is none. */
export function fractionOf(figure: Figure, measure: Measure | null | undefined, lang: Lang): string {
  if (measure?.indicator == null || measure.plain || figure.denominator === 0) return '';
  const fraction = `${counted(figure.numerator, lang)} / ${counted(figure.denominator, lang)}`;
  return measure.dossiers ? `${fraction} ${text(lang, 'of_dossiers')}` : fraction;
}
/** Points with at most two decimals, cut. */
export function pointed(points: number, lang: Lang): string {
  const hundredths = Math.floor(points * 100 + 1e-6);
  const digits = (hundredths / 100).toFixed(hundredths % 100 === 0 ? 0 : 2);
  return lang === 'vi' ? digits.replace('.', ',') : digits;
}

/** A band by its name and its figures, for where no legend is in sight: "Đỏ: dưới 70 %"; "" where there is none. */
export function meaningOf(band: Band, setting: Pick<Setting, 'lang' | 'edges'>): string {
  return band === 'none' ? '' : text(setting.lang, 'band_range', { band: text(setting.lang, `band_${band}`), range: rangeOf(band, setting) });
}

/** What stands on a cell: number and letter; "n = 3" for few; "—" for none; "cũ 08:55" for a silent feed. */
export function onCell(unit: Unit, setting: Setting): Said {
  const letter = unit.band === 'none' ? '' : text(setting.lang, `letter_${unit.band}`);
  switch (lookOf(unit)) {
    case 'old': return { value: oldWhen(unit, setting), letter: '' };
    case 'none': return { value: '—', letter: '' };
    case 'few': return { value: text(setting.lang, 'n_is', { n: unit.denominator }), letter };
    case 'rate': return { value: valueOf(unit, setting), letter };
  }
}

/** The same as one sentence: name, figure, band, n, and the age where the feed is silent. */
export function aloud(unit: Unit, setting: Setting): string {
  const { lang, today, zone, edges } = setting;
  const values = { name: longName(unit), value: percent(unit, lang, edges), band: text(lang, `band_${unit.band}`), n: counted(unit.denominator, lang) };
  const label = unit.measured !== undefined ? measuredAloud(unit, unit.measured, setting) : text(lang, unit.denominator === 0 ? 'label_none' : unit.few ? 'label_few' : 'label_rate', values);
  if (!unit.stale) return label;
  return text(lang, 'label_old', { label, when: unit.feedSeenAt === null ? text(lang, 'never_sent') : since(unit.feedSeenAt, today, zone) });
}

function measuredAloud(unit: Unit, measured: Measured, setting: Setting): string {
  const { lang } = setting;
  const name = longName(unit);
  if (lookOf({ ...unit, stale: false }) === 'none') return text(lang, 'label_reason', { name, reason: reasonOf(measured.reason, lang) });
  if (unit.few) return text(lang, 'label_few', { name, n: counted(unit.denominator, lang), band: text(lang, `band_${unit.band}`) });
  const value = valueWithUnit(unit, setting);
  return text(lang, unit.band === 'none' ? 'label_value' : 'label_measured', { name, value, band: text(lang, `band_${unit.band}`) });
}

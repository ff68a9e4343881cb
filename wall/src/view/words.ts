/** How a unit is put into words, on its cell and for a screen reader. */
import { counted, edgeText, percent, type Edges } from '../core/figures';
import type { Band, Unit } from '../core/model';
import { longName, lookOf } from '../core/picture';
import { text, type Lang } from '../core/text';
import { since } from '../core/times';

export interface Setting { readonly lang: Lang; readonly today: string; readonly zone: string; readonly edges: Edges }
export interface Said { readonly value: string; readonly letter: string }

export function oldWhen(unit: Unit, { lang, today, zone }: Setting): string {
  return unit.feedSeenAt === null ? text(lang, 'never_sent') : text(lang, 'old_at', { when: since(unit.feedSeenAt, today, zone) });
}

/** The figures that a band stands for: "từ 90 %", "80 – dưới 90 %", "dưới 70 %"; `short` in a key: "từ 90", "80 – 90", "dưới 70". */
export function rangeOf(band: Band, { lang, edges }: Pick<Setting, 'lang' | 'edges'>, short = false): string {
  if (band === 'none') return text(lang, 'band_none');
  const at = edges.findIndex(([name]) => name === band);
  const written = (index: number): string | undefined => (edges[index] === undefined ? undefined : edgeText(edges[index][1], lang));
  const from = written(at);
  const to = written(at === -1 ? edges.length - 1 : at - 1);
  if (from === undefined) return text(lang, short ? 'key_below' : 'below', { to: to ?? '' });
  return to === undefined ? text(lang, short ? 'key_at_least' : 'at_least', { from }) : text(lang, short ? 'key_between' : 'between', { from, to });
}

/** A band by its name and its figures, for where no legend is in sight: "Đỏ: dưới 70 %"; "" where there is none. */
export function meaningOf(band: Band, setting: Pick<Setting, 'lang' | 'edges'>): string {
  return band === 'none' ? '' : text(setting.lang, 'band_range', { band: text(setting.lang, `band_${band}`), range: rangeOf(band, setting) });
}

/** What stands on a cell: number and letter; "n = 3" for few; "—" for none; "cũ 08:55" for a silent feed. */
export function onCell(unit: Unit, setting: Setting): Said {
  const letter = text(setting.lang, `letter_${unit.band}`);
  switch (lookOf(unit)) {
    case 'old': return { value: oldWhen(unit, setting), letter: '' };
    case 'none': return { value: '—', letter: '' };
    case 'few': return { value: text(setting.lang, 'n_is', { n: unit.denominator }), letter };
    case 'rate': return { value: percent(unit, setting.lang, setting.edges), letter };
  }
}

/** The same as one sentence: name, figure, band, n, and the age where the feed is silent. */
export function aloud(unit: Unit, setting: Setting): string {
  const { lang, today, zone, edges } = setting;
  const values = { name: longName(unit), value: percent(unit, lang, edges), band: text(lang, `band_${unit.band}`), n: counted(unit.denominator, lang) };
  const label = text(lang, unit.denominator === 0 ? 'label_none' : unit.few ? 'label_few' : 'label_rate', values);
  if (!unit.stale) return label;
  return text(lang, 'label_old', { label, when: unit.feedSeenAt === null ? text(lang, 'never_sent') : since(unit.feedSeenAt, today, zone) });
}

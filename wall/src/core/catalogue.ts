/** What there is to measure by, as GET /indicators says, checked at the door: sets of indicators with their meanings, thresholds and classes. */
import type { Edges, Steps } from './figures';
import { Malformed, ratio, record, word, type Band } from './model';
import type { Lang } from './text';

export type Both = Readonly<Record<Lang, string>>;
export interface Indicator {
  readonly code: string; readonly group: string | null; readonly name: Both; readonly meaning: Both; readonly kind: string; readonly maximum: number | null;
  /** The share from which it gives all its points, per mille; null: it has none. */
  readonly threshold: number | null;
  /** Per mille of its value (of a sum: of one); null: the city's. */
  readonly edges: Edges | null;
  readonly lower: boolean; readonly terms: readonly string[]; readonly version: number; readonly source: string; readonly law: string;
}
/** `measure`: by which a map shows the group as a total of its own; null: by none. */
export interface Group { readonly code: string; readonly name: Both; readonly maximum: number; readonly parent: string | null; readonly measure: string | null }
/** `from`: the least share of the total, per mille. */
export interface Class { readonly code: string; readonly name: Both; readonly from: number }
export interface IndicatorSet {
  readonly code: string; readonly name: Both; readonly source: string; readonly law: string; readonly total: boolean; readonly edges: Edges | null;
  /** Told by facts of whole years, which are published one by one. */
  readonly yearly: boolean;
  readonly groups: readonly Group[]; readonly classes: readonly Class[]; readonly indicators: readonly Indicator[];
}
export type Catalogue = readonly IndicatorSet[];

type Raw = Readonly<Record<string, unknown>>;
const EDGED = ['green', 'yellow', 'orange'] as const satisfies readonly Band[];
const FACT = 'fact:';
const perMille = (value: number): number => Math.round(value * 1000);

function list(raw: Raw, name: string): readonly Raw[] {
  const value = raw[name];
  if (!Array.isArray(value)) throw new Malformed(`${name} is not a list`);
  return value.map((one) => record<Raw>(one, name));
}
function both(raw: Raw, name: string): Both {
  const words = record<Raw>(raw[name], name);
  return { vi: word(words, 'vi'), en: word(words, 'en') };
}
function edgesOf(value: unknown): Edges | null {
  if (value === null || value === undefined) return null;
  const raw = record<Raw>(value, 'bands');
  return EDGED.map((band) => [band, perMille(ratio(raw, band) ?? NaN)] as const);
}
const words = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const said = (raw: Raw, name: string): string => (typeof raw[name] === 'string' ? raw[name] : '');

function indicatorOf(raw: Raw): Indicator {
  return {
    code: word(raw, 'code'), group: said(raw, 'group') || null, name: both(raw, 'name'), meaning: both(raw, 'meaning'), kind: word(raw, 'kind'), maximum: ratio(raw, 'maximum'),
    threshold: raw['threshold'] == null ? null : perMille(ratio(raw, 'threshold') ?? 0), edges: edgesOf(raw['bands']), lower: raw['direction'] === 'lower', terms: [...words(raw['numerator']), ...words(raw['denominator'])],
    version: ratio(raw, 'version') ?? 1, source: said(raw, 'source'), law: said(raw, 'law'),
  };
}
function setOf(raw: Raw): IndicatorSet {
  return {
    code: word(raw, 'code'), name: both(raw, 'name'), source: said(raw, 'source'), law: said(raw, 'law'), total: raw['total'] === true, yearly: raw['yearly'] === true, edges: edgesOf(raw['bands']),
    groups: list(raw, 'groups').map((one) => ({ code: word(one, 'code'), name: both(one, 'name'), maximum: ratio(one, 'maximum') ?? 0, parent: said(one, 'parent') || null, measure: said(one, 'measure') || null })),
    classes: list(raw, 'classes').map((one) => ({ code: word(one, 'code'), name: both(one, 'name'), from: perMille(ratio(one, 'from') ?? 0) })),
    indicators: list(raw, 'indicators').map(indicatorOf),
  };
}
/** Raises Malformed for an answer that does not fit. */
export const catalogueOf = (value: unknown): Catalogue => list(record<Raw>(value, 'indicators'), 'sets').map(setOf);

/** What a map shows instead of a rate: one indicator of a set, or (null) the total of the set or of one of its groups, whose set has no classes. */
export interface Measure {
  readonly code: string; readonly set: IndicatorSet; readonly indicator: Indicator | null; readonly name: Both;
  /** The bands' edges. */
  readonly edges: Edges;
  /** Where a rounded figure may not cross: bands, and of a total also classes. */
  readonly steps: Steps;
  /** A number by itself, no share. */
  readonly plain: boolean;
  /** `coloured`: it has bands; `dossiers`: its denominator is dossiers; `facts`: nothing of it comes from dossiers. */
  readonly coloured: boolean; readonly dossiers: boolean; readonly facts: boolean;
}

/** Null for a code that the catalogue does not have. `city`: the edges of what has none of its own. */
export function measureOf(catalogue: Catalogue, code: string, city: Edges): Measure | null {
  const total = catalogue.find((set) => set.code === code && set.total);
  if (total !== undefined) return totalOf(total, city);
  for (const set of catalogue) {
    const group = set.groups.find((one) => one.measure === code);
    if (group !== undefined) return { ...totalOf(partOf(set, group), city), code, name: group.name };
    const indicator = set.indicators.find((one) => one.code === code);
    if (indicator !== undefined) return singleOf(set, indicator, city);
  }
  return null;
}
function totalOf(set: IndicatorSet, city: Edges): Measure {
  const edges = set.edges ?? city;
  const steps: Steps = { edges: [...edges, ...set.classes.map(({ code, from }) => [code, from] as const)], lower: false };
  return { code: set.code, set, indicator: null, name: set.name, edges, steps, plain: false, coloured: true, dossiers: false, facts: set.indicators.every(ofFacts) };
}
/** A set of what lies in a group and in those below it; a parent stands before its parts. */
function partOf(set: IndicatorSet, group: Group): IndicatorSet {
  const within = new Set([group.code]);
  for (const { code, parent } of set.groups) if (parent !== null && within.has(parent)) within.add(code);
  return { ...set, classes: [], indicators: set.indicators.filter((one) => one.group !== null && within.has(one.group)) };
}
const ofFacts = ({ terms }: Indicator): boolean => terms.every((term) => term.startsWith(FACT));
function singleOf(set: IndicatorSet, indicator: Indicator, city: Edges): Measure {
  const edges = indicator.edges ?? city;
  const plain = indicator.kind === 'sum';
  const dossiers = (indicator.kind === 'ratio' || indicator.kind === 'threshold') && indicator.terms.every((term) => !term.startsWith(FACT));
  return {
    code: indicator.code, set, indicator, name: indicator.name, edges, steps: { edges, lower: indicator.lower }, plain,
    coloured: !plain || indicator.edges !== null, dossiers, facts: ofFacts(indicator),
  };
}

/** The name of a class of the set by its code; "" for none. */
export const className = (set: IndicatorSet, code: string, lang: Lang): string => set.classes.find((one) => one.code === code)?.name[lang] ?? '';
/** Where an indicator has its source and law: its own, else the set's. */
export function basisOf({ set, indicator }: Pick<Measure, 'set' | 'indicator'>): string {
  const [source, law] = [indicator?.source || set.source, indicator?.law || set.law];
  return source !== '' && law !== '' && !law.includes(source) ? `${source}; ${law}` : law || source;
}

/** Rankings over a period, as GET /rankings says, checked at the door. */
import { among, BANDS, figure, listOf, measuredFigure, measuredOf, optional, ratio, record, word, type Answered, type Band, type Figure, type Measured, type Untold } from './model';
import { REASONS } from './explained';

type Body = Answered<'/api/v1/rankings'>;
type RawRanking = Untold<Body['rankings'][number]>;
type RawRanked = Untold<Body['rankings'][number]['units'][number]>;

/** Why a movement is said or not; the last two by an indicator alone. */
export const MOVEMENTS = [...REASONS, 'NO_INTERVAL', 'NOT_KNOWN'] as const;
export type Moved = (typeof MOVEMENTS)[number];
/** `places` and `difference` (of the value, 0–1): gained, below zero lost; null unless the two intervals part. */
export interface Movement { readonly places: number | null; readonly difference: number | null; readonly reason: Moved }
export interface Standing extends Figure {
  readonly code: string; readonly name: string; readonly kind: string; readonly type: string; readonly rank: number | null; readonly of: number;
  readonly low: number | null; readonly high: number | null; readonly few: boolean; readonly band: Band; readonly before: Figure; readonly movement: Movement;
  /** Former units whose dossiers it counts, of days before it was founded. */
  readonly mappedFrom: readonly string[];
  /** Only by an indicator. */
  readonly measured?: Measured;
}
/** `kind` "": all kinds; `third`: of the volume, "" outside of peers; `setting`: where its units lie, "" but by setting. */
export interface Standings { readonly kind: string; readonly third: string; readonly setting: string; readonly of: number; readonly units: readonly Standing[] }
/** Local dates, both ends included; `age`: seconds of a picture that is not of now, null for one that is. */
export interface Rankings {
  readonly version: number; readonly period: string; readonly first: string; readonly last: string; readonly beforeFirst: string; readonly beforeLast: string;
  /** By an indicator: why no unit has a value (`VALUE`: some have), and the kinds of period for which what was told is enough; else null. */
  readonly reason: string | null; readonly periods: readonly PeriodKind[];
  readonly stale: boolean; readonly groups: readonly Standings[];
  /** Codes of the units that stand in no group, since it is not stated where they lie. */
  readonly ungrouped: readonly string[];
}

export const PERIODS = ['day', 'month', 'quarter', 'year'] as const;
export type PeriodKind = (typeof PERIODS)[number];

function movementOf(value: unknown): Movement {
  const raw = record<Untold<Body['rankings'][number]['units'][number]['movement']>>(value, 'movement');
  return { places: ratio(raw, 'places'), difference: ratio(raw, 'difference'), reason: among(MOVEMENTS, raw.reason, 'reason') };
}
function standingOf(value: unknown, measured: boolean): Standing {
  const raw = record<RawRanked>(value, 'unit');
  return {
    ...(measured ? { ...measuredFigure(raw), measured: measuredOf(raw) } : figure(raw)), code: word(raw, 'code'), name: word(raw, 'name'), kind: word(raw, 'kind'), type: word(raw, 'type'), rank: ratio(raw, 'rank'), of: optional(raw, 'of'),
    low: ratio(raw, 'low'), high: ratio(raw, 'high'), few: raw.few === true, band: among(BANDS, raw.band, 'band'), before: measured ? measuredFigure(record<Untold<Figure>>(raw.before, 'before')) : figure(raw.before), movement: movementOf(raw.movement),
    mappedFrom: listOf(raw.mapped_from ?? [], 'former units').map(String),
  };
}
function groupOf(value: unknown, measured: boolean): Standings {
  const raw = record<RawRanking>(value, 'ranking');
  return { kind: word(raw, 'kind'), third: word(raw, 'third'), setting: word({ setting: '', ...raw }, 'setting'), of: optional(raw, 'of'), units: listOf(raw.units, 'units').map((unit) => standingOf(unit, measured)) };
}
/** Raises Malformed for an answer that does not fit. */
export function rankingsOf(value: unknown): Rankings {
  const raw = record<Untold<Body>>(value, 'rankings');
  return {
    version: optional(raw, 'version'), period: word(raw, 'period'), first: word(raw, 'first'), last: word(raw, 'last'), beforeFirst: word(raw, 'before_first'), beforeLast: word(raw, 'before_last'),
    reason: typeof raw.reason === 'string' ? raw.reason : null, periods: PERIODS.filter((period) => Array.isArray(raw.periods) && raw.periods.includes(period)),
    stale: raw.stale === true, groups: listOf(raw.rankings, 'rankings').map((group) => groupOf(group, typeof raw.indicator === 'string')),
    ungrouped: listOf(raw.ungrouped ?? [], 'units in no group').map(String),
  };
}

/** A day on its own where one is chosen, else the chosen window: what /rankings takes as `period`. */
export const periodOf = ({ window, asOf }: { readonly window: string; readonly asOf: string | null }): string => asOf ?? window;

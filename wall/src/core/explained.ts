/** Why a unit's rate is what it is, as GET /units/{code}/explanation says, checked at the door. */
import { among, count, listOf, ratio, record, word, type Answered, type Rate, RATES, type Untold } from './model';

type Body = Answered<'/api/v1/units/{code}/explanation'>;
type RawGap = Untold<Body['gaps'][number]>;
type RawFlag = Untold<NonNullable<Body['flags']>['counts'][number]>;

export const REASONS = ['PARTED', 'OVERLAPPING', 'TOO_FEW', 'NOTHING_OCCURRED'] as const;
export type Reason = (typeof REASONS)[number];
/** The chosen rate minus another one, 0–1; `value` null where one of them has nothing. */
export interface Gap { readonly against: Rate; readonly value: number | null; readonly reason: Reason }
/** At least so many dossiers; null: not published. */
export interface Flagged { readonly flag: string; readonly dossiers: number | null }
/** `flags` of the local dates first..last, both included; null where no day of the period is over, or they cannot be read now. */
export interface Explained {
  readonly code: string; readonly rate: string; readonly edition: number; readonly policy: number; readonly source: string;
  readonly gaps: readonly Gap[];
  readonly flags: { readonly first: string; readonly last: string; readonly of: number; readonly counts: readonly Flagged[] } | null;
  readonly late: { readonly steps: number; readonly late: number; readonly value: number | null } | null;
}

function gapOf(value: unknown): Gap {
  const raw = record<RawGap>(value, 'gap');
  return { against: among(RATES, raw.against, 'rate'), value: ratio(raw, 'value'), reason: among(REASONS, raw.reason, 'reason') };
}
function flaggedOf(value: unknown): Flagged {
  const raw = record<RawFlag>(value, 'flag');
  return { flag: word(raw, 'flag'), dossiers: raw.dossiers === null ? null : count(raw, 'dossiers') };
}
function flagsOf(value: unknown): Explained['flags'] {
  if (value === null || value === undefined) return null;
  const raw = record<Untold<NonNullable<Body['flags']>>>(value, 'flags');
  return { first: word(raw, 'first'), last: word(raw, 'last'), of: count(raw, 'of'), counts: listOf(raw.counts, 'counts').map(flaggedOf) };
}
function lateOf(value: unknown): Explained['late'] {
  if (value === null || value === undefined) return null;
  const raw = record<Untold<NonNullable<Body['late_data']>>>(value, 'late_data');
  return { steps: count(raw, 'steps'), late: count(raw, 'late'), value: ratio(raw, 'value') };
}

/** Raises Malformed for an answer that does not fit. */
export function explainedBody(value: unknown): Explained {
  const raw = record<Untold<Body>>(value, 'explanation');
  const definition = record<Untold<Body['definition']>>(raw.definition, 'definition');
  return {
    code: word(raw, 'code'), rate: word(raw, 'rate'), edition: count(definition, 'edition'), source: word(definition, 'source'),
    policy: count(record<Record<string, unknown>>(definition.rules, 'rules'), 'policy'),
    gaps: listOf(raw.gaps, 'gaps').map(gapOf), flags: flagsOf(raw.flags), late: lateOf(raw.late_data),
  };
}

/** The flags to show: those that are published, the most frequent first. */
export const published = (flags: readonly Flagged[]): readonly (Flagged & { readonly dossiers: number })[] =>
  flags.filter((one): one is Flagged & { readonly dossiers: number } => one.dossiers !== null).sort((a, b) => b.dossiers - a.dossiers);

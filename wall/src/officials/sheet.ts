/** A unit's monthly sheet and the follow-ups of violations, as their routes answer, checked at the door. Instants stay ISO texts, days local dates. */
import type { Both } from '../core/catalogue';
import { among, BANDS, count, listOf, measuredFigure, ratio, record, word, type Answered, type Band, type Figure, type Untold } from '../core/model';
import { monthEndBefore } from '../core/times';
import { justificationOf, type Justification } from './justification';

type Body = Answered<'/api/v1/units/{code}/monthly-sheet'>;
type RawLine = Untold<Body['lines'][number]>;
type RawBefore = Untold<NonNullable<Body['lines'][number]['before']>>;
type RawMovement = Untold<Body['lines'][number]['movement']>;
type RawFollowUps = Answered<'/api/v1/follow-ups'>;
type RawFollowUp = Untold<RawFollowUps['follow_ups'][number]>;

/** The same indicator in the month before. */
export interface Before extends Figure { readonly points: number | null; readonly rank: number | null }
/** `places`, and `difference` of the value (0–1): gained, below zero lost; null unless the two intervals part; `reason`: of /definitions. */
export interface Moved { readonly places: number | null; readonly difference: number | null; readonly reason: string }
/** `reason`: VALUE, or why there is none; `rank` of `of` within the unit's kind; `before` null: it did not hold. */
export interface SheetLine extends Figure {
  readonly code: string; readonly name: Both; readonly points: number | null; readonly maximum: number | null; readonly band: Band; readonly few: boolean; readonly reason: string;
  readonly rank: number | null; readonly of: number | null; readonly before: Before | null; readonly movement: Moved;
}
/** `complete`: the month is over; `month`, `before`: like 2026-10. */
export interface Sheet {
  readonly code: string; readonly name: string; readonly month: string; readonly first: string; readonly last: string; readonly before: string; readonly complete: boolean; readonly asOf: string;
  readonly stale: boolean; readonly reconciliation: { readonly state: string; readonly at: string | null }; readonly lines: readonly SheetLine[]; readonly justification: Justification | null;
}
export interface FollowUp {
  readonly unit: string; readonly unitName: string; readonly code: string; readonly violation: string; readonly state: string;
  readonly openedOn: string; readonly explainedOn: string | null; readonly closedOn: string | null; readonly daysOpen: number;
}
/** `after`: where the next page goes on, "" on the last. */
export interface FollowUps { readonly asOf: string; readonly list: readonly FollowUp[]; readonly after: string }

const orNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function lineOf(value: unknown): SheetLine {
  const raw = record<RawLine>(value, 'line');
  const name = record<{ readonly vi?: unknown; readonly en?: unknown }>(raw.name, 'name');
  const movement = record<RawMovement>(raw.movement, 'movement');
  return {
    ...measuredFigure(raw), code: word(raw, 'code'), name: { vi: word(name, 'vi'), en: word(name, 'en') }, points: ratio(raw, 'points'), maximum: ratio(raw, 'maximum'), band: among(BANDS, raw.band, 'band'), few: raw.few === true,
    reason: word(raw, 'reason'), rank: ratio(raw, 'rank'), of: ratio(raw, 'of'), before: beforeOf(raw.before),
    movement: { places: ratio(movement, 'places'), difference: ratio(movement, 'difference'), reason: word(movement, 'reason') },
  };
}
function beforeOf(value: unknown): Before | null {
  if (value === null || value === undefined) return null;
  const raw = record<RawBefore>(value, 'before');
  return { ...measuredFigure(raw), points: ratio(raw, 'points'), rank: ratio(raw, 'rank') };
}
/** GET /units/{code}/monthly-sheet. Raises Malformed for an answer that does not fit. */
export function sheetOf(value: unknown): Sheet {
  const raw = record<Untold<Body>>(value, 'sheet');
  const reconciliation = record<Untold<Body['reconciliation']>>(raw.reconciliation, 'reconciliation');
  return {
    code: word(raw, 'code'), name: word(raw, 'name'), month: word(raw, 'month'), first: word(raw, 'first'), last: word(raw, 'last'), before: word(raw, 'before'), complete: raw.complete === true, asOf: word(raw, 'as_of'),
    stale: raw.stale === true, reconciliation: { state: word(reconciliation, 'state'), at: orNull(reconciliation.at) }, lines: listOf(raw.lines, 'lines').map(lineOf), justification: justificationOf(raw.justification),
  };
}

function followUpOf(value: unknown): FollowUp {
  const raw = record<RawFollowUp>(value, 'follow-up');
  return {
    unit: word(raw, 'unit'), unitName: word(raw, 'unit_name'), code: word(raw, 'code'), violation: word(raw, 'violation'), state: word(raw, 'state'),
    openedOn: word(raw, 'opened_on'), explainedOn: orNull(raw.explained_on), closedOn: orNull(raw.closed_on), daysOpen: count(raw, 'days_open'),
  };
}
/** GET /follow-ups. Raises Malformed for an answer that does not fit. */
export function followUpsOf(value: unknown): FollowUps {
  const raw = record<Untold<RawFollowUps>>(value, 'follow-ups');
  return { asOf: word(raw, 'as_of'), list: listOf(raw.follow_ups, 'follow-ups').map(followUpOf), after: word(raw, 'after') };
}

const MOST_MONTHS = 13;
/** The months to choose from, newest first, like 2026-10; the one that is running among them. */
export function monthsTo(today: string): readonly string[] {
  const found = [today.slice(0, 7)];
  while (found.length < MOST_MONTHS) found.push(monthEndBefore(`${found.at(-1)!}-01`).slice(0, 7));
  return found;
}

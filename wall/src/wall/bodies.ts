/** What a wall reads beside the live picture, checked at the door like the picture: the feeds, and what units were at an earlier instant. */
import { BANDS, count, figure, instant, Malformed, optional, record, word, type Band, type Figure } from '../core/model';

/** One sending system. `missing`: records that it says it sent and that were not counted; null: it never said. */
export interface Feed { readonly source: string; readonly seenAt: number | null; readonly missing: number | null; readonly stale: boolean; readonly units: readonly string[] }

/** One unit as it was known then; `changedAt`, `bandAt`: when its counters last changed, and when it came to its present band. */
export interface Was extends Figure {
  readonly band: Band; readonly few: boolean; readonly overdue: number; readonly finished: number;
  readonly changedAt: number | null; readonly bandAt: number | null;
}
/** Only units that are other than they were; what is not in `units` did not change. */
export interface Earlier { readonly since: number; readonly units: ReadonlyMap<string, Was> }

const items = (value: unknown, what: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not a list`);
  return value;
};

export function feedsBody(value: unknown): readonly Feed[] {
  return items(record(value, 'answer')['feeds'], 'feeds').map((one) => {
    const raw = record(one, 'feed');
    return {
      source: word(raw, 'source'), seenAt: instant(raw['seen_at']), missing: raw['missing'] === null || raw['missing'] === undefined ? null : count(raw, 'missing'),
      stale: raw['stale'] === true, units: items(raw['units'] ?? [], 'units').map(String),
    };
  });
}

/** Short names by code, of those that have one. */
export function shortsBody(value: unknown): ReadonlyMap<string, string> {
  const units = items(record(value, 'answer')['units'], 'units').map((one) => record(one, 'unit'));
  return new Map(units.map((unit) => [word(unit, 'code'), word(unit, 'short')] as const).filter(([, short]) => short !== ''));
}

export function earlierBody(value: unknown): Earlier {
  const raw = record(value, 'answer');
  const since = instant(raw['since']);
  if (since === null) throw new Malformed('since is not an instant');
  return { since, units: new Map(Object.entries(record(raw['before'], 'before')).map(([code, one]) => [code, was(one)])) };
}
function was(value: unknown): Was {
  const raw = record(value, 'before');
  const band = word(raw, 'band') as Band;
  if (!BANDS.includes(band)) throw new Malformed(`unknown band ${band}`);
  return {
    ...figure(raw), band, few: raw['few'] === true, overdue: optional(raw, 'overdue'), finished: optional(raw, 'finished'),
    changedAt: instant(raw['changed_at']), bandAt: instant(raw['band_changed_at']),
  };
}

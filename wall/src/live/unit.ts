/** A unit's page as a signal: asked for anew when the map says that the unit changed, and now and then. */
import type { Question } from '../core/model';
import { unitBody, type Period, type UnitBody } from '../core/unit';
import { followAnswer, type Following, type How } from './asked';
import type { Ports } from './stream';

export interface Wanted { readonly code: string; readonly question: Question }

function addressOf({ code, question: { window, asOf = null, knownAt = null } }: Wanted): string {
  const query = new URLSearchParams({ window });
  if (asOf !== null) query.set('as_of', asOf);
  if (knownAt !== null) query.set('known_at', knownAt);
  return `/api/v1/units/${encodeURIComponent(code)}?${query.toString()}`;
}

/** What an address of a unit asks about. */
export function questionIn(address: string): Period {
  const query = new URLSearchParams(address.split('?')[1]);
  return { window: query.get('window') ?? '', asOf: query.get('as_of'), knownAt: query.get('known_at') };
}

/** Follows `wanted`, and asks again whenever `changed` is another value; `stop` ends it. */
export const followUnit = (ports: Ports, wanted: () => Wanted, changed: () => unknown, how: How = {}): Following<UnitBody> => followAnswer(ports, unitBody, () => addressOf(wanted()), changed, how);

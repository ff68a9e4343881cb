/** The picture on screen as a value: a snapshot replaces it, a change replaces whole units in it. Units that did not change keep their identity. */
import type { ChangeBody, City, MapBody, Question, Unit, WithdrawnYear } from './model';

export interface Picture {
  /** What was asked for when this picture came: the labels belong to it, not to the pickers. */
  readonly question: Question;
  readonly version: number; readonly asOf: string; readonly city: City; readonly units: readonly Unit[];
  /** Unit code → version in which what is shown of it last changed; empty after a snapshot. */
  readonly changed: ReadonlyMap<string, number>;
  /** What is shown and does not stand any more; empty but where it is of an instant. */
  readonly withdrawn: readonly WithdrawnYear[];
}

export const sameQuestion = (a: Question, b: Question): boolean => 
  a.window === b.window && a.rate === b.rate && a.kind === b.kind && (a.asOf ?? null) === (b.asOf ?? null) && (a.knownAt ?? null) === (b.knownAt ?? null) && (a.indicator ?? null) === (b.indicator ?? null);

export function snapshot(question: Question, body: MapBody): Picture {
  return { question, version: body.version, asOf: body.asOf, city: body.city, units: ofKind(body.units, question), changed: new Map(), withdrawn: body.withdrawn };
}

/** The next picture; the same one when the change is not newer (a replay after a reconnect). */
export function change(picture: Picture, body: ChangeBody): Picture {
  if (body.version <= picture.version) return picture;
  const news = new Map(ofKind(body.units, picture.question).map((unit) => [unit.code, unit]));
  const changed = new Map(picture.changed);
  const units = picture.units.map((old) => {
    const unit = news.get(old.code);
    news.delete(old.code);
    if (unit !== undefined && looksDifferent(old, unit)) changed.set(unit.code, body.version);
    return unit ?? old;
  });
  return { ...picture, version: body.version, asOf: body.asOf ?? picture.asOf, city: body.city ?? picture.city, units: [...units, ...news.values()], changed };
}

const ofKind = (units: readonly Unit[], question: Question): readonly Unit[] => units.filter((unit) => question.kind === 'all' || unit.kind === question.kind);
const looksDifferent = (a: Unit, b: Unit): boolean => a.numerator !== b.numerator || a.denominator !== b.denominator || a.band !== b.band || a.stale !== b.stale;

/** The reason of an indicator that has a value. */
export const VALUE = 'VALUE';

/** How one unit is drawn. A silent feed comes before everything: its figure is not of now. */
export type Look = 'rate' | 'few' | 'none' | 'old';
export function lookOf(unit: Unit): Look {
  if (unit.stale) return 'old';
  if (unit.measured ? unit.measured.reason !== VALUE : unit.denominator === 0 || unit.band === 'none') return 'none';
  return unit.few ? 'few' : 'rate';
}

const untouched = new WeakMap<Unit, Unit>();
/** The picture of an indicator that is made of no dossiers: that their feed is silent says nothing of it. Units keep their identity. */
export function ofFacts(picture: Picture): Picture {
  return { ...picture, units: picture.units.map((unit) => {
    if (!unit.stale) return unit;
    const known = untouched.get(unit) ?? { ...unit, stale: false };
    untouched.set(unit, known);
    return known;
  }) };
}

/** The units that stand on the city's map; all of them where the city has none but departments (an imported one). */
export function placesOf(units: readonly Unit[]): readonly Unit[] {
  const places = units.filter((unit) => unit.kind === 'locality');
  return places.length > 0 ? places : units;
}

/** Units by band for the legend; silent ones are counted apart (`old`). */
export function tally(units: readonly Unit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const unit of units) {
    const key = unit.stale ? 'old' : unit.band;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const TYPES = /^(UBND\s+)?(phường|xã|đặc khu|thị trấn)\s+/i;
/** The name without its type, for narrow places: "UBND phường Hải Châu" → "Hải Châu". Departments keep theirs. */
export const shortName = (unit: Pick<Unit, 'name' | 'kind'>): string => (unit.kind === 'locality' ? unit.name.replace(TYPES, '') : unit.name.replace(/^Chi nhánh (VPĐKĐĐ|Văn phòng đăng ký đất đai)/, 'CN VPĐKĐĐ'));
/** "Phường Hải Châu" whether or not the source's name already says so. */
export const longName = (unit: Pick<Unit, 'name' | 'kind' | 'type'>): string => (unit.kind === 'locality' && unit.type !== '' ? `${unit.type} ${shortName(unit)}` : unit.name);

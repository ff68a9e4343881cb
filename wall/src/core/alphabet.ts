/** The Vietnamese order of names. A name's place is found once: sorting thousands of units compares numbers then, which costs a hundredth. */
const { compare } = new Intl.Collator('vi');
let places: ReadonlyMap<string, number> = new Map();

/** Each name's place among these and all that were asked about before. */
export function alphabetical(names: readonly string[]): ReadonlyMap<string, number> {
  if (names.some((name) => !places.has(name))) {
    const all = [...new Set([...places.keys(), ...names])].sort(compare);
    places = new Map(all.map((name, place) => [name, place]));
  }
  return places;
}

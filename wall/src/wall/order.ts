/** Which rows of a list moved: pairs [place now, place before], of those that have both and whose old place there still is. */
export function cameFrom(before: readonly string[], now: readonly string[]): readonly (readonly [number, number])[] {
  if (before.length === now.length && before.every((code, i) => code === now[i])) return [];
  const was = new Map(before.map((code, i) => [code, i]));
  return now.flatMap((code, i) => {
    const old = was.get(code);
    return old === undefined || old === i || old >= now.length ? [] : [[i, old] as const];
  });
}

/** Something that is fetched when it is first asked for, tried until it comes. */

const [LEAST_MS, MOST_MS] = [1_000, 30_000];
/** Hands what `get` gives to `take`; after each failure, which is told, it is tried again after a longer pause. Returns what ends it. */
export function keepTrying<T>(get: () => Promise<T>, take: (found: T) => void, failed: (tries: number) => void): () => void {
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const attempt = (): void => void get().then(
    (found) => void (over || take(found)),
    () => {
      if (over) return;
      tries += 1;
      failed(tries);
      timer = setTimeout(attempt, Math.min(MOST_MS, LEAST_MS * 2 ** (tries - 1)));
    },
  );
  attempt();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

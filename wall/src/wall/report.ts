/** What a wall tells of itself once a minute: how smoothly it draws, what memory it holds, how old its last event is. Nothing about who looks. */

/** When drawing failed, in seconds of the steady clock, the newest last. */
export const failures: number[] = [];
export function failed(): void {
  failures.push(performance.now() / 1000);
  if (failures.length > 100) failures.shift();
}

export interface Facts {
  /** Frame times in milliseconds of the last sample; empty when the page was hidden. */
  readonly frames: readonly number[];
  readonly heapBytes: number | null;
  readonly eventAge: number | null; readonly version: number | null;
  readonly page: string; readonly wall: string; readonly mode: string; readonly failures: number;
}
/** The body of POST /wall-reports. Times in milliseconds and seconds, memory in megabytes. */
export interface Report {
  readonly wall: string; readonly page: string; readonly version: number; readonly mode: string; readonly failures: number;
  readonly frame_ms: number | null; readonly memory_mb: number | null; readonly event_age_seconds: number | null;
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** The slowest twentieth of the frames speaks for all. */
export function slowFrame(frames: readonly number[]): number | null {
  if (frames.length === 0) return null;
  const sorted = [...frames].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? null;
}

export function reportOf(facts: Facts): Report {
  const slow = slowFrame(facts.frames);
  return {
    wall: facts.wall, page: facts.page, version: facts.version ?? 0, mode: facts.mode, failures: Math.min(facts.failures, 1000),
    frame_ms: slow === null ? null : rounded(Math.min(slow, 60_000), 1),
    memory_mb: facts.heapBytes === null ? null : rounded(facts.heapBytes / 1_048_576, 1),
    event_age_seconds: facts.eventAge === null ? null : rounded(Math.min(facts.eventAge, 31_536_000), 1),
  };
}

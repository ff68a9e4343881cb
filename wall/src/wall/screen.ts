/** What a screen that is on for months needs: type for its distance, a dimmed night, and a picture that does not burn in. Pure. */
import { within, type Settings } from './settings';

/** A reader needs 20 minutes of arc; the reference's smallest type is 1.8/108 of the height. */
const ARC = Math.tan((20 / 60) * (Math.PI / 180));
const SMALLEST_REM = 1.8;
const USUAL_HEIGHT_MM = 1026; // 1080 pixels of 0.95 mm, whatever the resolution
export type Reach = 'near' | 'middle' | 'far';

/** Height of letters in pixels that can be read at `distance` metres on pixels of `pitch` millimetres. */
export const pixelsFor = ({ distance, pitch }: { readonly distance: number; readonly pitch: number }): number => (distance * 1000 * ARC) / pitch;

/** How many times larger than the reference type has to be, at most so large that the picture still holds. `height` in pixels. */
export function enlargement({ distance, pitch }: Pick<Settings, 'distance' | 'pitch'>, height: number): number {
  const needed = pixelsFor({ distance, pitch: pitch ?? USUAL_HEIGHT_MM / height }) / (height / 108) / SMALLEST_REM;
  return Math.min(2, Math.max(1, needed));
}
export const reachOf = (times: number): Reach => (times < 1.2 ? 'near' : times < 1.7 ? 'middle' : 'far');

/** 1 by day, 0.55 by night. Without a clock it is day: a dark screen could not say that something is wrong. */
export const brightness = (settings: Pick<Settings, 'night'>, minute: number | null): number => (settings.night !== null && minute !== null && within(settings.night, minute) ? 0.55 : 1);

const PATH = [[0, 0], [0.3, 0.1], [0.4, 0.4], [0.1, 0.3], [-0.2, 0.4], [-0.4, 0.1], [-0.3, -0.3], [0.1, -0.4]] as const;
const SHIFT_SECONDS = 600;
/** By how many rem the whole picture is moved; another place every ten minutes, never more than 0.4. `steady`: seconds that the browser has run. */
export const shiftAt = (settings: Pick<Settings, 'shift'>, steady: number): readonly [number, number] => (settings.shift ? PATH[Math.floor(steady / SHIFT_SECONDS) % PATH.length]! : [0, 0]);

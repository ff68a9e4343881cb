/** Where the lines and columns of a unit's chart lie: pure geometry over shares 0–1 and counts. A day without a value is a gap, not a zero. */
import type { Figure, Rate } from './model';
import type { TrailPoint } from './unit';

export interface Frame { readonly width: number; readonly height: number; readonly left: number; readonly right: number; readonly columns: number }
export interface Chart {
  /** Lowest and highest share of the scale, per mille. */
  readonly from: number; readonly to: number;
  readonly x: (index: number) => number; readonly y: (share: number) => number;
}

const STEP = 50; // per mille: the scale begins and ends at whole 5 %
const known = (points: readonly TrailPoint[], rates: readonly Rate[]): readonly number[] =>
  points.flatMap((point) => rates.map((rate) => point.rates[rate])).filter((figure) => figure.denominator > 0).map((figure) => (figure.numerator * 1000) / figure.denominator);

/** A scale that holds all values of these rates, at least 10 points high. */
export function chart(points: readonly TrailPoint[], rates: readonly Rate[], frame: Frame): Chart {
  const values = known(points, rates);
  let from = Math.max(0, Math.floor((Math.min(1000, ...values) - 1) / STEP) * STEP);
  const to = Math.min(1000, Math.ceil((Math.max(0, ...values) + 1) / STEP) * STEP) || 1000;
  from = Math.max(0, Math.min(from, to - 100));
  const { width, height, left, right, columns } = frame;
  const [wide, tall] = [width - left - right, height - columns];
  return {
    from, to,
    x: (index) => left + (points.length < 2 ? wide : (index * wide) / (points.length - 1)),
    y: (share) => tall - ((share * 1000 - from) / (to - from)) * tall,
  };
}

const shareOf = ({ numerator, denominator }: Figure): number | null => (denominator === 0 ? null : numerator / denominator);

/** The line of a rate as SVG path data; broken where there is nothing. A single day between gaps is a short stroke. */
export function line(points: readonly TrailPoint[], rate: Rate, { x, y }: Chart): string {
  const runs: string[] = [];
  let run: string[] = [];
  const close = (): void => {
    if (run.length === 1) run.push('h.1');
    if (run.length > 0) runs.push(`M${run.join('L').replace('Lh', 'h')}`);
    run = [];
  };
  points.forEach((point, index) => {
    const share = shareOf(point.rates[rate]);
    if (share === null) close();
    else run.push(`${x(index).toFixed(1)} ${y(share).toFixed(1)}`);
  });
  close();
  return runs.join('');
}

/** Heights of the columns of n, the highest `frame.columns` less a gap; 0 for none. */
export function columns(points: readonly TrailPoint[], rate: Rate, frame: Frame): readonly number[] {
  const most = Math.max(1, ...points.map((point) => point.rates[rate].denominator));
  return points.map((point) => (point.rates[rate].denominator / most) * (frame.columns - 14));
}

/** The last point that has a value; -1 if none has. */
export const lastKnown = (points: readonly TrailPoint[], rate: Rate): number => points.findLastIndex((point) => point.rates[rate].denominator > 0);
/** Indices of about `wanted` days to write below, the first and the last among them. */
export const labelled = (points: readonly TrailPoint[], wanted: number): readonly number[] =>
  points.length === 0 ? [] : [...new Set(Array.from({ length: wanted }, (_, i) => Math.round((i * (points.length - 1)) / Math.max(1, wanted - 1))))];

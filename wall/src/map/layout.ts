/** Where everything of the cartogram lies on a canvas of `width` × `height`: paths, label points, lines of a name. Pure geometry. */
import { geoIdentity, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import danang from './danang.json';

interface Feature {
  readonly id: string;
  readonly properties: { readonly code: string; readonly name: string; readonly inset: boolean; readonly label: readonly number[] };
  readonly geometry: { readonly type: 'Polygon'; readonly coordinates: number[][][] };
}
export interface Shape { readonly code: string; readonly name: string; readonly inset: boolean; readonly path: string; readonly x: number; readonly y: number }
export interface Canvas { readonly width: number; readonly height: number; readonly inset: { readonly width: number; readonly height: number } }

export const WEB: Canvas = { width: 812, height: 726, inset: { width: 86, height: 56 } };
export const PHONE: Canvas = { width: 358, height: 334, inset: { width: 40, height: 28 } };

const features = danang.features as unknown as readonly Feature[];
const [x0, y0, x1, y1] = danang.bbox as [number, number, number, number];

export function shapes(canvas: Canvas): readonly Shape[] {
  const scale = Math.min(canvas.width / (x1 - x0), canvas.height / (y1 - y0));
  const projection = geoIdentity().reflectY(true).scale(scale).translate([-x0 * scale, y1 * scale]);
  const draw = geoPath(projection).digits(1);
  return features.map(({ properties, geometry }) => {
    const { code, name, inset } = properties;
    if (inset) return { code, name, inset, ...boxed(canvas) };
    const [x, y] = projection([properties.label[0] ?? 0, properties.label[1] ?? 0]) ?? [0, 0];
    return { code, name, inset, path: draw(geometry as GeoPermissibleObjects) ?? '', x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 };
  });
}

function boxed({ width, inset }: Canvas): Pick<Shape, 'path' | 'x' | 'y'> {
  const left = width - inset.width;
  return { path: `M${left} 1H${width - 1}V${inset.height}H${left}Z`, x: left + inset.width / 2, y: inset.height / 2 + 1 };
}

/** A name on one line or two, cut between syllables where both halves are shortest. */
export function linesOf(name: string, short = 9): readonly string[] {
  const words = name.split(' ');
  if (name.length <= short || words.length === 1) return [name];
  const halves = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(' '), words.slice(i + 1).join(' ')] as const);
  const widest = (half: readonly [string, string]): number => Math.max(half[0].length, half[1].length);
  return halves.reduce((best, half) => (widest(half) < widest(best) ? half : best));
}

export interface Point { readonly code: string; readonly x: number; readonly y: number }
export type Direction = 'left' | 'right' | 'up' | 'down';

/** The nearest point in a direction, distance to the side counting double; null at the edge. */
export function neighbour(points: readonly Point[], from: string, direction: Direction): string | null {
  const here = points.find((point) => point.code === from);
  if (here === undefined) return points[0]?.code ?? null;
  const sign = direction === 'right' || direction === 'down' ? 1 : -1;
  const flat = direction === 'left' || direction === 'right';
  let best: { code: string; cost: number } | null = null;
  for (const point of points) {
    const along = sign * (flat ? point.x - here.x : point.y - here.y);
    const aside = Math.abs(flat ? point.y - here.y : point.x - here.x);
    if (along <= 0.5) continue;
    const cost = along + 2 * aside;
    if (best === null || cost < best.cost) best = { code: point.code, cost };
  }
  return best?.code ?? null;
}

/** Where everything of a geometry lies on a canvas of `width` × `height`: paths, label points, lines of a name. Pure geometry. */
import { geoPath, geoTransform, type GeoPermissibleObjects } from 'd3-geo';

interface Feature {
  readonly id: string;
  readonly properties: { readonly name: string; readonly inset: boolean; readonly label: readonly number[] };
  readonly geometry: GeoPermissibleObjects;
}
/** A name outside the city, written in the middle of a place that it leaves free. */
export interface Around { readonly name: string; readonly english: string; readonly at: readonly [number, number] }
/** What GET /geometry gives: a cartogram (`planar`) or longitudes and latitudes; `bbox` of all that is not an inset. */
export interface Geometry { readonly planar: boolean; readonly bbox: readonly [number, number, number, number]; readonly around?: readonly Around[]; readonly features: readonly Feature[] }
/** `room`: the side of a square as large as the area, in px of the canvas; how much is drawn depends on it. */
export interface Shape { readonly code: string; readonly name: string; readonly inset: boolean; readonly path: string; readonly x: number; readonly y: number; readonly room: number }
export interface Canvas { readonly width: number; readonly height: number; readonly inset: { readonly width: number; readonly height: number } }

export const WEB: Canvas = { width: 812, height: 726, inset: { width: 86, height: 56 } };
export const PHONE: Canvas = { width: 358, height: 334, inset: { width: 40, height: 28 } };

/** What was sent, checked as far as it is drawn; null for what is no geometry. */
export function geometryOf(value: unknown): Geometry | null {
  const raw = value as Partial<Geometry> | null;
  const fits = typeof raw?.planar === 'boolean' && Array.isArray(raw.bbox) && raw.bbox.length === 4 && raw.bbox.every(Number.isFinite) && Array.isArray(raw.features);
  return fits && (raw.around === undefined || (Array.isArray(raw.around) && raw.around.every((one) => typeof one?.name === 'string' && Array.isArray(one.at)))) && (raw.features ?? []).every((one) => typeof one?.id === 'string' && Array.isArray(one.properties?.label)) ? (raw as Geometry) : null;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** North up, as large as fits, in the middle; a degree of longitude as wide as it is at the middle latitude. */
function projection({ planar, bbox: [x0, y0, x1, y1] }: Geometry, canvas: Canvas): (x: number, y: number) => [number, number] {
  const squeeze = planar ? 1 : Math.cos(((y0 + y1) / 2) * (Math.PI / 180));
  const scale = Math.min(canvas.width / ((x1 - x0) * squeeze), canvas.height / (y1 - y0));
  const [left, top] = [(canvas.width - (x1 - x0) * squeeze * scale) / 2, (canvas.height - (y1 - y0) * scale) / 2];
  return (x, y) => [left + (x - x0) * squeeze * scale, top + (y1 - y) * scale];
}

/** The names around the city, on the canvas. */
export function namesAround(geometry: Geometry, canvas: Canvas): readonly (Omit<Around, 'at'> & Omit<Point, 'code'>)[] {
  const at = projection(geometry, canvas);
  return (geometry.around ?? []).map(({ name, english, at: place }) => {
    const [x, y] = at(...place);
    return { name, english, x: tenth(x), y: tenth(y) };
  });
}

export function shapes(geometry: Geometry, canvas: Canvas): readonly Shape[] {
  const at = projection(geometry, canvas);
  const draw = geoPath(geoTransform({ point(x, y) { this.stream.point(...at(x, y)); } })).digits(1);
  let insets = 0;
  return geometry.features.map(({ id, properties: { name, inset, label }, geometry: area }) => {
    if (inset) return { code: id, name, inset, ...boxed(canvas, insets++) };
    const [x, y] = at(label[0] ?? 0, label[1] ?? 0);
    return { code: id, name, inset, path: draw(area) ?? '', x: tenth(x), y: tenth(y), room: tenth(Math.sqrt(Math.abs(draw.area(area)))) };
  });
}

/** Insets stand in the upper right corner, one below the other. */
function boxed({ width, inset }: Canvas, index: number): Pick<Shape, 'path' | 'x' | 'y' | 'room'> {
  const left = width - inset.width;
  const top = 1 + index * (inset.height + 20);
  return { path: `M${left} ${top}H${width - 1}V${top + inset.height - 1}H${left}Z`, x: left + inset.width / 2, y: top + inset.height / 2, room: inset.width };
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

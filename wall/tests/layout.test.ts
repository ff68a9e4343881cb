import { expect, test } from 'vitest';
import { geometryOf, linesOf, namesAround, neighbour, PHONE, shapes, WEB, type Geometry } from '../src/map/layout';
import { danang } from './danang';

const corners = (path: string): [number, number][] => [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

/** Crosses a ray to the right the ring an odd number of times. */
const inside = (ring: [number, number][], [x, y]: [number, number]): boolean =>
  ring.filter(([ax, ay], i) => { const [bx, by] = ring[(i + 1) % ring.length]!; return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax); }).length % 2 === 1;

test('all 94 units have a place, Hoàng Sa as an inset in the corner', () => {
  const places = shapes(danang, WEB);
  expect([places.length, new Set(places.map((place) => place.code)).size]).toEqual([94, 94]);
  expect(places.filter((place) => place.inset).map((place) => [place.code, place.path])).toEqual([['20333', 'M726 1H811V56H726Z']]);
});
test.each([['web', WEB], ['phone', PHONE]])('nothing lies outside the canvas: %s', (_, canvas) => {
  for (const { path, x, y, code } of shapes(danang, canvas)) {
    for (const [cx, cy] of [...corners(path), [x, y] as [number, number]]) expect(cx >= -0.5 && cx <= canvas.width + 0.5 && cy >= -0.5 && cy <= canvas.height + 0.5, `${code} ${cx},${cy}`).toBe(true);
  }
});
test('north is up: Hải Vân lies above Trà My', () => {
  const y = (name: string): number => shapes(danang, WEB).find((place) => place.name === name)?.y ?? NaN;
  expect(y('Hải Vân')).toBeLessThan(y('Trà My'));
});
test('what lies around the city is written outside of every cell', () => {
  const names = namesAround(danang, WEB);
  expect(names.map(({ name, english }) => [name, english])).toEqual([['Huế', 'Huế'], ['Lào', 'Laos'], ['Quảng Ngãi', 'Quảng Ngãi'], ['Biển Đông', 'East Sea']]);
  const cells = shapes(danang, WEB).map((place) => corners(place.path));
  const room = names.flatMap(({ x, y }) => [-22, 0, 22].flatMap((dx) => [-10, 4].map((dy): [number, number] => [x + dx, y + dy])));
  expect(room.filter((point) => cells.some((cell) => inside(cell, point)))).toEqual([]);
  expect(namesAround({ ...danang, around: [] }, WEB)).toEqual([]);
});
test('names break between syllables where both halves are shortest', () => {
  expect([linesOf('Hội An'), linesOf('Ngũ Hành Sơn'), linesOf('Điện Bàn Đông'), linesOf('Phước Thành')]).toEqual([['Hội An'], ['Ngũ', 'Hành Sơn'], ['Điện', 'Bàn Đông'], ['Phước', 'Thành']]);
});
test('arrow keys reach every cell', () => {
  const points = shapes(danang, WEB);
  const reached = new Set([points[0]!.code]);
  for (const code of reached) for (const direction of ['left', 'right', 'up', 'down'] as const) reached.add(neighbour(points, code, direction) ?? code);
  expect(reached.size).toBe(94);
});
test('at the edge there is no neighbour', () => expect(neighbour([{ code: 'a', x: 0, y: 0 }, { code: 'b', x: 5, y: 0 }], 'a', 'left')).toBeNull());

const square = (id: string, x: number, y: number, side = 1, inset = false) => ({
  id, properties: { name: id, inset, label: [x + side / 2, y + side / 2] }, geometry: { type: 'Polygon' as const, coordinates: [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]] },
});
const earth = (...features: Geometry['features'][number][]): Geometry => ({ planar: false, bbox: [108, 16, 110, 17], features });
test('longitudes and latitudes: a degree east is shorter than a degree north, and the map stands in the middle', () => {
  const [west, east] = shapes(earth(square('w', 108, 16), square('e', 109, 16)), WEB);
  const width = (east!.x - west!.x), height = WEB.width / (2 * Math.cos((16.5 * Math.PI) / 180));
  expect(width / height).toBeCloseTo(Math.cos((16.5 * Math.PI) / 180), 2);
  expect(west!.y).toBeCloseTo(WEB.height / 2, 0);
  expect(west!.room).toBeCloseTo(Math.sqrt(width * height), 0);
});
test('insets never lie on each other', () => {
  const [a, b] = shapes(earth(square('a', 112, 16, 1, true), square('b', 113, 8, 1, true)), WEB);
  expect([a!.path, b!.path]).toEqual(['M726 1H811V56H726Z', 'M726 77H811V132H726Z']);
});
test('what is no geometry is not drawn', () => {
  for (const wrong of [null, {}, { planar: true, bbox: [1, 2, 3], features: [] }, { planar: true, bbox: [0, 0, 1, 1], features: [{ id: 'a', properties: {} }] }]) expect(geometryOf(wrong)).toBeNull();
});

import { expect, test } from 'vitest';
import { linesOf, neighbour, PHONE, shapes, WEB } from '../src/map/layout';

const corners = (path: string): [number, number][] => [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

test('all 94 units have a place, Hoàng Sa as an inset in the corner', () => {
  const places = shapes(WEB);
  expect([places.length, new Set(places.map((place) => place.code)).size]).toEqual([94, 94]);
  expect(places.filter((place) => place.inset).map((place) => [place.code, place.path])).toEqual([['20333', 'M726 1H811V56H726Z']]);
});
test.each([['web', WEB], ['phone', PHONE]])('nothing lies outside the canvas: %s', (_, canvas) => {
  for (const { path, x, y, code } of shapes(canvas)) {
    for (const [cx, cy] of [...corners(path), [x, y] as [number, number]]) expect(cx >= -0.5 && cx <= canvas.width + 0.5 && cy >= -0.5 && cy <= canvas.height + 0.5, `${code} ${cx},${cy}`).toBe(true);
  }
});
test('north is up: Hải Vân lies above Trà My', () => {
  const y = (name: string): number => shapes(WEB).find((place) => place.name === name)?.y ?? NaN;
  expect(y('Hải Vân')).toBeLessThan(y('Trà My'));
});
test('names break between syllables where both halves are shortest', () => {
  expect([linesOf('Hội An'), linesOf('Ngũ Hành Sơn'), linesOf('Điện Bàn Đông'), linesOf('Phước Thành')]).toEqual([['Hội An'], ['Ngũ', 'Hành Sơn'], ['Điện', 'Bàn Đông'], ['Phước', 'Thành']]);
});
test('arrow keys reach every cell', () => {
  const points = shapes(WEB);
  const reached = new Set([points[0]!.code]);
  for (const code of reached) for (const direction of ['left', 'right', 'up', 'down'] as const) reached.add(neighbour(points, code, direction) ?? code);
  expect(reached.size).toBe(94);
});
test('at the edge there is no neighbour', () => expect(neighbour([{ code: 'a', x: 0, y: 0 }, { code: 'b', x: 5, y: 0 }], 'a', 'left')).toBeNull());

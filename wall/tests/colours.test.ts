/** C4: the shipped colours, read from the style sheet: how far the bands are apart for every kind of eye, and every contrast. */
import { readFileSync } from 'node:fs';
import { converter, differenceCiede2000, wcagContrast, type Color } from 'culori';
import { describe, expect, test } from 'vitest';
import { BANDS } from '../src/core/model';

const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');
type Tokens = Readonly<Record<string, string>>;
const block = (selector: string): Tokens => {
  const body = new RegExp(`(?:^|\\n)${selector.replaceAll('.', '\\.')} \\{([^}]*)\\}`).exec(css)?.[1];
  if (body === undefined) throw new Error(`tokens.css has no ${selector}`);
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9A-Fa-f]{6})/g)].map(([, name, value]) => [name!, value!]));
};
const [dark, light, official, officialLight] = [':root', ':root.light', ':root.official', ':root.official.light'].map(block) as [Tokens, Tokens, Tokens, Tokens];
const THEMES: readonly (readonly [string, Tokens])[] = [
  ['dark', dark], ['light', { ...dark, ...light }], ['official, dark', { ...dark, ...official }], ['official, light', { ...dark, ...light, ...official, ...officialLight }],
];
const COLOURED = BANDS.filter((band) => band !== 'none');

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
const EYES = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;
const linear = converter('lrgb');
function seenBy(eye: keyof typeof EYES, colour: string): Color {
  const [a, b, c, d, e, f, g, h, i] = EYES[eye];
  const { r, g: green, b: blue } = linear(colour)!;
  const held = (value: number): number => Math.min(1, Math.max(0, value));
  return { mode: 'lrgb', r: held(a * r + b * green + c * blue), g: held(d * r + e * green + f * blue), b: held(g * r + h * green + i * blue) };
}
const apart = differenceCiede2000();

test('the eyes of the test are what they are named for: red and green fall together for two of them, blue and green for the third', () => {
  const between = (eye: keyof typeof EYES, one: string, other: string): number => apart(seenBy(eye, one), seenBy(eye, other));
  expect(between('normal', '#B8860B', '#6B8E23')).toBeGreaterThan(20);
  expect(between('deutan', '#B8860B', '#6B8E23')).toBeLessThan(12);
  expect(between('tritan', '#00A0A0', '#00A060')).toBeLessThan(between('normal', '#00A0A0', '#00A060'));
  expect(between('normal', '#38A3D1', '#38A3D1')).toBe(0);
});

describe.each(THEMES)('%s', (_, tokens) => {
  const colour = (name: string): string => tokens[name] ?? expect.fail(`no --${name}`);

  test.each(Object.keys(EYES) as (keyof typeof EYES)[])('any two bands are at least 10 apart (CIEDE2000) for %s eyes, also from an empty cell and a silent one', (eye) => {
    const grounds = ['surface', 'old-stripe', 'old-halo'];
    for (const [i, one] of COLOURED.entries()) {
      for (const other of [...COLOURED.slice(i + 1), ...grounds]) expect(apart(seenBy(eye, colour(one)), seenBy(eye, colour(other))), `${one} ${other}`).toBeGreaterThanOrEqual(10);
    }
  });
  test('what is written on a band, on a silent cell and on every ground is at least 4.5 : 1', () => {
    for (const band of COLOURED) expect(wcagContrast(colour(`on-${band}`), colour(band)), band).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['ground', 'surface', 'surface-2']) for (const ink of ['text', 'muted']) expect(wcagContrast(colour(ink), colour(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['old-stripe', 'old-halo']) expect(wcagContrast(colour('old-ink'), colour(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });
  test('every mark stands out from every ground by 3 : 1, by its fill or its edge; a hollow one and a silent one by their edge', () => {
    for (const ground of ['ground', 'surface', 'surface-2']) {
      const stands = (...names: string[]): number => Math.max(...names.map((name) => wcagContrast(colour(name), colour(ground))));
      for (const band of COLOURED) {
        expect(stands(band, `edge-${band}`), `mark ${band} on ${ground}`).toBeGreaterThanOrEqual(3);
        expect(stands(band, 'seam'), `cell ${band} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
      for (const edge of ['none', 'old-edge', 'focus']) expect(stands(edge), `${edge} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
});

test('no colour of a band stands anywhere but in the tokens', () => {
  const own = new Set(THEMES.flatMap(([, tokens]) => COLOURED.map((band) => tokens[band]!.toLowerCase())));
  for (const file of ['map', 'page']) {
    const text = readFileSync(new URL(`../src/styles/${file}.css`, import.meta.url), 'utf8').toLowerCase();
    for (const value of own) expect(text.includes(value), `${value} in ${file}.css`).toBe(false);
  }
});
test('each band has a pattern of its own beside its colour, and only a silent feed the diagonal', () => {
  const patterns = readFileSync(new URL('../src/map/CityMap.tsx', import.meta.url), 'utf8');
  for (const band of COLOURED.filter((name) => name !== 'green')) {
    expect(patterns).toContain(`id="pattern-${band}"`);
    expect(css).toContain(`.p-${band} {`);
  }
  expect(patterns.match(/rotate\(45\)/g)?.length).toBe(1);
  expect(/p-(yellow|orange|red) \{[^}]*(45|135)deg/.test(css)).toBe(false);
});

/** Every character that a page can show is in the fonts we ship, so that a page is drawn alike on a machine that has no other font. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import ts from 'typescript';
import { expect, test } from 'vitest';

const WALL = join(import.meta.dirname, '..');
const FONTS_CSS = readFileSync(join(WALL, 'src/styles/fonts.css'), 'utf8');
const CMAP = 0; // of the tables that woff2 knows by number
const OTHER_TAG = 63;
const [GLYF, LOCA] = [10, 11];

/** An integer of seven bits a byte, the first bit saying whether more follow. */
function base128(bytes: Buffer, at: number): readonly [number, number] {
  let [value, next] = [0, at];
  for (;;) {
    const byte = bytes.readUInt8(next);
    [value, next] = [value * 128 + (byte & 127), next + 1];
    if (byte < 128) return [value, next];
  }
}

/** The cmap table of a woff2 font: its tables lie one after another in one brotli stream (W3C WOFF 2.0 §4). */
function cmapOf(font: Buffer): Buffer {
  let [at, offset, found] = [48, 0, [0, 0] as readonly [number, number]];
  for (let table = 0; table < font.readUInt16BE(12); table += 1) {
    const flags = font.readUInt8(at);
    const tag = flags & 63;
    at += tag === OTHER_TAG ? 5 : 1;
    let [length, next] = base128(font, at);
    const isGlyphs = tag === GLYF || tag === LOCA;
    if (isGlyphs ? flags >> 6 !== 3 : flags >> 6 !== 0) [length, next] = base128(font, next); // as it lies in the stream
    if (tag === CMAP) found = [offset, length];
    [at, offset] = [next, offset + length];
  }
  const [from, length] = found;
  return brotliDecompressSync(font.subarray(at, at + font.readUInt32BE(20))).subarray(from, from + length);
}

/** Code points that a format 4 or 12 subtable has a glyph for (OpenType, cmap). */
function pointsOf(cmap: Buffer): Set<number> {
  const points = new Set<number>();
  const add = (first: number, last: number): void => { for (let point = first; point <= last && point < 0xffff; point += 1) points.add(point); };
  for (let record = 0; record < cmap.readUInt16BE(2); record += 1) {
    const table = cmap.subarray(cmap.readUInt32BE(8 + 8 * record));
    const format = table.readUInt16BE(0);
    if (format === 12) for (let group = 0; group < table.readUInt32BE(12); group += 1) add(table.readUInt32BE(16 + 12 * group), table.readUInt32BE(20 + 12 * group));
    if (format === 4) for (let pairs = table.readUInt16BE(6), segment = 0; segment < pairs; segment += 2) add(table.readUInt16BE(16 + pairs + segment), table.readUInt16BE(14 + segment));
  }
  return points;
}

const number = (hex: string): number => Number.parseInt(hex, 16);
/** Code points that a browser takes from a shipped file: those it has a glyph for and is asked for by its unicode-range. */
const shipped = new Set([...FONTS_CSS.matchAll(/url\('([^']+)'\)[^;]*;\s*unicode-range:([^;]+);/g)].flatMap(([, file, ranges]) => {
  const points = pointsOf(cmapOf(readFileSync(join(WALL, 'node_modules', file as string))));
  const asked = (ranges as string).split(',').map((range) => range.trim().slice(2).split('-').map(number));
  return [...points].filter((point) => asked.some(([first = 0, last = first]) => point >= first && point <= last));
}));
const missing = (words: string): readonly string[] => [...new Set(words)].filter((sign) => sign >= ' ' && !shipped.has(sign.codePointAt(0) as number));

/** All that stands in string literals, templates and JSX of a source. */
function wordsOf(file: string): string {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) || ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS));
  return found.join('');
}
const files = (folder: string, kind: RegExp): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => kind.test(file)).map((file) => join(folder, file));

test('the shipped fonts are read: they have letters, and they lack what they lack', () => {
  expect(shipped.size).toBeGreaterThan(300);
  expect(missing('Đúng hẹn 0–9 − ± …')).toEqual([]);
  expect(missing('a≥漢')).toEqual(['≥', '漢']);
});
test('every Vietnamese letter with every tone', () => {
  const letters = [...'aăâeêioôơuưy'].flatMap((vowel) => ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map((tone) => (vowel + tone).normalize('NFC'))).join('') + 'đ';
  expect(letters).toHaveLength(73);
  expect(missing(letters + letters.toLocaleUpperCase('vi'))).toEqual([]);
});
test('every sentence, sign and style of the pages', () => {
  const sources = files(join(WALL, 'src'), /\.tsx?$/).filter((file) => !/docs\.ts$|api\.ts$|\.d\.ts$/.test(file));
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.map((file) => [file, missing(wordsOf(file))]).filter(([, signs]) => signs?.length)).toEqual([]);
  const styles = files(join(WALL, 'src/styles'), /\.css$/).map((file) => readFileSync(file, 'utf8').replace(/\/\*.*?\*\//gs, ''));
  expect(missing(styles.flatMap((style) => [...style.matchAll(/content: '([^']*)'/g)].map(([, sign]) => sign)).join(''))).toEqual([]);
});
test('every name of the city that the repository has', () => {
  const names = files(join(WALL, '../dunghen/domain/data'), /\.(json|geojson|ya?ml|toml|csv)$/);
  expect(names.length).toBeGreaterThan(0);
  expect(names.map((file) => [file, missing(readFileSync(file, 'utf8'))]).filter(([, signs]) => signs?.length)).toEqual([]);
});

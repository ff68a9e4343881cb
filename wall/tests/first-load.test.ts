import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUILT = join(import.meta.dirname, '../../services/api/static');
const KIB = 1024;
const PAGES = ['index.html', 'wall.html', 'officials.html', 'desk.html'];
const size = (file: string): number => gzipSync(readFileSync(join(BUILT, file))).length;
const page = (name: string): string => readFileSync(join(BUILT, name), 'utf8');
/** Script and style that a page asks for by itself. */
const asked = (name: string): readonly string[] => [...page(name).matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file as string);

test('the pages are built', () => expect(existsSync(join(BUILT, 'index.html')), 'npm run build').toBe(true));
test.each(PAGES)('the first load of script and style of %s is at most 120 KB, the map apart', (name) => {
  const files = asked(name);
  expect(files.length).toBeGreaterThan(1);
  expect(files.reduce((sum, file) => sum + size(file), 0)).toBeLessThan(120 * KIB);
  expect(files.filter((file) => readFileSync(join(BUILT, file), 'utf8').includes('"Polygon"'))).toEqual([]);
});
test.each([...PAGES, 'docs.html'])('no script and no style stands in %s itself, since the server allows only files of its own', (name) => {
  expect(page(name)).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=/);
});
test('the element is one script of at most 60 KB that asks for no other file', () => {
  expect(size('ban-do-the-che.js')).toBeLessThan(60 * KIB);
  expect(readFileSync(join(BUILT, 'ban-do-the-che.js'), 'utf8')).not.toMatch(/\bimport\s*\(|assets\//);
  expect(readdirSync(BUILT).filter((file) => file.endsWith('.css'))).toEqual([]);
});

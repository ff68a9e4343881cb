import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import ts from 'typescript';

const SOURCE = join(import.meta.dirname, '../src');
/** Attributes that are read or heard. */
const SPOKEN = new Set(['title', 'aria-label', 'placeholder', 'alt', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'label']);
/** The same in both languages. */
const SYMBOLS = /^[\s\d\p{P}\p{S}]*$|^n( =)?$/u;
/** A proper name. */
const NAMES = new Set(['Hoàng Sa']);
/** Vietnamese or a sentence: what no identifier, class or path looks like. */
const PROSE = /[À-ỹđĐ]|^[A-Z][a-z]+( [a-z]+)+/;

/** Words that a person would see and that do not come from the dictionaries, as "file: words". */
export function strayWords(file: string, source: string): readonly string[] {
  const found: string[] = [];
  const told = (words: string): void => void (SYMBOLS.test(words.trim()) || NAMES.has(words.trim()) || found.push(`${file}: ${words.trim()}`));
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) told(node.text);
    else if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText()) && node.initializer && ts.isStringLiteral(node.initializer)) {
      const component = /^[A-Z]/.test((node.parent.parent as ts.JsxOpeningLikeElement).tagName.getText()); // a component's own property may be a key of the dictionaries
      if (!component) told(node.initializer.text);
    } else if ((ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) && !ts.isImportDeclaration(node.parent) && !ts.isJsxAttribute(node.parent) && PROSE.test(node.text)) told(node.text);
    else if (ts.isTemplateExpression(node) && [node.head, ...node.templateSpans.map((span) => span.literal)].some((part) => PROSE.test(part.text))) told(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS));
  return found;
}

const views = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx')).sort();
test('every word on screen comes from the dictionaries', () => {
  expect(views.length).toBeGreaterThan(15);
  expect(views.flatMap((file) => strayWords(file, readFileSync(join(SOURCE, file), 'utf8')))).toEqual([]);
});
test('a word of its own in a view is found', () => {
  expect(strayWords('a.tsx', '<p title="Hello there">Số liệu {n} % · <b aria-label="Close">×</b>{"Not yet here"}{`cũ ${age}`}</p>')).toHaveLength(5);
  expect(strayWords('a.tsx', '<p class="big one" data-x="yes">{n} % › {say("held")}</p>')).toEqual([]);
});

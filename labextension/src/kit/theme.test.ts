import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = 'labextension/style/';
const sheets = readdirSync(folder).filter(name => name.endsWith('.css'));
const read = (name: string): string => readFileSync(folder + name, 'utf8');

it('every colour of the theme that a style sheet uses is taken away where widgets do not follow it', () => {
  const used = sheets.flatMap(name => [...read(name).matchAll(/var\((--jp-[\w-]+)/g)].map(found => found[1]));
  const colours = new Set(used.filter(name => !/font-family|font-size/.test(name)));
  const rule = read('base.css').split("body[data-fastwidgets-theme='light'] .fw-Live {").at(-1)!;
  expect(colours.size).toBeGreaterThan(10);
  expect([...colours].filter(name => !rule.includes(`${name}: initial;`))).toEqual([]);
});

it('every colour of the theme has one beside it that holds without', () => {
  const bare = sheets.flatMap(name => [...read(name).matchAll(/var\(--jp-[\w-]+\)/g)].map(found => found[0]));
  expect(bare).toEqual([]);
});

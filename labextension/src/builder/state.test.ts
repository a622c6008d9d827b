import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BuilderField, BuilderHealth, BuilderResult, BuilderState } from '../contract/builder';
import { barWords, healthLine, NO_HEALTH, NO_STATE, parsed, shown, stepLine, typeOf, widths } from './state';

const messages = JSON.parse(readFileSync('tests/contract/builder.json', 'utf8')) as {
  to_browser: { content: { kind: string } }[];
};
const golden = messages.to_browser.map(message => message.content);
const of = <T>(kind: string, step = ''): T =>
  golden.find(one => one.kind === kind && (!step || (one as BuilderResult).step === step)) as T;
const field = (kind: BuilderField['kind'], value: BuilderField['value'] = ''): BuilderField => ({
  step: 'split',
  name: 'part',
  label: 'For validation',
  kind,
  value,
  options: [],
  hint: ''
});

describe('the lines below the steps', () => {
  it('say what was found, as Python sends it', () => {
    const [state, health] = [of<BuilderState>('state'), of<BuilderHealth>('health')];
    expect(stepLine('source', state, health, of('result', 'source'))).toBe('9 items, 3 classes.');
    expect(stepLine('split', state, health, of('result', 'split'))).toMatch(/ for training, \d+ for validation/);
    expect(stepLine('item', state, health)).toBe('Size in pixels 32, Fit crop');
    expect(stepLine('health', state, health)).toMatch(/^⚠ \d+ problems?$/);
  });

  it('say what went wrong, and nothing without a folder', () => {
    const open = { ...NO_STATE, open: true };
    const broken = { ...of<BuilderResult>('result', 'source'), error: 'There is no folder.' };
    expect(stepLine('source', open, NO_HEALTH, broken)).toBe('There is no folder.');
    expect(stepLine('source', open, NO_HEALTH)).toBe('…');
    expect(stepLine('source', NO_STATE, NO_HEALTH, broken)).toBe('');
  });

  it('tell how far the check of the files is', () => {
    const checking = { what: 'Checking the files', done: 5, total: 20 };
    expect(healthLine(NO_HEALTH)).toBe('Not checked yet');
    expect(healthLine({ ...NO_HEALTH, checking })).toBe('25 % checked');
    expect(healthLine({ ...NO_HEALTH, checking: { ...checking, total: 0 } })).toBe('Checking …');
    expect(healthLine({ ...NO_HEALTH, checked: true })).toBe('✓ No problem');
    const trouble = 'The data cannot be checked yet: Where do the labels come from?';
    expect(healthLine({ ...NO_HEALTH, checked: true, trouble })).toBe('Not checked yet');
  });
});

describe('what is typed into a field', () => {
  it('is a number where one is wanted, or refused', () => {
    expect(['0.2', ' 0,25 ', '', 'x', '1e3'].map(text => parsed(field('number'), text))).toEqual([
      0.2,
      0.25,
      null,
      null,
      1000
    ]);
    expect(['7', '7.5'].map(text => parsed(field('whole'), text))).toEqual([7, null]);
  });

  it('is a list of names, or stays as it is', () => {
    expect(parsed(field('names'), 'road, car ,,')).toEqual(['road', 'car']);
    expect(parsed(field('text'), ' a ')).toBe(' a ');
    expect(shown(field('names', ['road', 'car']))).toBe('road, car');
  });
});

describe('bars and pictures', () => {
  it('share the width of the largest class', () => {
    expect(widths({ train: 30, valid: 10 }, 40)).toEqual([75, 25]);
    expect(widths({ train: 0, valid: 0 }, 0)).toEqual([0, 0]);
    expect([barWords({ train: 1200, valid: 0 }, false), barWords({ train: 8, valid: 2 }, true)]).toEqual([
      '1,200',
      '8 + 2'
    ]);
  });

  it('are known by their first byte', () => {
    expect(typeOf(new DataView(new Uint8Array([0x89, 0x50]).buffer))).toBe('image/png');
    expect(typeOf(new DataView(new Uint8Array([0xff, 0xd8]).buffer))).toBe('image/jpeg');
  });
});

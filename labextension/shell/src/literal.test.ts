import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { pythonString } from './literal';
import { cellFor, cellForLost, cellForRun } from './openers';

vi.mock('@jupyterlab/ui-components', () => ({ LabIcon: class {} })); // its icons need a browser

const NASTY = [
  `it's "quoted"`,
  'two\nlines\r\tand tabs',
  '<img src=x onerror=alert(1)>',
  'C:\\new\\table',
  'ends in \\',
  '..',
  'größe 图 🐈',
  '\u202egnp.exe\u2028\u00a0\u200b',
  '"); import os; os.system("rm -rf ~") #',
  '{braces} %s $HOME `x`',
  '\u0000\u007f'
];

describe('a name in a cell', () => {
  it('is the same name in Python, whatever is in it', () => {
    const list = `[${NASTY.map(pythonString).join(',')}]`;
    const input = `import json, ast\nprint(json.dumps(ast.literal_eval(${JSON.stringify(list)})))`;
    const python = spawnSync('python3', ['-'], { input, encoding: 'utf8' });
    expect(python.stderr).toBe('');
    expect(JSON.parse(python.stdout)).toEqual(NASTY);
  }, 30_000);

  it.each(NASTY)('%j stays on its line, and shows all that is in it', name => {
    expect(pythonString(name)).not.toMatch(/[^\P{C}]|[\u2028\u2029\u00a0]/u);
  });

  it('is written as it is where it is harmless', () => {
    expect(pythonString('pets/größe 图')).toBe('"pets/größe 图"');
  });
});

describe('a cell', () => {
  it.each([
    ['Labeler', 'pets', 'from fastwidgets import Labeler\n\nLabeler("pets")'],
    ['DataBlockBuilder', '', 'from fastwidgets import DataBlockBuilder\n\nDataBlockBuilder(".")'],
    ['ImageCleaner', '~', 'from fastwidgets import ImageCleaner\n\nImageCleaner("./~")'],
    ['DicomViewer', 'a"\nb', 'from fastwidgets import DicomViewer\n\nDicomViewer("a\\"\\x0ab")']
  ])('opens a folder with %s', (widget, path, code) => {
    expect(cellFor(widget, path)).toBe(code);
  });

  it('reads a run, and shows a lost widget again', () => {
    expect(cellForRun('runs/2026-11-21')).toContain('run = Run("runs/2026-11-21")');
    expect(cellForLost('0a1b')).toBe('from fastwidgets import reattach\n\nreattach("0a1b")');
  });
});

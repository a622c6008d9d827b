import { CommandRegistry } from '@lumino/commands';
import { nullTranslator } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { beforeEach, expect, it, vi } from 'vitest';
import { Commands } from './commands';
import type { INotebook } from './contents';
import { openers } from './openers';
import { currentFolder } from './shell';

const { askFolder, showCell } = vi.hoisted(() => ({ askFolder: vi.fn(), showCell: vi.fn() }));
vi.mock('./dialogs', () => ({ askFolder, showCell }));
vi.mock('@jupyterlab/ui-components', () => ({ LabIcon: class {} })); // its icons need a browser

const trans = nullTranslator.load('fastwidgets');
const data = ['work', 'work/pets'].map(folder => ({ folder, pictures: 1, scans: 0, tables: 0 }));
let saved: Map<string, string>;
let opened: string[];
let commands: CommandRegistry;
let app: never;

/** A file browser inside another widget, as in Notebook 7, with `selected` in it. */
function browser(path: string, selected: { path: string; type: string }[]): Widget {
  const found = Object.assign(new Widget(), { model: { path }, selectedItems: () => selected });
  found.node.append(document.createElement('li'));
  const around = new Panel();
  around.addWidget(found);
  return around;
}

function build(main: unknown[], left: Widget[] = []): void {
  saved = new Map();
  opened = [];
  commands = new CommandRegistry();
  commands.addCommand('docmanager:open', { execute: ({ path }) => void opened.push(path as string) });
  const save = (path: string, { content }: { content: INotebook & { cells: { source?: string }[] } }) =>
    Promise.resolve(saved.set(path, content.cells[0].source!));
  const contents = { get: () => Promise.resolve({ content: [] }), save, localPath: (path: string) => path };
  const shell = { widgets: (area: string) => (area === 'main' ? main : area === 'left' ? left : []) };
  const contextMenuHitTest = () => left[0]?.node.querySelector('li') ?? undefined;
  app = { commands, shell, contextMenuHitTest, serviceManager: { contents, kernelspecs: { specs: null } } } as never;
  const ask = (folder: string) => Promise.resolve({ folder, whole: true, widgets: [], journals: [], data, runs: [] });
  new Commands(app, openers(trans), ask, trans).add();
}

beforeEach(() => {
  askFolder.mockReset();
  showCell.mockReset();
});

it('the menu on a folder makes a notebook beside it, and asks nothing', async () => {
  build(
    [],
    [
      browser('work', [
        { path: 'work/a.txt', type: 'file' },
        { path: `work/it's "x"`, type: 'directory' }
      ])
    ]
  );
  await commands.execute('fastwidgets:build', { selected: true });
  expect([...saved]).toEqual([
    ['work/data-set.ipynb', `from fastwidgets import DataBlockBuilder\n\nDataBlockBuilder("it's \\"x\\"")`]
  ]);
  expect(opened).toEqual(['work/data-set.ipynb']);
  expect(askFolder).not.toHaveBeenCalled();
  expect(commands.label('fastwidgets:build', { selected: true })).toBe('Build a data set');
});

it('a card asks for a folder and offers the data sets that lie there', async () => {
  build([], [browser('other', [])]);
  askFolder.mockResolvedValue('pets');
  await commands.execute('fastwidgets:label', { cwd: 'work' });
  expect(askFolder.mock.lastCall![1]).toEqual(['.', 'pets']);
  expect([...saved]).toEqual([['work/label-images.ipynb', 'from fastwidgets import Labeler\n\nLabeler("pets")']]);
});

it('who turns back in that dialog gets nothing', async () => {
  build([], [browser('', [])]);
  askFolder.mockResolvedValue(undefined);
  await commands.execute('fastwidgets:clean', {});
  expect(saved.size + opened.length).toBe(0);
});

it('where nothing can be written the cell is shown with the reason', async () => {
  build([]);
  const { contents } = (app as { serviceManager: { contents: { save: unknown } } }).serviceManager;
  contents.save = () => Promise.reject(new Error('Permission denied'));
  await commands.execute('fastwidgets:dicom', { folder: 'scans' });
  const [code, why] = showCell.mock.lastCall as string[];
  expect(code).toContain('DicomViewer("scans")');
  expect(why).toContain('Permission denied');
});

it('a run is read from beside its folder of runs', async () => {
  build([]);
  await commands.execute('fastwidgets:read-run', { folder: 'work/runs/r1' });
  expect(saved.get('work/run.ipynb')).toContain('Run("runs/r1")');
});

function notebook(path: string, readOnly = false) {
  const sources: string[] = ['1'];
  const insertCell = (at: number, { source }: { source: string }): void => void sources.splice(at, 0, source);
  const content = { widgets: sources, activeCellIndex: 0, model: { readOnly, sharedModel: { insertCell } } };
  const widget = Object.assign(new Widget(), { context: { path, ready: Promise.resolve() }, content });
  return { widget, sources };
}

it('a lost widget comes as the last cell of its notebook, or to be copied where that cannot be written', async () => {
  const [free, fixed] = [notebook('work/a.ipynb'), notebook('b.ipynb', true)];
  build([free.widget, fixed.widget]);
  await commands.execute('fastwidgets:reattach', { notebook: 'work/a.ipynb', model: 'm1' });
  expect(free.sources).toEqual(['1', 'from fastwidgets import reattach\n\nreattach("m1")']);
  expect(showCell).not.toHaveBeenCalled();
  await commands.execute('fastwidgets:reattach', { notebook: 'b.ipynb', model: 'm2' });
  expect(showCell.mock.lastCall![0]).toContain('reattach("m2")');
  expect(opened).toEqual(['work/a.ipynb', 'b.ipynb']);
});

it('the folder is that of the file browser, else that of the notebook', () => {
  build([notebook('work/a.ipynb').widget], [browser('other', [])]);
  expect(currentFolder(app)).toBe('other');
  build([notebook('work/a.ipynb').widget]);
  expect(currentFolder(app)).toBe('work');
});

import { expect, it } from 'vitest';
import { split, within, type INotebook } from './contents';
import { newNotebook } from './notebook';

const python = { display_name: 'Python 3', language: 'python' };
const specs = (chosen: string, kernelspecs: object) => ({ specs: { default: chosen, kernelspecs } }) as never;

function folder(...names: string[]) {
  const saved = new Map<string, INotebook>();
  const get = () => Promise.resolve({ content: names.map(name => ({ name })) });
  const save = (path: string, { content }: { content: INotebook }) => Promise.resolve(saved.set(path, content));
  return { saved, contents: { get, save } };
}

it('a notebook holds the cell, not run, for the kernel of Python', async () => {
  const { saved, contents } = folder();
  const kernels = specs('r', { r: { display_name: 'R', language: 'R' }, python3: python });
  expect(await newNotebook(contents, kernels, 'work', 'label-images', '1 + 1')).toBe('work/label-images.ipynb');
  expect(saved.get('work/label-images.ipynb')).toMatchObject({
    metadata: { kernelspec: { name: 'python3', language: 'python' } },
    cells: [{ cell_type: 'code', source: '1 + 1', outputs: [], execution_count: null }]
  });
});

it.each([
  [['data-set.ipynb'], 'data-set-2.ipynb'],
  [['data-set.ipynb', 'data-set-2.ipynb'], 'data-set-3.ipynb'],
  [['data-set-2.ipynb'], 'data-set.ipynb']
])('beside %j it is called %s: nothing is written over', async (names, path) => {
  const { saved, contents } = folder(...names);
  expect(await newNotebook(contents, specs('python3', { python3: python }), '', 'data-set', '1')).toBe(path);
  expect([...saved.keys()]).toEqual([path]);
});

it('where there is no kernel of Python, JupyterLab asks for one', async () => {
  const { saved, contents } = folder();
  await newNotebook(contents, { specs: null }, '', 'dicom', '1');
  expect(saved.get('dicom.ipynb')).toMatchObject({ metadata: {} });
});

it.each([
  ['', '', '', ''],
  ['pets', '', '', 'pets'],
  ['work/pets', '', 'work', 'pets'],
  ['RTC:', 'RTC:', 'RTC:', ''],
  ['RTC:pets', 'RTC:', 'RTC:', 'pets'],
  ['RTC:work/pets', 'RTC:', 'RTC:work', 'pets'],
  ['10:30/a', '', '10:30', 'a'],
  ['C:\\pets', '', '', 'C:\\pets']
])('%j of the drive %j lies in %j and is called %j there', (path, drive, cwd, name) => {
  expect(split(path, drive)).toEqual([cwd, name]);
  expect(name ? within(cwd, name) : cwd).toBe(path);
});

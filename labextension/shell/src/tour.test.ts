import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { INotebook } from './contents';
import { tourIn } from './tour';

const read = (name: string) => JSON.parse(readFileSync(`examples/${name}`, 'utf8')) as INotebook;
const tour = read('01_tour.ipynb');
const inside = read('02_inside_vision_learner.ipynb');

/** A contents manager that holds its files in a map by path; a folder is what its files lie in. */
class Files extends Map<string, INotebook> {
  asked: string[] = [];
  // @ts-expect-error -- a contents manager's `get`, not a map's
  get(folder: string): Promise<unknown> {
    this.asked.push(folder);
    const start = folder === '' || folder.endsWith(':') ? folder : `${folder}/`;
    const below = [...this.keys()].filter(path => path.startsWith(start)).map(path => path.slice(start.length));
    return Promise.resolve({ content: [...new Set(below.map(path => path.split('/')[0]))].map(name => ({ name })) });
  }
  save(path: string, options: { content: INotebook }): Promise<unknown> {
    return Promise.resolve(this.set(path, options.content));
  }
}

it.each([
  ['', 'fastwidgets-tour.ipynb'],
  ['lessons/one', 'lessons/one/fastwidgets-tour.ipynb'],
  ['RTC:', 'RTC:fastwidgets-tour.ipynb']
])('in the folder "%s" the tour is %s', async (cwd, path) => {
  const files = new Files();
  expect(await tourIn(files, cwd, tour)).toBe(path);
  expect([...files.keys()]).toEqual([path]);
  expect(files.asked).toEqual([cwd]); // nothing that might not be there: the console stays clean
});

it.each([
  ['', 'notebooks/01_tour.ipynb'],
  ['RTC:', 'RTC:notebooks/01_tour.ipynb'],
  ['notebooks', 'notebooks/01_tour.ipynb'],
  ['lessons', 'lessons/01_tour.ipynb']
])('from the folder "%s" the tour that is there as %s is opened, and nothing written', async (cwd, path) => {
  const files = new Files();
  files.set(path, tour);
  expect(await tourIn(files, cwd, tour, { 'more.ipynb': inside })).toBe(path);
  expect([...files.keys()]).toEqual([path]);
});

it('a folder below another root is not searched', async () => {
  const files = new Files();
  files.set('lessons/notebooks/01_tour.ipynb', tour);
  expect(await tourIn(files, 'lessons', tour)).toBe('lessons/fastwidgets-tour.ipynb');
});

it('the notebook that the tour sends its readers to lies beside it', async () => {
  const files = new Files();
  const name = '02_inside_vision_learner.ipynb';
  expect(JSON.stringify(tour)).toContain(name);
  await tourIn(files, 'lessons', tour, { [name]: inside });
  expect([...files.keys()]).toEqual([`lessons/${name}`, 'lessons/fastwidgets-tour.ipynb']);
});

it('is written without outputs, and otherwise as it is', async () => {
  const files = new Files();
  const ran = { ...tour, cells: [{ cell_type: 'code', source: '1', outputs: [{}], execution_count: 7 }] };
  await tourIn(files, '', ran);
  const cell = { cell_type: 'code', source: '1', outputs: [], execution_count: null };
  expect([...files.values()]).toEqual([{ ...tour, cells: [cell] }]);
});

it('what somebody has changed in it stays', async () => {
  const files = new Files();
  const own = { cells: [] };
  files.set('fastwidgets-tour.ipynb', own);
  files.set('more.ipynb', own);
  await tourIn(files, '', tour, { 'more.ipynb': inside });
  expect([...files.values()]).toEqual([own, own]);
});

it('a folder that may not be read is no reason to write into it', async () => {
  const files = new Files();
  files.get = () => Promise.reject(Object.assign(new Error(), { response: { status: 403 } }));
  await expect(tourIn(files, '', tour)).rejects.toMatchObject({ response: { status: 403 } });
  expect(files.size).toBe(0);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tourIn, type INotebook } from './tour';

const tour = JSON.parse(readFileSync('examples/01_tour.ipynb', 'utf8')) as INotebook;

/** A contents manager that holds its files in a map; `status` is how it answers for a file that is not there. */
class Files extends Map<string, INotebook> {
  constructor(private _status = 404) {
    super();
  }
  // @ts-expect-error -- a contents manager's `get`, not a map's
  get(path: string): Promise<unknown> {
    const missing = Object.assign(new Error(path), { response: { status: this._status } });
    return this.has(path) ? Promise.resolve() : Promise.reject(missing);
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
  await tourIn(files, '', tour);
  expect([...files.values()]).toEqual([own]);
});

it('a folder that may not be read is no reason to write into it', async () => {
  const files = new Files(403);
  await expect(tourIn(files, '', tour)).rejects.toMatchObject({ response: { status: 403 } });
  expect(files.size).toBe(0);
});

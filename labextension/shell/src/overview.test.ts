import { nullTranslator } from '@jupyterlab/translation';
import { expect, it, vi } from 'vitest';
import { askOverview } from './overview';

vi.mock('@jupyterlab/services', () => ({ ServerConnection: { makeRequest } }));

const { makeRequest } = vi.hoisted(() => ({ makeRequest: vi.fn() }));
const trans = nullTranslator.load('fastwidgets');
const settings = { baseUrl: 'http://host/x/y/' } as never;
const ask = (folder = '') => askOverview(settings, folder, trans);
const answer = (status: number, body: string) => makeRequest.mockResolvedValue(new Response(body, { status }));

it('asks below the base path, whatever the folder is called', async () => {
  answer(200, '{"folder": "a"}');
  expect(await ask('a & "b"/?#ö')).toEqual({ folder: 'a' });
  const url = new URL(makeRequest.mock.lastCall![0] as string);
  expect(url.pathname).toBe('/x/y/fastwidgets/overview');
  expect(url.searchParams.get('folder')).toBe('a & "b"/?#ö');
});

it.each([
  [404, '{"why": "no folder"}', /Choose another one in the file browser/],
  [403, '{"why": "no right"}', /may not be read/],
  [404, '<html>', /extension does not answer \(404\)\. Run "jupyter server extension enable/],
  [500, '', /extension does not answer \(500\)/]
])('an answer %i %s becomes words that say what to do', async (status, body, words) => {
  answer(status, body);
  await expect(ask()).rejects.toThrow(words);
});

it('a server that is gone too', async () => {
  makeRequest.mockRejectedValue(new TypeError('Failed to fetch'));
  await expect(ask()).rejects.toThrow(/Look whether it still runs, then press Refresh/);
});

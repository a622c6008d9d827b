import { expect, it } from 'vitest';
import { renewTwin, type IOutputs } from './twin';

const view = { output_type: 'display_data', data: { 'application/vnd.jupyter.widget-view+json': { model_id: 'me' } } };
const twin = { output_type: 'display_data', metadata: {}, data: { 'text/html': '<div class="fw-static">old</div>' } };
const other = { output_type: 'display_data', metadata: {}, data: { 'text/html': '<b>of the user</b>' } };
const FRESH = '<div class="fw-static">new</div>';

function cell(...all: object[]): IOutputs & { all: object[] } {
  return {
    all,
    length: all.length,
    get: i => ({ toJSON: () => all[i] }),
    set: (i, output) => void (all[i] = output)
  };
}

it('renews the twin after its own view, once', () => {
  const outputs = cell({ output_type: 'stream' }, view, twin, twin);
  expect(renewTwin(outputs, 'me', FRESH, 'new')).toBe(true);
  expect(outputs.all[2]).toEqual({ ...twin, data: { 'text/html': FRESH, 'text/plain': 'new' } });
  expect(outputs.all[3]).toBe(twin);
  expect(renewTwin(outputs, 'me', FRESH, 'new')).toBe(false);
});

it('reads a twin that the file holds as lines', () => {
  const lines = { ...twin, data: { 'text/html': ['<div class="fw-static">', 'new</div>'] } };
  expect(renewTwin(cell(view, lines), 'me', FRESH, 'new')).toBe(false);
});

it.each([
  ['another widget', [view, twin], 'you'],
  ['an output of the user', [view, other], 'me'],
  ['a view without a twin', [view], 'me']
])('leaves %s alone', (_what, all, id) => {
  const outputs = cell(...all);
  expect(renewTwin(outputs, id, FRESH, 'new')).toBe(false);
  expect(outputs.all).toEqual(all);
});

import { describe, expect, it } from 'vitest';
import { place, type INotebook } from './cell';

function notebook(sources: string[], readOnly = false) {
  const widgets = sources.map(source => cell(source));
  function cell(source: string) {
    const node = document.createElement('div');
    node.append(document.createElement('p'));
    return { node, model: { type: 'code', sharedModel: { getSource: () => source } } };
  }
  const insertCell = (at: number, { source }: { source: string }): void => void widgets.splice(at, 0, cell(source));
  const content = { activeCellIndex: 0, widgets, model: { readOnly, sharedModel: { insertCell } } };
  return { id: 'n', node: document.createElement('div'), content } as unknown as INotebook;
}

const sourcesOf = (panel: INotebook): string[] => panel.content.widgets.map(one => one.model.sharedModel.getSource());

describe('a cell for what a widget starts', () => {
  it('comes below the one that shows the widget, and is the active one', () => {
    const panel = notebook(['a', 'b', 'c']);
    expect(place(panel, panel.content.widgets[1].node.firstChild!, 'train()')).toBe(true);
    expect(sourcesOf(panel)).toEqual(['a', 'b', 'train()', 'c']);
    expect(panel.content.activeCellIndex).toBe(2);
  });

  it('is taken again where it stands there already', () => {
    const panel = notebook(['a', 'train()']);
    expect(place(panel, panel.content.widgets[0].node, 'train()')).toBe(true);
    expect(sourcesOf(panel)).toEqual(['a', 'train()']);
    expect(panel.content.activeCellIndex).toBe(1);
  });

  it('is not made in a notebook that cannot be written, or for a widget that is in no cell', () => {
    const fixed = notebook(['a'], true);
    expect(place(fixed, fixed.content.widgets[0].node, 'train()')).toBe(false);
    const panel = notebook(['a']);
    expect(place(panel, document.createElement('p'), 'train()')).toBe(false);
    expect(sourcesOf(panel)).toEqual(['a']);
  });
});

import { describe, expect, it } from 'vitest';
import type { ILayout } from './layout';
import { Rows } from './rows';

const layout = { columns: 2, tile: 100, pitch: 120, total: 199 } as ILayout;

describe('the rows on the page', () => {
  const rows = new Rows('x', (el, place) => (el.dataset.id = String(place)));
  const shown = (): string[] => [...rows.el.children].map(row => row.getAttribute('aria-rowindex')!);
  const at = (first: number, last: number): string[] =>
    Array.from({ length: last - first }, (_, i) => `${first + i + 1}`);

  it.each([
    [0, 6],
    [2, 8],
    [1, 7],
    [50, 56],
    [47, 53],
    [0, 3],
    [90, 100]
  ])('%i to %i are read in their order, however one got there', (first, last) => {
    rows.show(layout, first, last, 0);
    rows.sort();
    expect(shown()).toEqual(at(first, last));
    expect(rows.at(2 * first)?.dataset.id).toBe(String(2 * first));
  });

  it('has no tiles behind the last one', () => {
    expect((rows.el.lastElementChild!.lastElementChild as HTMLElement).hidden).toBe(true);
  });
});

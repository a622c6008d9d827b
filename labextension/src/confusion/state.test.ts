import { describe, expect, it } from 'vitest';
import golden from '../../../tests/contract/confusion.json';
import type { ConfusionTable } from '../contract/confusion';
import { numbers } from '../kit/buffers';
import { count } from '../grid/state';
import { fitting, hit, inSight, reveal } from './places';
import { cellsOf, percent, rangeOf, sameCells, short, Table } from './state';

function bytes(hex: string): DataView {
  return new DataView(Uint8Array.from(hex.match(/../g) ?? [], pair => parseInt(pair, 16)).buffer);
}

/** The table of the golden message: cat 9 4 0, dog 0 8 1, owl 2 0 7, most mistakes first. */
function table(change: Partial<ConfusionTable> = {}): Table {
  const [{ content, hex }] = golden.to_browser;
  const said = { ...(content as unknown as ConfusionTable), ...change };
  return new Table(said, numbers(bytes(hex), said.dtype));
}

describe('the table', () => {
  it('has counts, totals and what is right', () => {
    const found = table();
    expect([found.rows, found.columns, found.cells.length]).toEqual([3, 3, 6]);
    expect([found.count(0, 1), found.count(0, 2), found.rowTotal(0), found.columnTotal(0)]).toEqual([4, 0, 13, 11]);
    expect(found.most).toEqual({ right: 9, wrong: 4 });
    expect([found.isRight(1, 1), found.isRight(1, 2)]).toEqual([true, false]);
  });

  it('says a cell in words', () => {
    const found = table();
    expect(found.words(0, 1)).toBe('cat predicted dog: 4 images, 31 % of cat');
    expect(found.words(0, 2)).toBe('cat predicted owl: 0 images');
    expect(found.words(2, 2)).toBe('owl predicted rightly: 7 images, 78 % of owl');
    expect(found.wordsOf({ rows: [0, 1], columns: [2] })).toBe('label cat, dog, prediction owl: 1 image');
    expect(found.wordsOf({ rows: [0, 1, 2], columns: [0] })).toBe('any label, prediction cat: 11 images');
    expect(table({ form: 'labels' }).words(0, 1)).toBe('cat, dog: 4 images');
    expect(table({ form: 'residuals' }).words(0, 1)).toBe('target dog, off by cat: 4 images');
  });

  it('shows counts, or parts of rows or of columns, with or without what is right', () => {
    const look = { order: 'given', by: 'row', diagonal: true, output: 0 } as const;
    expect(table().text(0, 1)).toBe('4');
    expect(table({ look }).text(0, 1)).toBe('31 %');
    expect(table({ look: { ...look, by: 'column' } }).text(0, 1)).toBe('33 %');
    expect(table({ look: { ...look, diagonal: false } }).text(0, 0)).toBe('');
    expect(table().text(0, 2)).toBe('');
  });

  it('knows what is right in every form', () => {
    expect([0, 1, 2].map(column => table({ form: 'labels' }).isRight(0, column))).toEqual([true, false, true]);
    expect([0, 1, 2].map(row => table({ form: 'residuals' }).isRight(row, 0))).toEqual([false, true, false]);
  });

  it('goes from places to rows and columns and back, in the order that is shown', () => {
    const found = table({ row_order: [2, 0, 1], column_order: [2, 0, 1] });
    expect(found.placeOf({ row: 0, column: 1 })).toEqual([1, 2]);
    expect([found.rowAt(0), found.columnAt(2)]).toEqual([2, 1]);
    expect(cellsOf(found, rangeOf([1, 2], [0, 1]))).toEqual({ rows: [2, 0], columns: [0, 1] });
  });
});

describe('numbers in cells', () => {
  it.each([
    [0, '0'],
    [9999, '9,999'],
    [12_345, '12k'],
    [3_400_000, '3.4M'],
    [2e10, '20G']
  ])('%s is %s', (n, text) => expect(short(n)).toBe(text));

  it('never tells something as nothing, or not all as all', () => {
    expect([0, 0.001, 0.31, 0.999, 1].map(percent)).toEqual(['0 %', '<1 %', '31 %', '>99 %', '100 %']);
    expect([count(1, 'image'), count(1200, 'pixel')]).toEqual(['1 image', '1,200 pixels']);
  });

  it('compares cells whatever their order', () => {
    expect(sameCells({ rows: [1, 0], columns: [2] }, { rows: [0, 1], columns: [2] })).toBe(true);
    expect(sameCells(null, { rows: [0], columns: [2] })).toBe(false);
  });
});

describe('places on the canvas', () => {
  const places = { left: 100, top: 80, width: 700, height: 400, cell: 20 };

  it('fits a small table in large cells and a thousand classes in less than a pixel each', () => {
    expect(fitting(3, 3, places)).toBe(48);
    expect(fitting(20, 20, places)).toBe(16);
    expect(fitting(1000, 1000, places)).toBeCloseTo(0.32);
  });

  it('finds the cell under a point, or the name of a row or a column', () => {
    const at = (x: number, y: number, scroll = { x: 0, y: 0 }) => hit(places, scroll, { x, y }, 10, 10);
    expect(at(101, 81)).toEqual([0, 0]);
    expect(at(145, 105)).toEqual([1, 2]);
    expect(at(145, 105, { x: 20, y: 40 })).toEqual([3, 3]);
    expect(at(50, 105)).toEqual([1, -1]);
    expect(at(145, 40)).toEqual([-1, 2]);
    expect(at(50, 40)).toBeNull();
    expect(at(400, 81)).toBeNull();
  });

  it('draws only what is in sight and scrolls no further than needed', () => {
    expect(inSight(50, 100, 20, 1000)).toEqual([2, 8]);
    expect(inSight(0, 100, 0.1, 1000)).toEqual([0, 1000]);
    expect([reveal(0, 50, 100, 20), reveal(3, 50, 100, 20), reveal(20, 50, 100, 20)]).toEqual([0, 50, 320]);
  });
});

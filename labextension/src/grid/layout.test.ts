import { describe, expect, it } from 'vitest';
import { AHEAD, layOut, MOST_TILES, moved, offsetOf, reveal, rowsAt, scrollFor, sideFor, type Move } from './layout';

// 10 tiles of 100 pixels and one line of words: three in a row of 330 pixels, rows of 123.
const small = layOut(10, 100, 1, 330, 250);

describe('the layout', () => {
  it('puts as many tiles in a row as fit', () => {
    expect(small).toMatchObject({ columns: 3, pitch: 123, rows: 4, whole: 4 * 123 + 6 });
    expect(layOut(10, 100, 1, 80, 250).columns).toBe(1);
    expect(layOut(0, 100, 1, 330, 250)).toMatchObject({ rows: 0, whole: 6 });
  });

  it.each([
    [3840, 2000, 48, 0],
    [1400, 560, 48, 1],
    [1400, 560, 128, 2],
    [5000, 5000, 64, 1]
  ])('keeps fewer than 300 elements on a page of %i × %i with tiles of %i', (width, height, tile, lines) => {
    const layout = layOut(100_000, tile, lines, width, height);
    for (const offset of [0, 77.3, 5000.5]) {
      const [first, last] = rowsAt(layout, offset);
      expect((last - first) * layout.columns).toBeLessThanOrEqual(MOST_TILES);
      expect((last - first) * (layout.columns + 1)).toBeLessThan(300);
    }
  });

  it('shows the rows in sight and one more on each side', () => {
    expect(rowsAt(small, 0)).toEqual([0, 3 + AHEAD]);
    expect(rowsAt(small, 124)).toEqual([0, 4]);
    expect(rowsAt(small, 124, 0)).toEqual([1, 4]);
  });

  it('reaches the last row and the first even where no browser scrolls so far', () => {
    const long = layOut(10_000_000, 128, 1, 150, 500);
    expect(long.whole).toBeGreaterThan(1e9);
    expect(long.scrolled).toBeLessThan(17e6);
    expect(offsetOf(long, long.scrolled - 500)).toBeCloseTo(long.whole - 500);
    expect(offsetOf(long, 0)).toBe(0);
    expect(scrollFor(long, offsetOf(long, 123_456))).toBeCloseTo(123_456);
    expect(scrollFor(long, 1e12)).toBeCloseTo(long.scrolled - 500);
    expect(scrollFor(small, -5)).toBe(0);
  });

  it('moves no further than it has to', () => {
    expect(reveal(small, 0, 0)).toBe(0);
    expect(reveal(small, 0, 100)).toBe(0);
    expect(reveal(small, 1, 100)).toBe(100);
    expect(reveal(small, 3, 100)).toBe(3 * 123 + 129 - 250);
  });

  it('asks for thumbnails as large as the screen shows them', () => {
    expect([sideFor(100, 1), sideFor(135, 1), sideFor(150, 1), sideFor(128, 2), sideFor(512, 2)]).toEqual([
      128, 128, 256, 256, 512
    ]);
  });

  // Places: 0 1 2 / 3 4 5 / 6 7 8 / 9; two rows are a page.
  it.each<[number, Move, number]>([
    [0, 'left', 0],
    [0, 'right', 1],
    [9, 'right', 9],
    [1, 'up', 1],
    [4, 'up', 1],
    [4, 'down', 7],
    [7, 'down', 9],
    [9, 'down', 9],
    [6, 'down', 9],
    [5, 'home', 0],
    [5, 'end', 9],
    [1, 'page-down', 7],
    [7, 'page-down', 9],
    [4, 'page-up', 1],
    [8, 'page-up', 2],
    [4, 'row-start', 3],
    [4, 'row-end', 5],
    [9, 'row-end', 9]
  ])('from %i %s leads to %i', (from, move, to) => {
    expect(moved(small, from, move)).toBe(to);
  });
});

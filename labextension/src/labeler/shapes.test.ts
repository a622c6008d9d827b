import { describe, expect, it } from 'vitest';
import {
  boxBetween,
  corners,
  inTheMiddle,
  moved,
  resized,
  shapeWords,
  snapped,
  withCorner,
  withLess,
  withMore
} from './shapes';
import type { IShape, Point } from './shapes';

const size = { width: 100, height: 50 };
const box: IShape = {
  label: 'cat',
  points: [
    [10, 20],
    [30, 40]
  ]
};
const triangle: IShape = {
  label: 'dog',
  points: [
    [0, 0],
    [10, 0],
    [0, 10]
  ]
};

describe('shapes', () => {
  it('makes a box of two corners in whichever order, and none of a slip of the hand', () => {
    expect(boxBetween('cat', [30, 20], [10, 40])).toEqual(box);
    expect(boxBetween('cat', [30, 20], [31, 40])).toBeNull();
  });

  it('keeps points on the picture, in whole pixels for boxes and in tenths for others', () => {
    expect(snapped([-3, 20.44], 'boxes', size)).toEqual([0, 20]);
    expect(snapped([120, 20.44], 'points', size)).toEqual([100, 20.4]);
  });

  it('moves a shape as far as the border and keeps its size', () => {
    expect(moved(box, -50, 3, size).points).toEqual([
      [0, 23],
      [20, 43]
    ]);
    expect(moved(box, 500, 500, size).points[1]).toEqual([100, 50]);
  });

  it('resizes from the left top, never to nothing and never beyond the picture', () => {
    expect(resized(box, 5, -5, size).points).toEqual([
      [10, 20],
      [35, 35]
    ]);
    expect(resized(box, -500, 500, size).points).toEqual([
      [10, 20],
      [12, 50]
    ]);
    expect(resized(triangle, 10, 0, size).points[1]).toEqual([20, 0]);
  });

  it('drags a corner of a box beyond the opposite one, and it stays a box', () => {
    expect(corners(box, 'boxes')[1]).toEqual([30, 20]);
    expect(withCorner(box, 1, [5, 45], 'boxes').points).toEqual([
      [5, 40],
      [10, 45]
    ]);
    expect(withCorner(box, 2, [10, 20], 'boxes')).toEqual(box); // no box at all: as it was
  });

  it('gives a polygon corners and takes them, but never below three', () => {
    const four = withMore(triangle, 2);
    expect(four.points).toEqual([...triangle.points, [0, 5]] as Point[]);
    expect(withLess(four, 3)).toEqual(triangle);
    expect(withLess(triangle, 0)).toBeNull();
  });

  it('puts a new shape in the middle of what is seen', () => {
    expect(inTheMiddle('cat', 'boxes', [0, 0, 80, 40], size).points).toEqual([
      [30, 15],
      [50, 25]
    ]);
    expect(inTheMiddle('cat', 'points', [0, 0, 80, 40], size).points).toEqual([[40, 20]]);
    expect(inTheMiddle('cat', 'polygons', [0, 0, 80, 40], size).points).toHaveLength(4);
  });

  it('says a shape in words', () => {
    expect(shapeWords(box, 'boxes')).toBe('cat 20 × 20 at 10, 20');
    expect(shapeWords(triangle, 'polygons')).toBe('dog 10 × 10 at 0, 0, 3 corners');
    expect(shapeWords({ label: 'eye', points: [[3.4, 5]] }, 'points')).toBe('eye at 3, 5');
  });
});

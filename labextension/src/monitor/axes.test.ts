import { describe, expect, it } from 'vitest';
import { alone, highest, lossTop, padded, stretchesAbove, ticks } from './axes';

describe('ticks', () => {
  it.each([
    [
      [0, 500, 1000],
      ['0', '500', '1000']
    ],
    [
      [0, 0.25, 0.5, 0.75],
      ['0', '0.25', '0.5', '0.75']
    ],
    [
      [0.1 + 0.2, 0.4],
      ['0.3', '0.4']
    ],
    [
      [1.001, 1.0015, 1.002],
      ['1.001', '1.0015', '1.002']
    ],
    [
      [0, 2e-4, 4e-4],
      ['0', '2e-4', '4e-4']
    ],
    [
      [0, 5e28, 1e29, 1.5e29],
      ['0', '5e28', '1e29', '1.5e29']
    ],
    [
      [1e29, 1.05e29, 1.1e29],
      ['1e29', '1.05e29', '1.1e29']
    ],
    [
      [-100, -50, 0],
      ['-100', '-50', '0']
    ],
    [[10], ['10']],
    [[], []]
  ])('%j are %j', (values, texts) => expect(ticks(values)).toEqual(texts));

  it.each([1e-9, 1e-3, 0.7, 10, 1e3, 99_999, 1e5, 1e12])('around %d no two are the same', size => {
    const values = Array.from({ length: 9 }, (_, i) => size * (1 + i / 400));
    const texts = ticks(values);
    expect(new Set(texts).size).toBe(9);
    texts.forEach((text, i) => expect(Number(text)).toBeCloseTo(values[i], -Math.log10(size / 1000)));
  });
});

// The same cases as in tests/widgets/test_monitor_fallback.py.
it.each([
  [[2.3, 4000, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0], [], 2.2 + 1.2],
  [[2.0, 1e29, null, Infinity, 1.0, 0.9, 0.8], [undefined, 0.9], 1.0 + 0.2],
  [[2.3, 2.2, 2.0, 1.0, ...Array<number>(500).fill(0.1)], [], 2.3],
  [[0.5, 0.4, 0.3, 0.2, 0.1, 0.1], [0.5, 3.0, 3.2], 3.2],
  [[1.0, 1.0, 1.0, 5.0], [], 5.0],
  [[0.9, 1.2, 0.8], [], 1.2],
  [[1.0], [], 1.0],
  [[1.0, 2.0, 1.0], [4000.0, 1.1], 1.1 + 0.1]
])('a spike does not press the rest of %j flat', (losses, valid, top) =>
  expect(lossTop(losses, valid)).toBeCloseTo(top, 9)
);

it.each([
  [[2.3, 40, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0], [2.3, 4, 3.5, 3, 2.5, 2.2, 2, 2], 4.0], // one and a half times the height
  [[2.3, 40, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0], [2.3, 2.5, 2.4, 2, 1.8, 1.5, 1.2, 1], 2.2 + 1.2],
  [[2.3, 4000, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0], [2.3, 900, 800, 700, 600, 500, 400, 300], 2.2 + 1.2] // it would be flat
])('the smoothed losses of %j stay in view where that leaves room: %j', (losses, smooth, top) =>
  expect(lossTop(losses, [], smooth)).toBeCloseTo(top, 9)
);

it('tells where a line is cut off, across the gaps of other lines', () => {
  expect(stretchesAbove([1, 5, undefined, 6, 2, 7, null], 4)).toEqual([
    [1, 3],
    [5, 5]
  ]);
  expect(stretchesAbove([1, null, 4], 4)).toEqual([]);
});

it('the highest is a number, if there is one', () => {
  expect(highest([null, 2, NaN, Infinity, 3, undefined])).toBe(3);
  expect(highest([null])).toBeNull();
});

it('without losses there is no top', () => expect(lossTop([null], [])).toBeNull());

it('gives a single value room above and below', () => {
  const [low, high] = padded(2, 2, false);
  expect(low).toBeLessThan(2);
  expect(high).toBeGreaterThan(2);
});

it.each([
  [[1], [0]],
  [[1, 2], []],
  [
    [1, null, 2],
    [0, 2]
  ],
  [[undefined, 1, undefined, 2], []],
  [[null, undefined], []]
])('in %j the points at %j have no line to lie on', (values, at) => expect(alone(values)).toEqual(at));

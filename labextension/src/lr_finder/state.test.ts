import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LRFinderContract, LRFinderMarker, LRFinderPoints, LRFinderRange } from '../contract/lr_finder';
import {
  BY_HAND,
  FinderCurve,
  across,
  calledNow,
  codeLine,
  down,
  keyedRate,
  movable,
  rateAcross,
  rateText,
  roundRate,
  standing,
  tableRows,
  within
} from './state';

interface IGolden {
  to_browser: { content: LRFinderContract['to_browser']; hex: string; points: number[][] }[];
  rates: [number, string][];
  code: { code: string; lr: number; line: string }[];
}
const golden = JSON.parse(readFileSync('tests/contract/lr_finder.json', 'utf8')) as IGolden;
const pieces = golden.to_browser.flatMap(one =>
  one.content.kind === 'points' ? [{ ...one, content: one.content satisfies LRFinderPoints }] : []
);
const RANGE: LRFinderRange = [1e-7, 10];

/** A buffer that starts at an odd offset, as buffers of a websocket message may. */
function odd(hex: string): DataView {
  const bytes = hex.match(/\w\w/g)!.map(b => parseInt(b, 16));
  return new DataView(new Uint8Array([255, ...bytes]).buffer, 1);
}

function curve(lrs: number[], losses: number[]): FinderCurve {
  return Object.assign(new FinderCurve(), { lrs, losses });
}

describe('FinderCurve', () => {
  it.each(pieces)('reads golden message $content', ({ content, hex, points }) => {
    const read = new FinderCurve();
    read.apply(content, odd(hex));
    expect([read.lrs, read.losses]).toEqual(points);
  });

  it('appends, and starts again on reset', () => {
    const { content, hex } = pieces[0];
    const read = new FinderCurve();
    read.apply(content, odd(hex));
    read.apply({ ...content, reset: false }, odd(hex));
    expect(read.lrs).toEqual([0.125, 0.25, 0.5, 0.125, 0.25, 0.5]);
    read.apply(content, odd(hex));
    expect(read.lrs.length).toBe(3);
  });

  it('refuses a buffer that does not match its shape', () => {
    const { content, hex } = pieces[0];
    expect(() => new FinderCurve().apply({ ...content, shape: [2, 4] }, odd(hex))).toThrow('2×4');
  });

  it.each([
    [1e-3, 4],
    [1e-2, 2], // half-way between 1e-3 and 1e-1 on a logarithmic axis
    [1e-1, 0],
    [9.8e-4, 4], // the first point, rounded down: its loss
    [1.04e-1, 0] // the last finite one, rounded up: its loss
  ])('the loss at %d is %d', (lr, loss) => {
    expect(curve([1e-3, 1e-1, 1], [4, 0, NaN]).lossAt(lr)).toBeCloseTo(loss, 10);
  });

  it('has no loss beside the curve', () => {
    expect(new FinderCurve().lossAt(1e-3)).toBeNaN();
    const tried = curve([1e-3, 1e-1, 1], [4, 0, NaN]);
    expect([tried.lossAt(1e-5), tried.lossAt(1)]).toEqual([NaN, NaN]);
  });
});

describe('what was tried', () => {
  it('reaches from the first to the last rate with a loss', () => {
    expect(curve([1e-3, 1e-2, 1e-1, 1], [NaN, 4, 0, NaN]).tried).toEqual([1e-2, 1e-1]);
    expect(curve([1e-3, 1e-2], [1, NaN]).tried).toBeNull();
  });

  it('bounds the rates that can be chosen', () => {
    expect([within([1e-4, 1e-2], 1), within([1e-4, 1e-2], 1e-6), within([1e-4, 1e-2], 1.26e-3)]).toEqual([
      1e-2, 1e-4, 1.3e-3
    ]);
  });
});

describe('rates', () => {
  it.each(golden.rates)('%d is written %s, as Python writes it', (lr, text) => expect(rateText(lr)).toBe(text));

  it.each(golden.code)('the code line is $line', ({ code, lr, line }) => {
    expect(codeLine(code, { name: 'valley', lr })).toBe(line);
  });

  it('nothing chosen is no code', () => expect(codeLine('fit({lr})', null)).toBe(''));

  it.each([1.2e-3, 1e-7, 10, 3.3e-5])('the place of %d leads back to it', lr => {
    expect(rateAcross(RANGE, across(RANGE, lr))).toBe(lr);
  });

  it('places lie within the plot', () => {
    expect([across(RANGE, 1e-9), across(RANGE, 1e-3), across(RANGE, 100)]).toEqual([0, 0.5, 1]);
    expect([down([0, 2], 3), down([0, 2], 0.5), down([0, 2], -1), down([0, 2], NaN)]).toEqual([0, 0.75, 1, 1]);
  });
});

describe('keys', () => {
  it.each([
    ['ArrowRight', 1e-3, 1.1e-3],
    ['ArrowUp', 1e-3, 1.1e-3],
    ['ArrowLeft', 1e-3, 8.9e-4],
    ['ArrowDown', 1e-3, 8.9e-4],
    ['PageUp', 1e-3, 3.2e-3],
    ['PageDown', 1e-3, 3.2e-4],
    ['Home', 1e-3, 1e-7],
    ['End', 1e-3, 10],
    ['ArrowRight', 10, 10],
    ['a', 1e-3, null]
  ])('%s moves %d to %d', (key, lr, moved) => expect(keyedRate(key, lr, RANGE)).toBe(moved));

  it('every rate moves at every press, though it is rounded', () => {
    for (let i = 10; i < 100; i++) {
      const lr = roundRate(i * 1e-4);
      expect(keyedRate('ArrowRight', lr, RANGE)).toBeGreaterThan(lr);
      expect(keyedRate('ArrowLeft', lr, RANGE)).toBeLessThan(lr);
    }
  });
});

describe('markers', () => {
  const valley: LRFinderMarker = { name: 'valley', lr: 1e-3, reason: '' };
  const steep: LRFinderMarker = { name: 'steep', lr: 9e-3, reason: '' };

  it('only the chosen one leaves its suggestion', () => {
    const chosen = { name: 'valley', lr: 0.5 };
    expect([standing(valley, chosen), standing(steep, chosen), standing(steep, null)]).toEqual([0.5, 9e-3, 9e-3]);
  });

  it('one that was moved is called by hand, and by its name again when it is back', () => {
    expect(calledNow(valley, { name: 'valley', lr: 0.5 })).toBe(BY_HAND);
    expect(calledNow(valley, { name: 'valley', lr: 1e-3 })).toBe('valley');
    expect(calledNow(steep, { name: 'valley', lr: 0.5 })).toBe('steep');
  });

  it('without suggestions one waits in the middle of what was tried, and goes where a hand puts it', () => {
    expect(movable([valley], null, [1e-4, 1e-2])).toEqual([valley]);
    expect(movable([], null, null)).toEqual([]);
    expect(movable([], null, [1e-4, 1e-2])).toEqual([{ name: BY_HAND, lr: 1e-3, reason: 'no rate is chosen yet' }]);
    const [placed] = movable([], { name: BY_HAND, lr: 3e-3 }, [1e-4, 1e-2]);
    expect([placed.lr, placed.reason]).toEqual([3e-3, 'the rate that you chose']);
  });

  it('the table names them at the nearest rate', () => {
    expect(tableRows(curve([1e-3, 1e-2], [2, 1]), [valley, steep])).toEqual([
      ['1.0e-03', '2.000', 'valley'],
      ['1.0e-02', '1.000', 'steep']
    ]);
  });
});

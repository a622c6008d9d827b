import { expect, it } from 'vitest';
import { labels, marks } from './marks';

const room = { low: 0, high: 200, gap: 4, measure: (text: string) => 6 * text.length };

it('puts all that happened at one step into one marker', () => {
  const note = { step: 3, kind: 'lr' as const, text: '', value: 0.5 };
  const pause = { ...note, kind: 'pause' as const, value: null };
  expect(marks([pause, { ...pause, kind: 'resume' }, note, { ...pause, step: 9 }])).toEqual([
    { step: 3, text: 'paused, LR ÷ 2' },
    { step: 9, text: 'paused' }
  ]);
});

it('marks where a second fit begins, after what ended the first', () => {
  const note = { step: 9, kind: 'stop' as const, text: '', value: null };
  expect(marks([note, { ...note, step: 20 }], [0, 9, 12])).toEqual([
    { step: 9, text: 'stop, fit 2' },
    { step: 12, text: 'fit 3' },
    { step: 20, text: 'stop' }
  ]);
  expect(marks([], [360])).toEqual([]);
});

it('centres a label over its line and keeps it on the chart', () => {
  expect(labels([{ x: 100, text: 'stop' }], room)).toEqual([{ left: 88, text: 'stop' }]);
  expect(labels([{ x: 1, text: 'stop' }], room)).toEqual([{ left: 0, text: 'stop' }]);
  expect(labels([{ x: 199, text: 'stop' }], room)).toEqual([{ left: 176, text: 'stop' }]);
});

it('gives lines that are close one label over their middle', () => {
  const close = [
    { x: 90, text: 'a' },
    { x: 94, text: 'b' },
    { x: 180, text: 'c' }
  ];
  expect(labels(close, room)).toEqual([
    { left: 92 - 12, text: 'a, b' },
    { left: 177, text: 'c' }
  ]);
});

it('counts what is too much to be named, and never lets two labels touch', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ x: 5 * i, text: i % 2 ? 'LR ÷ 2' : 'paused' }));
  const drawn = labels(many, room);
  expect(drawn.some(label => /^\d+ changes$/.test(label.text))).toBe(true);
  drawn.slice(1).forEach((label, i) => {
    expect(label.left).toBeGreaterThanOrEqual(drawn[i].left + room.measure(drawn[i].text) + room.gap);
  });
});

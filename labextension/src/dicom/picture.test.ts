import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DicomFrame, DicomTraining } from '../contract/dicom';
import { layMask } from './colours';
import { Picture } from './picture';
import { aspectOf, mm, positionOf } from './place';
import { LOW, striped, TrainedPicture, trainedWords } from './trained';
import { dragged, seenWords } from './window';

interface IGolden {
  content: { kind: string };
  hex: string[];
  pydicom?: number[];
}
const { to_browser: golden } = JSON.parse(readFileSync('tests/contract/dicom.json', 'utf8')) as {
  to_browser: IGolden[];
};
const views = ({ hex }: IGolden): DataView[] =>
  hex.map(bytes => new DataView(Uint8Array.from(Buffer.from(bytes, 'hex')).buffer));
const frames = golden.filter(({ pydicom }) => pydicom);
const pictures = frames.map(frame => new Picture(frame.content as DicomFrame, views(frame)));

describe('a picture', () => {
  it.each(frames.map((frame, i) => [pictures[i], frame.pydicom!] as const))(
    '%# is seen as pydicom shows it',
    (picture, wanted) => {
      const out = new Uint32Array(picture.pixels.length);
      picture.paint(picture.own, out);
      const seen = [...out].map(pixel => pixel & 255);
      expect(seen.length).toBe(wanted.length);
      seen.forEach((shade, i) => expect(Math.abs(shade - wanted[i])).toBeLessThanOrEqual(1));
      expect(new Set(seen).size).toBeGreaterThan(1);
    }
  );

  it('counts all that it keeps: pixels, its table and its masks', () => {
    expect(pictures.map(one => one.bytes)).toEqual(
      frames.map(({ hex }) => hex.reduce((sum, bytes) => sum + bytes.length / 2, 0))
    );
    expect(pictures.some(one => one.table)).toBe(true);
  });

  it('says which curve it follows', () => {
    expect(pictures.map(one => seenWords(one.own, one.header.inverted))).toEqual([
      'LINEAR, width 401, level 40 (BRAIN)',
      'LINEAR_EXACT, width 301.5, level 600 (the file’s), low values bright (MONOCHROME1)',
      'SIGMOID, width 400, level 40 (the file’s)',
      'the file’s lookup table (VOILUTSequence)',
      'LINEAR, width 1000, level 3000 (the file’s)',
      'LINEAR, width 1, level 40.2 (the file’s)'
    ]);
  });

  it('tells values in the unit of the file, and where they lie', () => {
    expect(pictures[0].valueAt(0, 0)).toEqual([-1280 - 24]);
    expect(pictures[1].valueAt(1, 0)).toEqual([20]);
    expect(pictures[4].valueAt(0, 0)).toEqual([0]); // by the table of the modality
    expect(positionOf(pictures[1].message.place, 4, 2)).toEqual([1, 1, 2]);
    expect(mm([1, 1, 2])).toBe('1.0, 1.0, 2.0 mm');
    expect(aspectOf(pictures[0].message.place)).toBe(2);
  });

  it('has its mask laid over it where there is one, its outline twice as strong', () => {
    const [mask] = pictures[0].masks;
    expect([...mask!].filter(id => id === 2).length).toBe(6);
    const out = new Uint32Array(64).fill(0xff000000);
    layMask(mask!, 8, 0.4, out);
    expect([...out].filter(pixel => pixel !== 0xff000000).length).toBe(6);
    expect(pictures[1].message.layers.map(layer => layer.name)).toEqual(['prediction']);
  });
});

describe('a drag', () => {
  const window = { width: 400, level: 40, function: 'LINEAR', name: 'BRAIN' } as const;

  it('to the right makes the window wider, downwards raises its level', () => {
    expect(dragged(window, 100, 0, 4000).width).toBe(659);
    expect(dragged(window, 0, 30, 4000)).toMatchObject({ width: 400, level: 80, function: 'LINEAR', name: '' });
  });

  it('never gives a window that the curve cannot have', () => {
    expect(dragged(window, -1e5, 0, 4000).width).toBe(1);
    expect(dragged({ ...window, function: 'SIGMOID' }, -1e5, 0, 4000).width).toBeGreaterThan(0);
  });
});

describe('the training view', () => {
  const message = golden.find(({ content }) => content.kind === 'training')!;
  const trained = new TrainedPicture(message.content as DicomTraining, views(message));

  it('shows the tensor itself, with what is clipped in stripes', () => {
    const out = new Uint32Array(64);
    trained.paint(0, false, out);
    expect([...out].map(pixel => pixel & 255)).toEqual([...trained.values].map(value => Math.round(255 * value)));
    const before = out.slice();
    trained.paint(0, true, out);
    const changed = [...out].flatMap((pixel, i) => (pixel === before[i] ? [] : [i]));
    expect(changed).not.toEqual([]);
    expect(changed.every(i => trained.clipped[i] && striped(i, 8, trained.clipped[i]))).toBe(true);
    expect(changed.some(i => trained.clipped[i] === LOW)).toBe(true);
  });

  it('tells the share', () => {
    const { low, high } = trained.message;
    const words = trainedWords(trained.message, 0);
    expect(words).toContain(`training item, 8 × 8: ${Number((100 * low[0]).toPrecision(3))} % at the lower end`);
    expect(words).toContain(`${Number((100 * high[0]).toPrecision(3))} % at the upper end`);
  });
});

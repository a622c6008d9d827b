import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DicomPrediction } from '../contract/dicom';
import { Predicted, predictedWords } from './predicted';

const { to_browser: golden } = JSON.parse(readFileSync('tests/contract/dicom.json', 'utf8')) as {
  to_browser: { content: { kind: string }; hex: string[] }[];
};
const [said, refused] = golden
  .filter(({ content }) => content.kind === 'prediction')
  .map(({ content, hex }) => {
    const buffers = hex.map(bytes => new DataView(Uint8Array.from(Buffer.from(bytes, 'hex')).buffer));
    return new Predicted(content as DicomPrediction, buffers);
  });

describe('a prediction', () => {
  it('is told as one, with probabilities', () => {
    expect(said.mask).toBeNull();
    expect(predictedWords(true, said)).toBe('prediction of the model: 3 38 %, 0 12 %, 1 12 %');
  });

  it('says why there is none', () => {
    expect(predictedWords(true, refused)).toMatch(/^no prediction of the model: .*There is no series 7/);
  });

  it('is waited for in words, and is nothing where nobody asked', () => {
    expect(predictedWords(true, null)).toBe('prediction of the model: …');
    expect(predictedWords(false, said)).toBe('');
  });

  it('is a mask where the model segments', () => {
    const message = { ...said.message, shape: [1, 3] } as DicomPrediction;
    expect([...new Predicted(message, [new DataView(Uint8Array.of(0, 2, 1).buffer)]).mask!]).toEqual([0, 2, 1]);
  });
});

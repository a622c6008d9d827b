import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PATIENCE_MS, Pictures } from './pictures';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

describe('pictures at full size', () => {
  let asked: [number, number][];
  let pictures: Pictures;
  const answer = (rid: number, reason = ''): void =>
    pictures.receive(
      { kind: 'picture', rid, id: asked[rid][0], width: 4, height: 3, reason },
      new DataView(reason ? new ArrayBuffer(0) : PNG.slice().buffer)
    );

  beforeEach(() => {
    vi.useFakeTimers();
    URL.createObjectURL = () => `blob:${Math.random()}`;
    URL.revokeObjectURL = () => undefined;
    asked = [];
    pictures = new Pictures((id, side) => asked.push([id, side]) - 1);
  });
  afterEach(() => {
    pictures.dispose();
    vi.useRealTimers();
  });

  it('are asked for once, and again where more pixels are wanted', async () => {
    const first = pictures.get(7, 1024);
    answer(0);
    expect(await first).toMatchObject({ width: 4, height: 3, reason: '', side: 1024 });
    expect(pictures.get(7, 512)).toBe(first);
    void pictures.get(7, 2048);
    expect(asked).toEqual([
      [7, 1024],
      [7, 2048]
    ]);
  });

  it('that could not be read are asked for again when they are looked at the next time', async () => {
    const failed = pictures.get(7, 1024);
    answer(0, 'It is gone.');
    expect(await failed).toMatchObject({ url: '', reason: 'It is gone.' });
    const second = pictures.get(7, 1024);
    answer(1);
    expect((await second).url).not.toBe('');
  });

  it('whose answer was lost are asked for again, more and more patiently', async () => {
    const waiting = pictures.get(7, 1024);
    vi.advanceTimersByTime(PATIENCE_MS + 1);
    expect(asked).toHaveLength(2);
    vi.advanceTimersByTime(PATIENCE_MS + 1);
    expect(asked).toHaveLength(2);
    vi.advanceTimersByTime(PATIENCE_MS);
    expect(asked).toHaveLength(3);
    answer(0); // late, and good
    expect((await waiting).url).not.toBe('');
    answer(1); // one too many
    vi.advanceTimersByTime(100 * PATIENCE_MS);
    expect(asked).toHaveLength(3);
  });

  it('that nobody keeps any more are let go', () => {
    for (let id = 0; id < 20; id++) {
      void pictures.get(id, 1024);
    }
    vi.advanceTimersByTime(PATIENCE_MS + 1);
    expect(asked).toHaveLength(28);
    pictures.dispose();
    vi.advanceTimersByTime(100 * PATIENCE_MS);
    expect(asked).toHaveLength(28);
  });
});

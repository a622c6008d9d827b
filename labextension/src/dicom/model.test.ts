// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('@jupyter-widgets/base', () => ({
  DOMWidgetModel: class {
    comm_live = true;
    sent: unknown[] = [];
    heard: string[] = [];
    defaults() {
      return {};
    }
    initialize() {}
    on() {}
    send(message: unknown) {
      this.sent.push(message);
    }
    trigger(name: string) {
      this.heard.push(name);
    }
  }
}));
vi.mock('../kit/kernel', () => ({ watchKernel: () => () => undefined }));

import { readFileSync } from 'node:fs';
import type { DicomGallery, DicomLook } from '../contract/dicom';
import { DicomModel } from './model';

const { to_browser: golden } = JSON.parse(readFileSync('tests/contract/dicom.json', 'utf8')) as {
  to_browser: { content: { kind: string } }[];
};
const gallery = golden.find(({ content }) => content.kind === 'gallery')!.content as DicomGallery;

interface IInside {
  sent: { kind: string; rid: number; slice: number; predicting?: boolean }[];
  heard: string[];
  receive(message: object, buffers: DataView[]): void;
}

describe('what the model is asked', () => {
  let model: DicomModel;
  let inside: IInside;
  const kinds = (): string[] => inside.sent.map(({ kind }) => kind);
  const open = (look: Partial<DicomLook>): void => {
    inside.receive({ ...gallery, look: { ...gallery.look, ...look } }, []);
    inside.sent.length = inside.heard.length = 0;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    model = new (DicomModel as unknown as new () => DicomModel)();
    model.initialize({}, undefined as never);
    inside = model as unknown as IInside;
  });
  afterEach(() => vi.useRealTimers());

  it('is asked again on a page that is loaded again, where that was on', () => {
    open({ predicting: true, slice: 3 });
    vi.runAllTimers();
    expect(inside.sent).toEqual([expect.objectContaining({ kind: 'predict', slice: 3 })]);
    open({ predicting: true, slice: 3 }); // the same series once more: it has been asked
    vi.runAllTimers();
    expect(kinds()).toEqual([]);
  });

  it('is not asked before somebody wants it, and what is wanted is told to the kernel', () => {
    open({});
    vi.runAllTimers();
    expect(kinds()).toEqual([]);
    model.setLook({ predicting: true });
    vi.runAllTimers();
    expect(kinds()).toEqual(['predict', 'look']);
    expect(inside.sent[1].predicting).toBe(true);
    expect(inside.heard).toEqual(['prediction']);
  });

  it('is given up when it is switched off or somebody moves on', () => {
    open({ predicting: true });
    vi.runAllTimers();
    const { rid } = inside.sent[0];
    inside.sent.length = 0;
    model.setLook({ slice: 1 });
    expect(inside.sent).toContainEqual({ kind: 'drop', rid });
    vi.runAllTimers();
    expect(inside.sent).toContainEqual(expect.objectContaining({ kind: 'predict', slice: 1 }));
    inside.sent.length = 0;
    model.setLook({ predicting: false });
    vi.runAllTimers();
    expect(kinds()).toEqual(['drop', 'look']);
  });

  it('is not asked anew when only the window changes', () => {
    open({ predicting: true });
    vi.runAllTimers();
    inside.sent.length = 0;
    model.setLook({ width: 80, level: 40 });
    vi.runAllTimers();
    expect(kinds()).toEqual(['look']);
    expect(inside.heard).toContain('window');
  });
});

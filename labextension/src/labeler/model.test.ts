// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('@jupyter-widgets/base', () => ({
  DOMWidgetModel: class {
    sent: unknown[] = [];
    heard: Record<string, number> = {};
    defaults() {
      return {};
    }
    send(message: unknown) {
      this.sent.push(message);
    }
    trigger(name: string) {
      this.heard[name] = (this.heard[name] ?? 0) + 1;
    }
    close() {
      return Promise.resolve();
    }
  }
}));

import type { LabelerItem } from '../contract/labeler';
import { LabelerModel } from './model';
import { LABELLED, TO_DO } from './state';

type Sent = { kind: string; seq: number; client: string; ids: number[] };
interface IInside {
  sent: Sent[];
  receive(message: object, buffers: DataView[]): void;
}

const item = (id: number, labels: string[] | null): LabelerItem => ({
  id,
  name: `${id}.png`,
  labels,
  shapes: null,
  state: labels ? 'labelled' : 'to do',
  skipped: false,
  unsure: false,
  note: '',
  suggestion: null
});

describe('the labeler’s model', () => {
  let model: LabelerModel;
  let inside: IInside;
  const answer = (sent: Sent, ok = true): void =>
    inside.receive(
      { kind: 'done', client: sent.client, seq: sent.seq, ok, reason: ok ? '' : 'full', words: '', ids: sent.ids },
      []
    );

  beforeEach(() => {
    vi.useFakeTimers();
    model = new (LabelerModel as unknown as new () => LabelerModel)();
    inside = model as unknown as IInside;
    inside.receive({ kind: 'states' }, [new DataView(Uint8Array.of(0, 0, 0).buffer)]);
    inside.receive({ kind: 'items', rid: 1, items: [item(0, null), item(1, null)] }, []);
    inside.sent.length = 0;
  });

  it('shows a decision at once, and what the kernel says afterwards', () => {
    model.decide('label', [0], 'cat');
    expect(model.item(0)?.labels).toEqual(['cat']);
    expect([...model.states]).toEqual([LABELLED, TO_DO, TO_DO]);
    answer(inside.sent[0]);
    inside.receive({ kind: 'changed', ids: [0], states: [1] }, []);
    model.wantItems([0]);
    inside.receive({ kind: 'items', rid: 2, items: [item(0, ['dog'])] }, []);
    expect(model.item(0)?.labels).toEqual(['dog']);
  });

  it('does not let a late answer hide what was decided meanwhile', () => {
    model.decide('label', [0], 'cat');
    inside.receive({ kind: 'items', rid: 2, items: [item(0, null), item(1, ['dog'])] }, []);
    expect(model.item(0)?.labels).toEqual(['cat']);
    expect(model.item(1)?.labels).toEqual(['dog']);
  });

  it('sends what has no answer once more, with the same number, and tells how much is not saved', () => {
    model.decide('label', [0], 'cat');
    expect(model.unsaved).toBe(0); // only after a moment
    vi.advanceTimersByTime(5000);
    expect(model.unsaved).toBe(1);
    const [first, again] = inside.sent;
    expect(again).toEqual(first);
    answer(first);
    vi.advanceTimersByTime(20_000);
    expect(model.unsaved).toBe(0);
    expect(inside.sent).toHaveLength(2);
  });

  it('asks for everything when a decision was refused, and keeps nothing of it', () => {
    model.decide('label', [0], 'cat');
    answer(inside.sent[0], false);
    expect(inside.sent.at(-1)).toEqual({ kind: 'hello', every: 0.1 });
    model.wantItems([0]);
    inside.receive({ kind: 'items', rid: 2, items: [item(0, null)] }, []);
    expect(model.item(0)?.labels).toBeNull();
  });

  it('leaves the answers to other tabs alone', () => {
    model.decide('label', [0], 'cat');
    inside.receive({ kind: 'done', client: 'other', seq: 1, ok: true, reason: '', words: '', ids: [0] }, []);
    vi.advanceTimersByTime(2000);
    expect(model.unsaved).toBe(1);
  });
});

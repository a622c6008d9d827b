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
    notice = '';
    set(name: 'notice', value: string) {
      this[name] = value;
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
import { LABELLED, NOTHING_YET, TO_DO } from './state';

type Sent = { kind: string; seq: number; client: string; ids: number[] };
interface IInside {
  sent: Sent[];
  notice: string;
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

  const made = (): LabelerModel => new (LabelerModel as unknown as new () => LabelerModel)();
  /** The labeler that a cell run again makes, after `gone` has no kernel any more. */
  const next = (gone: LabelerModel, list = 'mine', why_not = ''): IInside => {
    gone.lost = true;
    const fresh = made() as unknown as IInside;
    fresh.receive({ ...NOTHING_YET, list, why_not }, []);
    return fresh;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    sessionStorage.clear();
    model = made();
    inside = model as unknown as IInside;
    inside.receive({ ...NOTHING_YET, list: 'mine' }, []);
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

  it('knows what was decided about a picture to do of which the kernel has not told yet', () => {
    model.decide('label', [2], ['cat'] as never);
    expect(model.item(2)?.labels).toEqual(['cat']);
    inside.receive({ kind: 'items', rid: 2, items: [item(2, null)] }, []);
    expect(model.item(2)?.labels).toEqual(['cat']);
  });

  it('does not let a late answer hide what was decided meanwhile', () => {
    model.decide('label', [0], 'cat');
    inside.receive({ kind: 'items', rid: 2, items: [item(0, null), item(1, ['dog'])] }, []);
    expect(model.item(0)?.labels).toEqual(['cat']);
    expect(model.item(1)?.labels).toEqual(['dog']);
  });

  it('sends what has no answer once more, with the same number, and tells how much is not saved', () => {
    model.decide('label', [0], 'cat');
    expect(model.unsaved).toHaveLength(0); // only after a moment
    vi.advanceTimersByTime(5000);
    expect(model.unsaved).toHaveLength(1);
    const [first, again] = inside.sent;
    expect(again).toEqual(first);
    answer(first);
    vi.advanceTimersByTime(20_000);
    expect(model.unsaved).toHaveLength(0);
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
    expect(model.unsaved).toHaveLength(1);
  });

  it('hands what has no answer on to the labeler after it, with the same number, which says what is saved now', () => {
    model.decide('label', [0], 'cat');
    model.decide('skip', [1]);
    answer(inside.sent[0]);
    const fresh = next(model);
    expect(fresh.sent).toEqual([inside.sent[1]]);
    const told = vi.spyOn(fresh as unknown as { trigger(...all: unknown[]): void }, 'trigger');
    const { client, seq } = fresh.sent[0];
    fresh.receive({ kind: 'done', client, seq, ok: true, reason: '', words: 'Skipped.', ids: [1] }, []);
    const words = 'Saved now, since it was not before: 1.png: skip.';
    expect(told).toHaveBeenCalledWith('done', expect.objectContaining({ words }), fresh.sent[0]);
    expect(next(fresh as unknown as LabelerModel).sent).toEqual([]);
  });

  it('hands a confirmed suggestion on as what it was', () => {
    const suggestion = { words: 'dog', labels: ['dog'], shapes: null, sure: 0.9, by: 'model' };
    inside.receive({ kind: 'items', rid: 3, items: [{ ...item(0, null), suggestion }] }, []);
    model.decide('confirm', [0]);
    expect(inside.sent[0]).toMatchObject({ what: 'confirm', value: null });
    expect(next(model).sent[0]).toMatchObject({ what: 'label', value: ['dog'] });
  });

  it('hands nothing on that was undone meanwhile, or whose sense may be another one, and says what', () => {
    model.decide('label', [0], 'cat');
    model.turn('undo');
    const fresh = next(model);
    expect(fresh.sent).toEqual([]);
    expect(fresh.notice).toBe('Not saved when the kernel went away, to be done again: 0.png: cat; undo.');
  });

  it('hands nothing on to a labeler of other pictures, to one that cannot save, or while it may still be answered', () => {
    model.decide('label', [0], 'cat');
    const other = made() as unknown as IInside;
    other.receive({ ...NOTHING_YET, list: 'mine' }, []);
    expect(other.sent).toEqual([]); // this one still sends it again itself
    expect(next(model, 'others').sent).toEqual([]);
    const locked = next(model, 'mine', 'in use');
    expect(locked.sent).toEqual([]);
    locked.receive({ ...NOTHING_YET, list: 'mine' }, []);
    expect(locked.sent).toHaveLength(1);
  });
});

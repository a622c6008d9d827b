import { expect, it, vi } from 'vitest';
import { Deciding } from './deciding';
import type { LabelerModel } from './model';
import type { Picture } from './picture';
import { NOTHING_YET, TO_DO } from './state';

function deciding(id: number): { one: Deciding; shown: (number | null)[] } {
  const shown: (number | null)[] = [];
  const ids = [0, 1, 2, 3];
  const model = {
    labeler: { ...NOTHING_YET, task: 'single' },
    lost: false,
    order: { ids, placeOf: (wanted: number) => ids.indexOf(wanted) },
    states: ids.map(() => TO_DO),
    turn: vi.fn(),
    decide: vi.fn()
  };
  const picture = { id, place: id, loaded: true };
  const host = { show: (next: number | null) => void shown.push(next), update: vi.fn() };
  return { one: new Deciding(model as unknown as LabelerModel, picture as Picture, host), shown };
}

it('knows whether the user has gone on since something was taken back', () => {
  const { one, shown } = deciding(1);
  one.turn('undo');
  expect(one.moved).toBe(false);
  one.turn('undo');
  expect(one.moved).toBe(false); // the second answer shows its picture as the first one did
  one.step(1);
  expect(one.moved).toBe(true);
  one.turn('redo');
  expect(one.moved).toBe(false);
  one.skip();
  expect(one.moved).toBe(true);
  expect(shown).toEqual([2, 2]);
});

it('stays where it is at the end of the queue', () => {
  const { one, shown } = deciding(3);
  one.turn('undo');
  one.step(1);
  expect(one.moved).toBe(false);
  expect(shown).toEqual([]);
});

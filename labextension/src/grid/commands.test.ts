import { beforeEach, describe, expect, it } from 'vitest';
import type { GridAction } from '../contract/grid';
import { Commands } from './commands';
import type { GridModel } from './model';

const relabel: GridAction = {
  id: 'relabel',
  label: 'Relabel',
  key: 'l',
  hint: '',
  acts_on: 'either',
  argument: null,
  digits: false,
  then: 'next',
  shown: true,
  enabled: true
};

describe('an action after which the next one gets the focus', () => {
  let focus: number;
  let done: number[];
  let commands: Commands;

  beforeEach(() => {
    focus = 1;
    done = [];
    const model = { targets: 0, grid: { actions: [relabel], total: 9 }, act: (_: string, id: number) => done.push(id) };
    commands = new Commands(model as unknown as GridModel, {
      focused: () => focus,
      canAsk: () => true,
      ask: () => undefined,
      next: () => (focus += 1),
      back: id => (focus = id)
    });
  });
  const pressed = (): void => {
    const el = document.createElement('div');
    el.addEventListener('keydown', event => commands.onKey(event));
    el.dispatchEvent(new KeyboardEvent('keydown', { key: 'l' }));
  };

  it('moves on at once, and comes back where it was refused', () => {
    pressed();
    expect([done, focus]).toEqual([[1], 2]);
    commands.refused(1);
    expect(focus).toBe(1);
  });

  it('leaves the user where they went meanwhile', () => {
    pressed();
    pressed();
    commands.refused(1);
    expect([done, focus]).toEqual([[1, 2], 3]);
    commands.refused(2);
    expect(focus).toBe(2);
    focus = 7;
    commands.refused(null);
    expect(focus).toBe(7);
  });
});

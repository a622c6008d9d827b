import type { FullStage } from '../grid/stage';
import { STEP } from '../grid/zoom';
import type { IKey } from '../kit/keys';
import type { Deciding } from './deciding';

export interface IFocusKey extends IKey {
  /** Of use only where shapes are drawn. */
  drawing?: boolean;
}

/** What keys can have done. */
export interface IFocusDoer {
  deciding: Deciding;
  stage: FullStage;
  digit(n: number): void;
  find(): void;
  note(): void;
  arrow(event: KeyboardEvent, x: number, y: number): void;
  editClasses(): void;
  grid(): void;
  help(): void;
}

/** By key, to the right and down. */
export const ARROWS: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
};

type Run = (event: KeyboardEvent) => void;

/** The keys while the picture has the focus, in the order of the list that `?` shows. */
export function focusKeys(doer: IFocusDoer): IFocusKey[] {
  const { deciding, stage } = doer;
  const key = (keys: string[], label: string, text: string, run: Run): IFocusKey => ({ keys, label, text, run });
  const told = (label: string, text: string): IFocusKey => key([], label, text, () => undefined);
  const also = (name: string, run: Run): IFocusKey => key([name], '', '', run);
  const drawn = (one: IFocusKey): IFocusKey => ({ ...one, drawing: true });
  const arrow = (name: string): Run => {
    const [x, y] = ARROWS[name];
    return event => doer.arrow(event, x, y);
  };
  return [
    key(
      ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
      '',
      '',
      once(event => doer.digit(Number(event.key)))
    ),
    key(['/'], '/', 'type to find a class', () => doer.find()),
    key(
      ['Enter'],
      'Enter',
      'take the suggestion, or done: go on',
      once(() => deciding.confirm())
    ),
    key(
      [' ', 's'],
      'Space s',
      'skip',
      once(() => deciding.skip())
    ),
    key(
      ['u'],
      'u',
      'unsure, or no longer',
      once(() => deciding.unsure())
    ),
    key(['n'], 'n', 'write a note', () => doer.note()),
    key(
      ['Delete', 'Backspace'],
      'Delete',
      'take off the shape, or all',
      once(() => deciding.clear())
    ),
    key(['ArrowRight'], '→ ←', 'to the next, to the one before', arrow('ArrowRight')),
    also('ArrowLeft', arrow('ArrowLeft')),
    key(['j'], 'j k', 'the same, also while a shape is selected', () => deciding.step(1)),
    also('k', () => deciding.step(-1)),
    told('Ctrl+Z Ctrl+Shift+Z', 'undo, redo'),
    drawn(key(['a'], 'a', 'a new shape in the middle', () => deciding.ready && deciding.editing?.drawing.add())),
    drawn(told('Tab', 'to the next shape')),
    drawn(told('← → ↑ ↓', 'move the shape (Ctrl: ten times as far)')),
    drawn(told('Shift ← → ↑ ↓', 'make it larger or smaller')),
    drawn(key(['v'], 'v', 'to its next corner', () => deciding.editing?.drawing.nextCorner())),
    drawn(key(['b'], 'b', 'one more corner of a polygon', () => deciding.editing?.drawing.moreCorners())),
    drawn(
      key(
        ['c'],
        'c',
        'the shapes of the picture before',
        once(() => deciding.copy())
      )
    ),
    drawn(
      key(
        ['p'],
        'p',
        'take the suggested shapes',
        once(() => deciding.takeShapes())
      )
    ),
    key(['ArrowUp'], '↑ ↓', 'move the picture, also Shift ← →', arrow('ArrowUp')),
    also('ArrowDown', arrow('ArrowDown')),
    key(['+', '='], '+ −', 'larger, smaller (or the wheel)', () => stage.zoom(STEP)),
    also('-', () => stage.zoom(1 / STEP)),
    key(['0'], '0 z', 'the whole picture, its own pixels', () => stage.fit()),
    also('z', () => stage.actual()),
    key(['e'], 'e', 'edit the classes', () => doer.editClasses()),
    key(['g'], 'g', 'to the grid', () => doer.grid()),
    key(['?'], '?', 'show or hide this list (Esc closes it)', () => doer.help())
  ];
}

/** A key that is held down says something about one picture. */
function once(run: Run): Run {
  return event => {
    if (!event.repeat) {
      run(event);
    }
  };
}

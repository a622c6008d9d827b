import type { IKey } from '../kit/keys';

const PAGE = 10;
const PAN = 40;

/** What the keys do. */
export interface IKeyHost {
  /** So many slices on. */
  step(slices: number): void;
  go(slice: number): void;
  series(steps: number): void;
  /** As if the window were dragged by so many pixels. */
  drag(dx: number, dy: number): void;
  /** The named window at that place of the list. */
  preset(at: number): void;
  reset(): void;
  zoom(factor: number): void;
  pan(dx: number, dy: number): void;
  fit(): void;
  cine(): void;
  layers(): void;
  train(): void;
  predict(): void;
  shade(): void;
  draw(): void;
  header(): void;
  label(): void;
  undo(): void;
  escape(): void;
  help(): void;
}

export function dicomKeys(host: IKeyHost): IKey[] {
  const arrow =
    (dx: number, dy: number) =>
    (event: KeyboardEvent): void =>
      event.shiftKey ? host.drag(10 * dx, 10 * dy) : host.step(dx + dy);
  const key = (keys: string[], label: string, text: string, run: IKey['run']): IKey => ({ keys, label, text, run });
  return [
    key(['ArrowDown'], '← → ↑ ↓', 'to the next slice, the one before', arrow(0, 1)),
    key(['ArrowUp'], '', '', arrow(0, -1)),
    key(['ArrowRight'], '', '', arrow(1, 0)),
    key(['ArrowLeft'], '', '', arrow(-1, 0)),
    key([], 'Shift', 'with these: width and level of the window', () => undefined),
    key(['PageDown'], 'PgDn PgUp', 'ten slices', () => host.step(PAGE)),
    key(['PageUp'], '', '', () => host.step(-PAGE)),
    key(['Home'], 'Home End', 'first, last slice', () => host.go(0)),
    key(['End'], '', '', () => host.go(Number.MAX_SAFE_INTEGER)),
    key(['n'], 'n p', 'next series, the one before', () => host.series(1)),
    key(['p'], '', '', () => host.series(-1)),
    key(['1', '2', '3', '4', '5', '6', '7', '8', '9'], '1 … 9', 'windows, in the order of the list', event =>
      host.preset(Number(event.key) - 1)
    ),
    key(['r'], 'r', 'the file’s own window, whole picture', () => host.reset()),
    key(['+', '='], '+ − f', 'larger, smaller, whole', () => host.zoom(1.25)),
    key(['-'], '', '', () => host.zoom(1 / 1.25)),
    key(['f'], '', '', () => host.fit()),
    key(['w'], 'w a s d', 'move the picture', () => host.pan(0, PAN)),
    key(['a'], '', '', () => host.pan(PAN, 0)),
    key(['s'], '', '', () => host.pan(0, -PAN)),
    key(['d'], '', '', () => host.pan(-PAN, 0)),
    key(['c'], 'c', 'play the slices', () => host.cine()),
    key(['o'], 'o', 'overlays', () => host.layers()),
    key(['t'], 't', 'training view', () => host.train()),
    key(['m'], 'm', 'prediction of the model', () => host.predict()),
    key(['x'], 'x', 'stripe what is clipped', () => host.shade()),
    key(['e'], 'e', 'draw random steps again', () => host.draw()),
    key(['h'], 'h', 'header', () => host.header()),
    key(['l'], 'l', 'type a label', () => host.label()),
    key(['u'], 'u', 'undo the latest label', () => host.undo()),
    key(['Escape'], '', '', () => host.escape()),
    key(['?'], '?', 'show or hide this list', () => host.help())
  ];
}

import type { FullStage } from '../grid/stage';
import { element, setText } from '../kit/dom';
import { Drawing } from './drawing';
import type { LabelerModel } from './model';
import { fromWire, shapeWords } from './shapes';
import type { Task } from './state';

const REST_MS = 350; // after the last of several key presses that move a shape, it is saved

/** The shapes on the picture in sight: drawn, listed in words, and saved as soon as a change is at its end. */
export class Editing {
  readonly list = element('ol', 'fw-Labeler-list');
  /** What a screen reader says of the selected shape. */
  readonly spoken = element('div', 'fw-hidden');
  readonly drawing: Drawing;

  constructor(
    private _model: LabelerModel,
    stage: FullStage,
    private _task: Task,
    private _listed: () => void
  ) {
    this.spoken.setAttribute('aria-live', 'polite');
    this.drawing = new Drawing(stage, _task, {
      label: () => this._classToDraw(),
      changed: rest => this._changed(rest),
      selected: () => this.tell()
    });
  }

  /** Is there something drawn that the kernel does not have yet? */
  get unsaved(): boolean {
    return this._unsaved;
  }

  /** The class of the selected shape, or the one that is drawn with. */
  get active(): string | undefined {
    return this.drawing.selected?.label ?? this._active ?? this._model.labeler.classes[0]?.name;
  }

  /** Another picture comes in sight: what was drawn on the last one is saved. */
  leave(id: number | null): void {
    this.save(); // of the picture before
    this._id = id;
    this.drawing.load([], true);
  }

  /** The shapes as the kernel has them, unless there are newer ones here. */
  refresh(locked: boolean): void {
    if (!this._unsaved && !this.drawing.busy && this._id !== null) {
      this.drawing.refresh(fromWire(this._model.item(this._id)?.shapes ?? null), locked);
    }
  }

  /** What could not be saved, or was taken back, is dropped. */
  drop(): void {
    this._unsaved = false;
  }

  save(): void {
    window.clearTimeout(this._timer);
    if (this._unsaved && this._id !== null) {
      this._unsaved = false;
      this._model.decide('shapes', [this._id], this.drawing.shapes as never);
    }
  }

  /** Draw with this class; the selected shape gets it, too. */
  choose(name: string): void {
    this._active = name;
    this.drawing.relabel(name);
  }

  /** Go through the shapes; after the last one the focus goes on as everywhere. Returns whether it stayed. */
  tab(back: boolean): boolean {
    const { at, shapes } = this.drawing;
    const leaves = back ? at === 0 : at === shapes.length - 1;
    if (shapes.length === 0 || (leaves && at >= 0)) {
      this.drawing.escape();
      return false;
    }
    this.drawing.step(back && at < 0 ? shapes.length : back ? -1 : 1);
    this.tell();
    return true;
  }

  /** All shapes in words. */
  tell(): void {
    const { shapes, at } = this.drawing;
    const rows = shapes.map((shape, i) => {
      const row = element('li', '', shapeWords(shape, this._task));
      row.setAttribute('aria-current', String(i === at));
      return row;
    });
    this.list.replaceChildren(...rows);
    const selected = shapes[at];
    setText(this.spoken, selected ? `${at + 1} of ${shapes.length}: ${shapeWords(selected, this._task)}` : '');
    this._listed();
  }

  dispose(): void {
    this.save();
  }

  private _classToDraw(): string | null {
    const classes = this._model.labeler.classes.map(({ name }) => name);
    this._active = classes.includes(this._active ?? '') ? this._active : (classes[0] ?? null);
    if (this._active === null) {
      this._model.said = 'Add a class first: there is none to draw.';
      this._model.trigger('said');
    }
    return this._active;
  }

  private _changed(rest: boolean): void {
    this._unsaved = true;
    window.clearTimeout(this._timer);
    if (rest) {
      this._timer = window.setTimeout(() => this.save(), REST_MS);
    } else {
      this.save();
    }
    this.tell();
  }

  private _id: number | null = null;
  private _unsaved = false;
  private _active: string | null = null;
  private _timer = 0;
}

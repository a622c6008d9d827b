import type { GridModel } from './model';

/** The tile with the focus, and the range of selected tiles that began at one. */
export class Cursor {
  constructor(
    private _model: GridModel,
    private _moved: (id: number | null) => void
  ) {}

  /** The item with the focus. */
  get id(): number | null {
    return this._id;
  }

  /** Its place in the view; -1: it is not there. */
  get place(): number {
    return this._model.order.placeOf(this._id);
  }

  /** Start at an item, without telling anyone. */
  begin(id: number | null): void {
    this._id = id;
  }

  /** The view has changed: the same item, or the one that has come to its place. */
  settle(): void {
    const { ids } = this._model.order;
    if (this.place < 0) {
      const near = Math.min(Math.max(this._last, 0), ids.length - 1);
      this._set(ids.length ? ids[near] : null);
    }
    this._last = this.place;
    this._anchor = null;
  }

  /** Go to a place of the view. */
  to(place: number): void {
    this._last = place;
    this._set(this._model.order.ids[place]);
  }

  /** The items around it, the next one first. */
  neighbours(): number[] {
    const { ids } = this._model.order;
    const { place } = this;
    return [place + 1, place - 1, place + 2].filter(at => at >= 0 && at < ids.length && place >= 0).map(at => ids[at]);
  }

  /** Select it, or no longer; a range begins here. */
  toggle(): void {
    if (this._id !== null) {
      this._model.select('toggle', [this._id]);
      this._anchor = this._id;
    }
  }

  /** The next range begins wherever the focus is then. */
  endRange(): void {
    this._anchor = null;
  }

  /** Shift and a move: the range from where it began grows or shrinks from place `from` to place `to`. */
  extend(from: number, to: number): void {
    const { order, selection } = this._model;
    const { ids } = order;
    const start = order.placeOf(this._anchor);
    if (start < 0) {
      this._anchor = ids[from];
      this._model.select('add', [ids[from], ids[to]], true);
      return;
    }
    if ((to - start) * (from - start) < 0 || Math.abs(to - start) < Math.abs(from - start)) {
      const out = (to - start) * (from - start) > 0 ? to + Math.sign(from - to) : start + Math.sign(from - start);
      this._model.select('remove', [ids[out], ids[from]], true);
    }
    if (!selection.has(ids[to]) || Math.abs(to - start) > Math.abs(from - start)) {
      this._model.select('add', [ids[start], ids[to]], true);
    }
  }

  /** A click on an item: with `range` all from where the range began, with `toggle` that one. */
  click(id: number, range: boolean, toggle: boolean): void {
    const { order } = this._model;
    const before = order.placeOf(this._anchor ?? this._id);
    if (range && before >= 0) {
      this._model.select('add', [order.ids[before], id], true);
      return;
    }
    if (toggle) {
      this._model.select('toggle', [id]);
    }
    this._anchor = id;
  }

  private _set(id: number | null): void {
    if (id !== this._id) {
      this._id = id;
      this._moved(id);
    }
  }

  private _id: number | null = null;
  private _last = 0; // its place, when it was last there
  private _anchor: number | null = null; // where the range began
}

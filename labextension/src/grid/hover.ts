import { element } from '../kit/dom';
import type { GridModel } from './model';
import { titleOf } from './state';
import { tileOf } from './tile';

/** Details of the tile under the pointer, beside it and inside of `around`. */
export class HoverCard {
  readonly el = element('div', 'fw-Grid-hover');

  constructor(
    private _model: GridModel,
    private _around: HTMLElement
  ) {
    this.el.hidden = true;
  }

  hide(): void {
    if (!this.el.hidden) {
      this.el.hidden = true; // on each move of the tiles: where nothing changes, nothing is to be written
    }
  }

  /** The pointer is somewhere else. */
  over(event: PointerEvent): void {
    const tile = event.pointerType === 'mouse' ? tileOf(event) : null;
    const id = tile ? Number(tile.dataset.id) : null;
    const words = id === null ? undefined : this._model.store.words(id);
    if (!tile || !words) {
      this.hide();
    } else if (this._id !== id || this.el.hidden) {
      this._id = id;
      this._show(words.details);
      this._placeAt(tile);
    }
  }

  private _show(details: string[]): void {
    const { grid } = this._model;
    const rows = details.flatMap((text, i) =>
      text ? [element('div', '', element('b', '', `${titleOf(grid, grid.details[i])} `), text)] : []
    );
    this.el.replaceChildren(...rows);
    this.el.hidden = rows.length === 0;
  }

  private _placeAt(tile: HTMLElement): void {
    const own = this._around.getBoundingClientRect();
    const box = tile.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.el;
    const below = box.bottom - own.top + 2;
    const fits = below + height <= own.height;
    const left = Math.max(0, Math.min(box.left - own.left, own.width - width - 2));
    this.el.style.left = `${left}px`;
    this.el.style.top = `${Math.max(0, fits ? below : box.top - own.top - height - 2)}px`;
  }

  private _id: number | null = null;
}

import type { GridLook } from '../contract/grid';
import type { GridModel } from './model';

const REST_MS = 400;

/** Lets the kernel know where the user is, soon after each move, so that a reload finds the place again. */
export class Lookout {
  constructor(
    private _model: GridModel,
    private _where: () => GridLook
  ) {}

  /** There may have been a move. */
  soon(): void {
    if (!this._timer) {
      this._timer = window.setTimeout(() => this._send(), REST_MS);
    }
  }

  dispose(): void {
    window.clearTimeout(this._timer);
  }

  private _send(): void {
    this._timer = 0;
    const look = this._where();
    const words = JSON.stringify(look);
    if (words !== this._last && !this._model.lost) {
      this._last = words;
      this._model.look(look);
    }
  }

  private _timer = 0;
  private _last = '';
}

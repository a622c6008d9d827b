import type { GridLook } from '../contract/grid';
import type { GridModel } from './model';

const REST_MS = 400;

/**
 * Lets the kernel know where the user is, once that is at rest, so that a reload finds the place again. Not on the way:
 * around each message to the kernel JupyterLab draws its toolbar anew.
 */
export class Lookout {
  constructor(
    private _model: GridModel,
    private _where: () => GridLook
  ) {}

  /** There may have been a move. */
  soon(): void {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this._send(), REST_MS);
  }

  dispose(): void {
    window.clearTimeout(this._timer);
  }

  private _send(): void {
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

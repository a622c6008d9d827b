import { decodeAhead } from '../grid/full';
import { FullStage } from '../grid/stage';
import { element, setText } from '../kit/dom';
import type { LabelerModel } from './model';
import { soon } from './state';

const AHEAD = 5; // pictures that are loaded before they are looked at
const LEAST_SIDE = 1024;

/** The picture in sight, on a stage that zooms; the next ones are loaded meanwhile. */
export class Picture {
  readonly el = element('div', 'fw-Labeler-port');
  readonly stage: FullStage;

  constructor(
    private _model: LabelerModel,
    moved: () => void,
    private _loaded: () => void
  ) {
    this.stage = new FullStage(moved);
    this._reason.setAttribute('role', 'alert');
    this.el.tabIndex = 0;
    this.el.setAttribute('role', 'group');
    this.el.append(this.stage.el, this._reason);
    this.el.addEventListener('pointerdown', () => this.focus());
  }

  get id(): number | null {
    return this._id;
  }

  /** Its place in the queue; -1: it is not there. */
  get place(): number {
    return this._model.order.placeOf(this._id);
  }

  /** Is it in sight, or the reason why it cannot be? */
  get loaded(): boolean {
    return this._ready;
  }

  /** Has it no pixels to draw on? */
  get broken(): boolean {
    return this._broken;
  }

  focus(): void {
    this.el.focus({ preventScroll: true });
  }

  /** Show another one; null: none. */
  show(id: number | null): void {
    this._id = id;
    this._ready = false;
    setText(this._reason, '');
    this.stage.show('', { width: 1, height: 1 }, false);
    if (id !== null) {
      this.stage.el.classList.add('fw-mod-waiting');
      void this._load(id);
      this._preload();
    }
  }

  /** Those that will be looked at next. */
  soon(): number[] {
    return soon(this._model.order.ids, this._model.states, this.place, AHEAD);
  }

  dispose(): void {
    this.stage.dispose();
  }

  private async _load(id: number): Promise<void> {
    const { url, reason, width, height } = await this._model.pictures.get(id, this._side);
    if (this._id !== id) {
      return; // gone on meanwhile
    }
    this.stage.el.classList.remove('fw-mod-waiting');
    this._broken = url === '';
    setText(this._reason, reason || (url ? '' : 'There is no picture.'));
    this.stage.show(url, url ? { width, height } : { width: 1, height: 1 }, Math.max(width, height) <= 64);
    this._ready = true;
    this._loaded();
  }

  private _preload(): void {
    for (const id of this.soon()) {
      void this._model.pictures.get(id, this._side).then(({ url }) => decodeAhead(url));
    }
  }

  /** Pixels that the page can show, in steps, so that a page made a little larger loads nothing anew. */
  private get _side(): number {
    const room = Math.max(this.el.clientWidth, this.el.clientHeight, LEAST_SIDE / 2);
    const pixels = room * (window.devicePixelRatio || 1);
    return LEAST_SIDE * 2 ** Math.max(0, Math.ceil(Math.log2(pixels / LEAST_SIDE)));
  }

  private _id: number | null = null;
  private _ready = false;
  private _broken = false;
  private _reason = element('div', 'fw-Full-reason');
}

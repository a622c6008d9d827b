import { button, element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { keyList } from './keylist';
import type { GridModel } from './model';
import { FullStage } from './stage';
import { count, titleOf } from './state';
import { STEP } from './zoom';

/** What a view that embeds the grid adds to the full-size view. */
export interface IFullOptions {
  /** Keys besides those for zooming and moving on; listed at `?` too. */
  keys?: IKey[];
  /** Stands beside the picture, above its details. */
  extra?: HTMLElement;
  /** A picture is shown; `layer()` of the stage gives something to draw on. */
  onShow?(id: number, stage: FullStage): void;
  onClose?(): void;
}

/** What the full-size view needs of the grid around it. */
export interface IHost {
  /** Go so many tiles on; gives the item that has the focus then. */
  step(by: number): number | null;
  toggle(): void;
  /** The items so many tiles further on, as far as there are any. */
  neighbours(): number[];
  /** A key of the owner's actions; returns whether it was one. */
  onKey(event: KeyboardEvent): boolean;
  /** The owner's keys, for the list. */
  keys(): IKey[];
}

const LEAST_SIDE = 1024;
const SHARPEST = 8192;
const PAN = 80;

/** One picture over the whole window: zoomed, dragged, compared with the next and the one before. */
export class FullView {
  readonly el = element('dialog', 'fw-Full');
  readonly stage: FullStage;

  constructor(
    private _model: GridModel,
    private _host: IHost,
    private _options: IFullOptions = {}
  ) {
    this.stage = new FullStage(() => this._onZoom());
    this.el.setAttribute('aria-label', 'Picture at full size. Press ? for its keys.');
    this.el.tabIndex = -1;
    this._list.hidden = true;
    this._reason.setAttribute('role', 'alert');
    const bar = element('div', 'fw-Full-bar', this._title, this._zoom, ...this._buttons());
    const side = element('aside', 'fw-Full-side', ...(_options.extra ? [_options.extra] : []), this._details);
    const middle = element('div', 'fw-Full-middle', this.stage.el, this._reason, this._list);
    this.el.append(bar, element('div', 'fw-Full-body', middle, side));
    this.el.addEventListener('keydown', event => {
      event.stopPropagation(); // not the tiles' keys too
      if (this._host.onKey(event)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    });
    this._unbind = bindKeys(this.el, [...this._keys, ...(_options.keys ?? [])]);
    this.el.addEventListener('cancel', event => {
      event.preventDefault(); // Escape: by our own way
      this._escape();
    });
    this.el.addEventListener('close', () => this._options.onClose?.());
  }

  get open(): boolean {
    return this.el.open;
  }

  /** Show an item, and open where it is not open. */
  show(id: number): void {
    if (!this.el.open) {
      this.el.showModal();
      this.el.focus();
    }
    this._id = id;
    this._placeholder(id);
    this.update();
    void this._load(id, this._wantedSide());
    this._options.onShow?.(id, this.stage);
    for (const next of this._host.neighbours()) {
      void this._model.pictures.get(next, this._wantedSide()).then(({ url }) => decodeAhead(url));
    }
  }

  close(): void {
    this.el.close();
  }

  /** Words that have changed. */
  update(): void {
    if (!this.el.open || this._id === null) {
      return;
    }
    const { grid, order, store, selection } = this._model;
    const words = store.words(this._id);
    const place = order.placeOf(this._id);
    const where =
      place < 0 ? 'not in this view' : `${(place + 1).toLocaleString('en')} of ${count(order.ids.length, grid.unit)}`;
    const name = words?.captions[0] ?? '…';
    setText(this._title, `${selection.has(this._id) ? '✓ ' : ''}${name} · ${where}`);
    this._title.title = name;
    this._select.setAttribute('aria-pressed', String(selection.has(this._id)));
    const rows = (words?.details ?? []).flatMap((text, i) => [
      element('dt', '', titleOf(grid, grid.details[i])),
      element('dd', '', text || '–')
    ]);
    const { width, height } = this.stage.size;
    const size = this._sized ? [element('dt', '', 'pixels'), element('dd', '', `${width} × ${height}`)] : [];
    this._details.replaceChildren(...rows, ...size);
    this.stage.overlay(this._model.get('overlay_on') ? (store.overlay(this._id) ?? '') : '');
  }

  dispose(): void {
    this._unbind();
    this.stage.dispose();
    this.el.close();
    this.el.remove();
  }

  private _placeholder(id: number): void {
    const thumb = this._model.store.picture(id);
    this._sized = false;
    setText(this._reason, thumb?.reason ?? '');
    this.stage.show('', { width: 1, height: 1 }, false);
    this.stage.el.classList.toggle('fw-mod-waiting', !thumb?.reason);
  }

  private async _load(id: number, side: number): Promise<void> {
    const { url, reason, width, height } = await this._model.pictures.get(id, side);
    if (this._id !== id || !this.el.open) {
      return; // gone on meanwhile
    }
    this.stage.el.classList.remove('fw-mod-waiting');
    setText(this._reason, reason || (url ? '' : 'There is no picture.'));
    this._shownSide = side;
    if (this._sized) {
      this.stage.sharpen(url);
      return;
    }
    this._sized = url !== '';
    this.stage.show(url, url ? { width, height } : { width: 1, height: 1 }, Math.max(width, height) <= 64);
    this.update();
  }

  /** Zoomed beyond the pixels that are here: get the rest. */
  private _onZoom(): void {
    setText(this._zoom, this._sized ? `${Math.round(100 * this.stage.scale)} %` : '');
    const { width, height } = this.stage.size;
    const longest = Math.max(width, height);
    const needed = this.stage.scale * longest * (window.devicePixelRatio || 1);
    if (this._sized && this._id !== null && needed > 1.2 * this._shownSide && longest > this._shownSide) {
      this._shownSide = SHARPEST;
      void this._load(this._id, SHARPEST);
    }
  }

  /** Pixels that fill the window, in few steps, so that a window a little larger asks for no other picture. */
  private _wantedSide(): number {
    const pixels = Math.max(window.innerWidth, window.innerHeight) * (window.devicePixelRatio || 1);
    return Math.min(4096, LEAST_SIDE * 2 ** Math.ceil(Math.log2(Math.max(1, pixels / LEAST_SIDE))));
  }

  private _step(by: number): void {
    const next = this._host.step(by);
    if (next !== null && next !== this._id) {
      this.show(next);
    }
  }

  private _escape(): void {
    if (this._list.hidden) {
      this.close();
    } else {
      this._toggleHelp();
    }
  }

  private _toggleHelp(): void {
    const keys = [...this._keys, ...(this._options.keys ?? []), ...this._host.keys()];
    this._list.replaceChildren(...keyList('Keys at full size', keys));
    this._list.hidden = !this._list.hidden;
    this._help.setAttribute('aria-expanded', String(!this._list.hidden));
  }

  private _arrow(event: KeyboardEvent, by: number, dx: number, dy: number): void {
    if (event.shiftKey || by === 0) {
      this.stage.pan(dx, dy);
    } else {
      this._step(by);
    }
  }

  private _buttons(): HTMLElement[] {
    return [
      button('‹', 'The one before (←)', () => this._step(-1)),
      button('›', 'The next one (→)', () => this._step(1)),
      button('−', 'Smaller (−)', () => this.stage.zoom(1 / STEP)),
      button('+', 'Larger (+)', () => this.stage.zoom(STEP)),
      button('Fit', 'The whole picture (0)', () => this.stage.fit()),
      button('1:1', 'Its own pixels (z)', () => this.stage.actual()),
      this._select,
      this._help,
      button('Close', 'Back to the tiles (Esc)', () => this.close())
    ];
  }

  private _keys: IKey[] = [
    { keys: ['ArrowRight', 'j'], label: '→ j', text: 'the next one', run: e => this._arrow(e, 1, -PAN, 0) },
    { keys: ['ArrowLeft', 'k'], label: '← k', text: 'the one before', run: e => this._arrow(e, -1, PAN, 0) },
    { keys: ['ArrowUp'], label: '↑ ↓', text: 'move the picture, also Shift ← →', run: e => this._arrow(e, 0, 0, PAN) },
    { keys: ['ArrowDown'], label: '', text: '', run: e => this._arrow(e, 0, 0, -PAN) },
    { keys: ['+', '='], label: '+ −', text: 'larger, smaller (or the wheel)', run: () => this.stage.zoom(STEP) },
    { keys: ['-'], label: '', text: '', run: () => this.stage.zoom(1 / STEP) },
    { keys: ['0'], label: '0', text: 'the whole picture', run: () => this.stage.fit() },
    { keys: ['z'], label: 'z', text: 'its own pixels', run: () => this.stage.actual() },
    { keys: [' ', 'x'], label: 'Space x', text: 'select, or no longer', run: () => this._toggle() },
    { keys: ['Enter'], label: 'Enter Esc', text: 'back to the tiles', run: () => this.close() },
    { keys: ['?'], label: '?', text: 'show or hide this list', run: () => this._toggleHelp() }
  ];

  private _toggle(): void {
    this._host.toggle();
    this.update();
  }

  private _id: number | null = null;
  private _sized = false;
  private _shownSide = 0;
  private _title = element('span', 'fw-Full-title');
  private _zoom = element('output', 'fw-Full-zoom');
  private _reason = element('div', 'fw-Full-reason');
  private _details = element('dl', 'fw-Full-details');
  private _select = button('Select', 'Select, or no longer (Space)', () => this._toggle());
  private _help = button('?', 'Keys (?)', () => this._toggleHelp());
  private _list = element('div', 'fw-Keys fw-Grid-keys');
  private _unbind: () => void;
}

/** Let the browser decode a picture before it is shown: of a photo that takes longer than all the rest. */
export function decodeAhead(url: string): void {
  if (url) {
    const image = new Image();
    image.src = url;
    image.decode().catch(() => undefined); // let go of meanwhile
  }
}

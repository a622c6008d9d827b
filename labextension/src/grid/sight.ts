import { element } from '../kit/dom';
import { settings } from '../kit/settings';
import { AHEAD, LARGEST, layOut, moved, offsetOf, reveal, rowsAt, scrollFor, sideFor, SMALLEST } from './layout';
import type { ILayout, Move } from './layout';
import type { GridModel } from './model';
import { Rows } from './rows';
import { paint, type ITile } from './tile';

export interface ISightHost {
  /** The item with the focus. */
  focused(): number | null;
  /** Chips on a tile besides those of the columns. */
  extraBadges(id: number): string[];
  /** Tiles were drawn, elsewhere perhaps. */
  drawn(): void;
}

const ZOOM = 1.2;
const REST_MS = 150; // after so long without a move the tiles are at rest
const GLANCE_MS = 100; // what is in sight for less than this is not seen
const AHEAD_TILES = 120; // beyond the next page, so that scrolling asks seldom
const USUAL_TILE = 128; // of a grid for which neither a cell nor a click has said another size

/** The window on the tiles: lays them out, scrolls, draws those in sight, and has what they show loaded. */
export class Sight {
  readonly el = element('div', 'fw-Grid-port');

  constructor(
    private _model: GridModel,
    private _root: HTMLElement,
    name: string,
    private _host: ISightHost
  ) {
    this._rows = new Rows(name, (el, place) => this._paint(el, place));
    this.el.tabIndex = 0;
    this.el.setAttribute('role', 'grid');
    this.el.setAttribute('aria-multiselectable', 'true');
    this.el.append(this._spacer, this._rows.el);
    this.el.addEventListener('scroll', () => this._drawSoon(), { passive: true });
    this._watch = new ResizeObserver(() => this.relayout());
    this._watch.observe(this.el);
  }

  /** The place of the first tile that is seen whole. */
  get top(): number {
    return Math.ceil(this._offset / this._layout.pitch) * this._layout.columns;
  }

  /** The size of tiles that is asked for, in pixels; the page may be too large for such small ones. */
  get tile(): number {
    return this._tileWanted;
  }

  /** Begin with tiles of this size and the one at place `top` in the first row. */
  begin(tile: number, top: number): void {
    this._tileWanted = tile === USUAL_TILE ? settings().thumbnailSize : tile;
    this._topWanted = top;
  }

  /** Lay out all tiles anew: their number, their size or that of the page has changed. */
  relayout(): void {
    const { grid, order } = this._model;
    const { clientWidth: width, clientHeight: height } = this.el;
    if (width === 0) {
      return; // not on the page yet
    }
    const first = this._layout.columns * Math.round(this._offset / this._layout.pitch);
    const before = this._layout;
    this._layout = layOut(order.ids.length, this._tileWanted, grid.captions.length, width, height);
    const { tile, pitch, columns, rows, scrolled } = this._layout;
    this._root.style.setProperty('--fw-tile', `${tile}px`);
    this._root.style.setProperty('--fw-lines', String(grid.captions.length));
    this._spacer.style.height = `${scrolled}px`;
    this.el.setAttribute('aria-rowcount', String(rows));
    this.el.setAttribute('aria-colcount', String(columns));
    if (before.columns !== columns || before.pitch !== pitch || this._topWanted !== null) {
      this._scroll(Math.floor((this._topWanted ?? first) / columns) * pitch); // what was at the top stays there
      this._topWanted = null;
    }
    this.redraw();
  }

  /** Draw all tiles in sight again. */
  redraw(): void {
    this._draw();
    this.refresh();
  }

  /** Write the tiles on the page again, or those of `ids`; what they lack is loaded. */
  refresh(ids?: number[]): void {
    this._rows.refresh(this._layout, ids && new Set(ids));
    if (!ids) {
      this._want();
    }
    this.markFocus();
  }

  /** Where a key leads from a place. */
  moved(from: number, move: Move): number {
    return moved(this._layout, from, move);
  }

  /** Bring a place in sight. */
  reveal(place: number): void {
    this._scroll(reveal(this._layout, Math.floor(place / this._layout.columns), this._offset));
    this._draw();
  }

  zoom(steps: number): void {
    this._resize(this._layout.tile * ZOOM ** steps);
  }

  /** The user has set something, perhaps the size: then what was zoomed goes to it. Returns whether it was the size. */
  takeUsual(): boolean {
    const { thumbnailSize } = settings();
    if (thumbnailSize === this._usual) {
      return false;
    }
    this._usual = thumbnailSize;
    this._resize(thumbnailSize);
    return true;
  }

  /** Show which tile has the focus. */
  markFocus(): void {
    const place = this._model.order.placeOf(this._host.focused());
    const el = place >= 0 ? this._rows.at(place) : undefined;
    if (this._marked && this._marked !== el) {
      this._marked.classList.remove('fw-mod-focused');
    }
    el?.classList.add('fw-mod-focused');
    this._marked = el;
    if (el) {
      this.el.setAttribute('aria-activedescendant', el.id);
    } else {
      this.el.removeAttribute('aria-activedescendant');
    }
  }

  dispose(): void {
    window.clearTimeout(this._rest);
    this._watch.disconnect();
    window.cancelAnimationFrame(this._frame);
  }

  private _resize(wanted: number): void {
    this._tileWanted = Math.round(Math.max(SMALLEST, Math.min(wanted, LARGEST)));
    this.relayout();
  }

  private _drawSoon(): void {
    if (!this._frame) {
      this._frame = window.requestAnimationFrame(() => {
        this._frame = 0;
        this._draw();
      });
    }
  }

  private _draw(): void {
    const offset = offsetOf(this._layout, this.el.scrollTop);
    const hurried = this._tookOff(offset);
    this._down = offset >= this._offset;
    this._offset = offset;
    const [first, last] = rowsAt(this._layout, offset);
    this._rows.show(this._layout, first, last, this.el.scrollTop - offset);
    window.clearTimeout(this._rest);
    this._rest = window.setTimeout(() => this._rows.sort(), REST_MS);
    this.markFocus();
    this._want(hurried);
    this._host.drawn();
  }

  /** Do the tiles fly past so fast that they cannot be seen? One jump is none: it ends where something is to be seen. */
  private _tookOff(offset: number): boolean {
    const now = performance.now();
    const [ms, pixels] = [now - this._drawnAt, Math.abs(offset - this._offset)];
    this._drawnAt = now;
    return ms < REST_MS && pixels * GLANCE_MS > this._layout.height * ms;
  }

  private _paint(el: HTMLElement, place: number): void {
    const { store, selection, order, grid } = this._model;
    const id = order.ids[place];
    const tile: ITile = {
      id,
      words: store.words(id),
      picture: store.picture(id),
      overlay: this._model.get('overlay_on') ? (store.overlay(id) ?? '') : '',
      selected: selection.has(id),
      extra: this._host.extraBadges(id)
    };
    paint(el, tile, grid);
    el.classList.toggle('fw-mod-focused', id === this._host.focused());
  }

  /** Tell the loader what is in sight, then what comes next on the way. */
  private _want(hurried = false): void {
    const { columns, rows, tile } = this._layout;
    const ids = this._model.order.ids;
    const [first, last] = rowsAt(this._layout, this._offset, 0);
    const page = last - first;
    const slice = (a: number, b: number): number[] => [
      ...ids.subarray(Math.max(0, a) * columns, Math.max(0, Math.min(b, rows)) * columns)
    ];
    const onward = (a: number, b: number): number[] =>
      this._down ? slice(last + a, last + b) : slice(first - b, first - a);
    const around = [...slice(first - AHEAD, first), ...slice(last, last + AHEAD)];
    const near = new Set([...slice(first, last), ...around, ...onward(0, page)]);
    const far = onward(page, page + Math.ceil(AHEAD_TILES / columns));
    this._model.loader.want({
      ids: [...new Set([...near, ...far])],
      near: near.size,
      side: sideFor(tile, window.devicePixelRatio || 1),
      overlays: Boolean(this._model.get('overlay_on')),
      hurried
    });
  }

  private _scroll(offset: number): void {
    const top = scrollFor(this._layout, offset);
    if (Math.abs(this.el.scrollTop - top) >= 1) {
      this.el.scrollTop = top;
    }
    this._offset = offsetOf(this._layout, this.el.scrollTop);
  }

  private _spacer = element('div', 'fw-Grid-spacer');
  private _rows: Rows;
  private _layout: ILayout = layOut(0, 128, 1, 1, 1);
  private _offset = 0;
  private _down = true;
  private _usual = settings().thumbnailSize;
  private _tileWanted = USUAL_TILE;
  private _topWanted: number | null = null; // until the page has told how wide it is
  private _frame = 0;
  private _marked: HTMLElement | undefined;
  private _drawnAt = -Infinity;
  private _rest = 0;
  private _watch: ResizeObserver;
}

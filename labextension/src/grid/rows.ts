import { element } from '../kit/dom';
import type { ILayout } from './layout';

/** Fills the tile at a place of the view. */
type Fill = (el: HTMLElement, place: number) => void;

/**
 * The rows of tiles on the page: only those in sight, and a few more. Elements of rows that leave are used again for
 * those that come.
 */
export class Rows {
  readonly el = element('div', 'fw-Grid-rows');

  constructor(
    private _prefix: string,
    private _fill: Fill
  ) {
    this.el.setAttribute('role', 'rowgroup');
  }

  /** Have the rows `first` up to `last` on the page; `shift` is how much lower than their own place they are drawn. */
  show(layout: ILayout, first: number, last: number, shift: number): void {
    if (layout.columns !== this._columns || layout.tile !== this._tile) {
      this.clear();
      this._columns = layout.columns;
      this._tile = layout.tile;
      this.el.style.setProperty('--fw-columns', String(layout.columns));
    }
    const spare: HTMLElement[] = [];
    for (const [row, el] of this._shown) {
      if (row < first || row >= last) {
        this._shown.delete(row);
        spare.push(el);
      }
    }
    for (let row = first; row < last; row++) {
      let el = this._shown.get(row);
      if (!el) {
        el = spare.pop() ?? this._make();
        this._shown.set(row, el);
        this._place(el, row, layout);
      }
      const y = `translateY(${Math.round(row * layout.pitch + shift)}px)`;
      if (el.style.transform !== y) {
        el.style.transform = y;
      }
    }
    spare.forEach(el => el.remove());
  }

  /**
   * Put the rows on the page in the order in which they are read aloud. Not while scrolling: the browser makes a row
   * that is moved in the page anew, with all that is on it; until then `aria-rowindex` tells the order.
   */
  sort(): void {
    let above: HTMLElement | null = null;
    for (const row of [...this._shown.keys()].sort((a, b) => a - b)) {
      const el = this._shown.get(row)!;
      if (el.previousElementSibling !== above) {
        this.el.insertBefore(el, above ? above.nextSibling : this.el.firstChild);
      }
      above = el;
    }
  }

  /** Write all tiles on the page again, or those of `ids`. */
  refresh(layout: ILayout, ids?: Set<number>): void {
    for (const [row, el] of this._shown) {
      this._place(el, row, layout, ids);
    }
  }

  /** The tile at a place of the view, if it is on the page. */
  at(place: number): HTMLElement | undefined {
    const row = this._shown.get(Math.floor(place / this._columns));
    return row?.children[place % this._columns] as HTMLElement | undefined;
  }

  clear(): void {
    this.el.replaceChildren();
    this._shown.clear();
  }

  private _make(): HTMLElement {
    const tiles = Array.from({ length: this._columns }, () => {
      const tile = element('div', 'fw-Grid-tile');
      tile.setAttribute('role', 'gridcell');
      return tile;
    });
    const el = element('div', 'fw-Grid-row', ...tiles);
    el.setAttribute('role', 'row');
    this.el.append(el);
    return el;
  }

  private _place(el: HTMLElement, row: number, layout: ILayout, ids?: Set<number>): void {
    el.setAttribute('aria-rowindex', String(row + 1));
    for (let column = 0; column < this._columns; column++) {
      const tile = el.children[column] as HTMLElement;
      const place = row * this._columns + column;
      tile.hidden = place >= layout.total;
      if (tile.hidden) {
        tile.removeAttribute('data-id');
      } else if (!ids || ids.has(Number(tile.dataset.id))) {
        tile.id = `${this._prefix}-${place}`;
        tile.setAttribute('aria-colindex', String(column + 1));
        this._fill(tile, place);
      }
    }
  }

  private _shown = new Map<number, HTMLElement>();
  private _columns = 0;
  private _tile = 0;
}

import { element } from '../kit/dom';
import { onTheme } from '../kit/theme';
import { nameWidth, paint } from './paint';
import { fitting, hit, LARGEST, reveal, type IPlaces } from './places';
import type { Corner, IRange, Table } from './state';

/** What is marked on the sheet. */
export interface ISheetMarks {
  focus: Corner | null;
  range: IRange | null;
}

const ZOOM = 1.4;
const TOP = 84; // pixels for the names of the columns
const LEAST = 240; // pixels of its height
const MOST = 400;
const MOST_PICKED = 400; // cells that are marked one by one as picked

/** The table as one picture that scrolls and zooms: a thousand classes take as many elements as two. */
export class Sheet {
  readonly el = element('div', 'fw-Matrix-port');
  readonly stage = element('div', 'fw-Matrix-stage', this.el);

  constructor(private _marks: () => ISheetMarks) {
    this._canvas.setAttribute('aria-hidden', 'true');
    this.el.append(this._spacer, this._canvas);
    for (const event of ['scroll', 'focus', 'blur']) {
      this.el.addEventListener(event, () => this.drawSoon(), { passive: true });
    }
    this.el.addEventListener('wheel', event => this._onWheel(event), { passive: false });
    this._untheme = onTheme(() => this._draw());
    this._watch = new ResizeObserver(() => this._relayout());
    this._watch.observe(this.el);
  }

  /** Show a table, or one of another kind: that is seen whole at first. */
  update(table: Table, isOther: boolean): void {
    this._table = table;
    this._zoomed = isOther ? null : this._zoomed;
    this._relayout();
  }

  zoom(steps: number): void {
    this._zoomed = Math.min(this._places.cell * ZOOM ** steps, LARGEST);
    this._relayout();
    this.reveal();
  }

  /** The whole table. */
  fit(): void {
    this._zoomed = null;
    this._relayout();
  }

  /** Bring the cell with the focus in sight. */
  reveal(): void {
    const { focus } = this._marks();
    if (focus) {
      const { cell, left, top, width, height } = this._places;
      this.el.scrollTop = reveal(focus[0], this.el.scrollTop, height - top, cell);
      this.el.scrollLeft = reveal(focus[1], this.el.scrollLeft, width - left, cell);
      this.drawSoon();
    }
  }

  /** Row and column under the pointer; -1 on the names, null outside. */
  at(event: MouseEvent): Corner | null {
    const box = this.el.getBoundingClientRect();
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const inside = point.x < this.el.clientWidth && point.y < this.el.clientHeight; // not on the scroll bars
    const table = this._table;
    return table && inside ? hit(this._places, this._scroll, point, table.rows, table.columns) : null;
  }

  drawSoon(): void {
    if (!this._frame) {
      this._frame = window.requestAnimationFrame(() => this._draw());
    }
  }

  dispose(): void {
    this._untheme();
    this._watch.disconnect();
    window.cancelAnimationFrame(this._frame);
  }

  private get _scroll(): { x: number; y: number } {
    return { x: this.el.scrollLeft, y: this.el.scrollTop };
  }

  private _relayout(): void {
    const table = this._table;
    if (!table) {
      return;
    }
    this.stage.style.height = `${Math.max(LEAST, Math.min(MOST, TOP + table.rows * LARGEST + 4))}px`;
    const { clientWidth: width, clientHeight: height } = this.el;
    if (width === 0) {
      return;
    }
    const left = nameWidth(this._canvas, table.said.rows);
    const room = { left, top: TOP, width, height };
    const fit = fitting(table.rows, table.columns, room);
    this._places = { ...room, cell: Math.max(this._zoomed ?? fit, fit) };
    this._spacer.style.width = `${left + table.columns * this._places.cell + 1}px`;
    this._spacer.style.height = `${TOP + table.rows * this._places.cell + 1}px`;
    this._canvas.style.width = `${width}px`;
    this._canvas.style.height = `${height}px`;
    this._draw();
  }

  private _draw(): void {
    window.cancelAnimationFrame(this._frame);
    this._frame = 0;
    const table = this._table;
    if (table && this.el.clientWidth > 0) {
      const active = document.activeElement === this.el;
      const marks = { ...this._marks(), picked: picked(table), active };
      paint(this._canvas, table, this._places, this._scroll, marks);
    }
  }

  private _onWheel(event: WheelEvent): void {
    if (event.ctrlKey) {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1 : -1);
    }
  }

  private _canvas = element('canvas', 'fw-Matrix-canvas');
  private _spacer = element('div', 'fw-Matrix-spacer');
  private _table: Table | null = null;
  private _places: IPlaces = { cell: 1, left: 0, top: TOP, width: 1, height: 1 };
  private _zoomed: number | null = null; // pixels of a cell; null: as large as the whole table allows
  private _frame = 0;
  private _untheme: () => void;
  private _watch: ResizeObserver;
}

/** The places of the cells whose items are shown, unless they are too many to mark. */
function picked(table: Table): Set<string> {
  const cells = table.said.picked;
  if (!cells || cells.rows.length * cells.columns.length > MOST_PICKED) {
    return new Set();
  }
  const places = cells.rows.flatMap(row => cells.columns.map(column => table.placeOf({ row, column }).join(' ')));
  return new Set(places);
}

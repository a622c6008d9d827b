import type { ConfusionCells, ConfusionLook, ConfusionTable } from '../contract/confusion';
import { Finder } from '../grid/finder';
import { keyList } from '../grid/keylist';
import { button, element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { onTheme } from '../kit/theme';
import { nameWidth, paint } from './paint';
import { fitting, hit, LARGEST, reveal, type IPlaces } from './places';
import { cellsOf, percent, rangeOf, short, type IRange, type Table } from './state';

export interface IMatrixHost {
  pick(cells: ConfusionCells | null): void;
  show(look: ConfusionLook): void;
  /** The items that are picked get the focus. */
  leave(): void;
}

const ORDERS = {
  given: 'as in the data',
  name: 'by name',
  size: 'largest first',
  errors: 'most mistakes first',
  clusters: 'confused ones together'
};
const BY = { count: 'counts', row: '% of the row', column: '% of the column' };
const WAYS = ['count', 'row', 'column'] as const;
const ZOOM = 1.4;
const TOP = 84;
const PAGE = 10;
const LEAST = 240; // pixels of its height
const MOST = 400;
let matrices = 0;

type Corner = [number, number];

/**
 * The table as one picture that scrolls and zooms, with a single cell for screen readers: the one with the focus. So a
 * thousand classes take as many elements as two.
 */
export class Matrix {
  readonly el = element('div', 'fw-Matrix');

  constructor(private _host: IMatrixHost) {
    const name = `fw-matrix-${++matrices}`;
    this._finder = new Finder(name, () => this.focus());
    this._cell.id = `${name}-cell`;
    this._build();
    this._listen();
    this._unbind = bindKeys(this.el, this._keys);
    this._untheme = onTheme(() => this._draw());
    this._watch = new ResizeObserver(() => this._relayout());
    this._watch.observe(this._port);
  }

  /** Show another table, or, with null, why there is none. */
  update(table: Table | null, trouble: string, lost: boolean): void {
    const known = this._table;
    this._table = table;
    this._lost = lost;
    setText(this._trouble, trouble);
    this._trouble.hidden = trouble === '';
    this._body.hidden = table === null;
    this._bar.hidden = table === null;
    if (!table) {
      return;
    }
    const { said } = table;
    if (JSON.stringify(said.look) === JSON.stringify({ ...said.look, ...this._wanted })) {
      this._wanted = null;
    }
    if (known?.said.rows.length !== said.rows.length || known.said.form !== said.form) {
      this._zoomed = null;
      const { picked } = said; // after a reload the focus is where the images are from
      const first: Corner = picked ? table.placeOf({ row: picked.rows[0], column: picked.columns[0] }) : [0, 0];
      this._focus = table.rows && table.columns ? first : null;
    }
    this._updateBar(table);
    this._listPairs(table);
    this._port.setAttribute('aria-rowcount', String(table.rows));
    this._port.setAttribute('aria-colcount', String(table.columns));
    this._relayout();
    this._tell();
  }

  focus(): void {
    this._port.focus({ preventScroll: true });
  }

  dispose(): void {
    this._unbind();
    this._untheme();
    this._watch.disconnect();
    window.cancelAnimationFrame(this._frame);
  }

  private _build(): void {
    const { _port: port } = this;
    this.el.setAttribute('data-lm-suppress-shortcuts', 'true');
    port.tabIndex = 0;
    port.setAttribute('role', 'grid');
    port.setAttribute('aria-readonly', 'true');
    port.setAttribute('aria-label', 'What was taken for what. Press ? for its keys.');
    this._cell.setAttribute('role', 'gridcell');
    this._row.setAttribute('role', 'row');
    this._row.append(this._cell);
    this._canvas.setAttribute('aria-hidden', 'true');
    port.append(this._spacer, this._canvas, this._row);
    this._order.append(...Object.entries(ORDERS).map(([value, text]) => new Option(text, value)));
    this._by.append(...Object.entries(BY).map(([value, text]) => new Option(text, value)));
    this._order.title = 'Order of the classes (s)';
    this._by.title = 'What stands in the cells (p)';
    this._diagonal = button('Right ones', 'Show what is right, too (d)', () => this._look('diagonal'));
    const smaller = button('−', 'Smaller cells (−)', () => this._zoom(-1));
    const larger = button('+', 'Larger cells (+)', () => this._zoom(1));
    const whole = button('Fit', 'The whole table (0)', () => this._fit());
    this._all = button('All images', 'Show the images of all cells again (Esc)', () => this._host.pick(null));
    this._help = button('?', 'Keys (?)', () => this._toggleHelp());
    this._bar.append(
      element('label', 'fw-Matrix-field', 'Order ', this._order),
      element('label', 'fw-Matrix-field', 'Cells ', this._by),
      this._output,
      this._diagonal,
      smaller,
      larger,
      whole,
      this._all,
      this._help
    );
    this._said.setAttribute('role', 'status');
    this._list.hidden = true;
    this._trouble.setAttribute('role', 'alert');
    const worst = element('div', 'fw-Matrix-worst', this._head, this._pairs);
    this._stage.append(port, this._finder.el, this._list);
    this._body.append(this._stage, worst);
    this.el.append(this._bar, this._trouble, this._body, this._said);
  }

  private _listen(): void {
    const { _port: port } = this;
    port.addEventListener('scroll', () => this._drawSoon(), { passive: true });
    port.addEventListener('focus', () => this._drawSoon());
    port.addEventListener('blur', () => this._drawSoon());
    port.addEventListener('pointerdown', event => this._onDown(event));
    port.addEventListener('pointermove', event => this._onMove(event));
    port.addEventListener('pointerup', event => this._onUp(event));
    port.addEventListener('pointerleave', () => this._tell());
    port.addEventListener('wheel', event => this._onWheel(event), { passive: false });
    this._order.addEventListener('change', () => this._set({ order: this._order.value as ConfusionLook['order'] }));
    this._by.addEventListener('change', () => this._set({ by: this._by.value as ConfusionLook['by'] }));
    this._output.addEventListener('change', () => this._set({ output: Number(this._output.value) }));
  }

  private _updateBar({ said }: Table): void {
    this._order.value = said.look.order;
    this._by.value = said.look.by;
    const classes = said.form !== 'residuals';
    this._order.parentElement!.hidden = !classes;
    this._by.parentElement!.hidden = !classes;
    const together = [...this._order.options].find(option => option.value === 'clusters')!;
    together.hidden = together.disabled = said.form === 'labels';
    this._diagonal.setAttribute('aria-pressed', String(said.look.diagonal));
    this._output.hidden = said.outputs < 2;
    if (this._output.options.length !== said.outputs) {
      this._output.replaceChildren(
        ...Array.from({ length: said.outputs }, (_, i) => new Option(`number ${i + 1} of ${said.outputs}`, String(i)))
      );
    }
    this._output.value = String(said.look.output);
    this._all.disabled = said.picked === null || this._lost;
    for (const control of [this._order, this._by, this._output, this._diagonal]) {
      control.disabled = this._lost;
    }
  }

  private _listPairs(table: Table): void {
    const { said } = table;
    const key = JSON.stringify([said.pairs, said.rows.length]);
    if (key === this._pairsKey) {
      return;
    }
    this._pairsKey = key;
    setText(this._head, said.form === 'residuals' ? 'Farthest off' : 'Most confused');
    const had = this._pairs.contains(document.activeElement);
    this._pairs.replaceChildren(
      ...said.pairs.map(({ row, column, n, share }) => {
        const text = pairText(said, row, column);
        const el = button('', '', () => this._pickPair(row, column));
        el.title = `${table.words(row, column)}`;
        el.replaceChildren(element('span', '', text), element('i', '', `${short(n)} · ${percent(share)}`));
        return element('li', '', el);
      })
    );
    if (!said.pairs.length) {
      this._pairs.replaceChildren(element('li', '', 'Nothing is confused.'));
    }
    if (had) {
      this._pairs.querySelector('button')?.focus();
    }
  }

  // Where things are

  private _relayout(): void {
    const table = this._table;
    if (!table) {
      return;
    }
    this._stage.style.height = `${Math.max(LEAST, Math.min(MOST, TOP + table.rows * LARGEST + 4))}px`;
    const { clientWidth: width, clientHeight: height } = this._port;
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

  private _drawSoon(): void {
    if (!this._frame) {
      this._frame = window.requestAnimationFrame(() => this._draw());
    }
  }

  private _draw(): void {
    window.cancelAnimationFrame(this._frame);
    this._frame = 0;
    const table = this._table;
    if (!table || this._port.clientWidth === 0) {
      return;
    }
    const picked = new Set<string>();
    const cells = table.said.picked;
    if (cells && cells.rows.length * cells.columns.length <= 400) {
      cells.rows.forEach(row => cells.columns.forEach(column => picked.add(table.placeOf({ row, column }).join(' '))));
    }
    const active = document.activeElement === this._port;
    const marks = { focus: this._focus, range: this._range, picked, active };
    paint(this._canvas, table, this._places, { x: this._port.scrollLeft, y: this._port.scrollTop }, marks);
  }

  private _zoom(steps: number): void {
    const before = this._places.cell;
    this._zoomed = Math.min(before * ZOOM ** steps, LARGEST);
    this._relayout();
    this._reveal();
  }

  private _fit(): void {
    this._zoomed = null;
    this._relayout();
  }

  private _reveal(): void {
    if (this._focus) {
      const { cell, left, top, width, height } = this._places;
      this._port.scrollTop = reveal(this._focus[0], this._port.scrollTop, height - top, cell);
      this._port.scrollLeft = reveal(this._focus[1], this._port.scrollLeft, width - left, cell);
      this._drawSoon();
    }
  }

  // Moving and choosing

  private _go(row: number, column: number, extend: boolean): void {
    const table = this._table;
    if (!table || !this._focus || !table.rows || !table.columns) {
      return;
    }
    const to: Corner = [clamp(row, table.rows), clamp(column, table.columns)];
    this._anchor = extend ? (this._anchor ?? this._focus) : null;
    this._range = this._anchor ? rangeOf(this._anchor, to) : null;
    this._focus = to;
    this._reveal();
    this._tell();
  }

  private _move(rows: number, columns: number, event: KeyboardEvent): void {
    const [row, column] = this._focus ?? [0, 0];
    this._go(row + rows, column + columns, event.shiftKey);
  }

  private _pickHere(): void {
    const table = this._table;
    if (table && this._focus && !this._lost) {
      this._host.pick(cellsOf(table, this._range ?? rangeOf(this._focus, this._focus)));
    }
  }

  /** All cells of the row, or of the column, with the focus. */
  private _pickLine(which: 0 | 1, place: number): void {
    const table = this._table;
    if (table && !this._lost) {
      const last: Corner = [table.rows - 1, table.columns - 1];
      const from: Corner = which === 0 ? [place, 0] : [0, place];
      const to: Corner = which === 0 ? [place, last[1]] : [last[0], place];
      this._host.pick(cellsOf(table, rangeOf(from, to)));
    }
  }

  private _pickPair(row: number, column: number): void {
    const table = this._table;
    if (table) {
      this._go(...table.placeOf({ row, column }), false);
      if (!this._lost) {
        this._host.pick({ rows: [row], columns: [column] });
      }
    }
  }

  /** The next most confused pair after the one with the focus. */
  private _nextPair(): void {
    const table = this._table;
    if (table?.said.pairs.length && this._focus) {
      const here = [table.rowAt(this._focus[0]), table.columnAt(this._focus[1])];
      const at = table.said.pairs.findIndex(pair => pair.row === here[0] && pair.column === here[1]);
      const { row, column } = table.said.pairs[(at + 1) % table.said.pairs.length];
      this._pickPair(row, column);
    }
  }

  private _find(): void {
    const table = this._table;
    if (table && this._focus) {
      this._finder.ask(`Go to the row of`, table.said.rows, answer => {
        const row = table.said.rows.indexOf(answer);
        if (row >= 0 && this._focus) {
          this._go(table.placeOf({ row, column: 0 })[0], this._focus[1], false);
        }
      });
    }
  }

  private _look(what: 'diagonal' | 'by' | 'order'): void {
    const look = this._wanted ?? this._table?.said.look;
    if (!look || this._lost) {
      return;
    }
    if (what === 'diagonal') {
      this._set({ diagonal: !look.diagonal });
    } else if (what === 'by') {
      this._set({ by: WAYS[(WAYS.indexOf(look.by) + 1) % WAYS.length] });
    } else {
      const orders = [...this._order.options].filter(option => !option.disabled).map(option => option.value);
      this._set({ order: orders[(orders.indexOf(look.order) + 1) % orders.length] as ConfusionLook['order'] });
    }
  }

  private _set(part: Partial<ConfusionLook>): void {
    if (this._table && !this._lost) {
      this._wanted = { ...(this._wanted ?? this._table.said.look), ...part };
      this._host.show(this._wanted);
    }
  }

  private _escape(): void {
    if (!this._list.hidden) {
      this._toggleHelp();
    } else if (this._range) {
      this._anchor = this._range = null;
      this._drawSoon();
      this._tell();
    } else if (!this._lost) {
      this._host.pick(null);
    }
  }

  private _toggleHelp(): void {
    this._list.hidden = !this._list.hidden;
    this._list.replaceChildren(...keyList('Keys while the table has the focus', this._keys));
    this._help.setAttribute('aria-expanded', String(!this._list.hidden));
  }

  // Under the pointer

  private _hitOf(event: MouseEvent): Corner | null {
    const table = this._table;
    const box = this._port.getBoundingClientRect();
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const scroll = { x: this._port.scrollLeft, y: this._port.scrollTop };
    const inside = point.x < this._port.clientWidth && point.y < this._port.clientHeight; // not on the scroll bars
    return table && inside ? hit(this._places, scroll, point, table.rows, table.columns) : null;
  }

  private _onDown(event: PointerEvent): void {
    const at = event.button === 0 ? this._hitOf(event) : null;
    if (!at) {
      return;
    }
    this.focus();
    event.preventDefault();
    if (at[0] < 0) {
      this._pickLine(1, at[1]);
    } else if (at[1] < 0) {
      this._pickLine(0, at[0]);
    } else {
      this._pressed = true;
      this._port.setPointerCapture(event.pointerId);
      this._go(at[0], at[1], event.shiftKey);
    }
  }

  private _onMove(event: PointerEvent): void {
    const at = this._hitOf(event);
    if (at && this._pressed && at[0] >= 0 && at[1] >= 0) {
      if (!this._focus || at[0] !== this._focus[0] || at[1] !== this._focus[1]) {
        this._go(at[0], at[1], true);
      }
    } else if (!this._pressed) {
      this._tell(at);
    }
  }

  private _onUp(event: PointerEvent): void {
    if (this._pressed) {
      this._pressed = false;
      this._port.releasePointerCapture(event.pointerId);
      this._pickHere();
      this._anchor = this._range = null;
    }
  }

  private _onWheel(event: WheelEvent): void {
    if (event.ctrlKey) {
      event.preventDefault();
      this._zoom(event.deltaY < 0 ? 1 : -1);
    }
  }

  /** Say what the cell under the pointer is, else the one with the focus, else what is picked. */
  private _tell(hovered: Corner | null = null): void {
    const table = this._table;
    if (!table) {
      setText(this._said, '');
      return;
    }
    const corner = hovered && hovered[0] >= 0 && hovered[1] >= 0 ? hovered : this._focus;
    const cells = this._range && !hovered ? cellsOf(table, this._range) : null;
    const words = cells
      ? table.wordsOf(cells)
      : corner
        ? table.words(table.rowAt(corner[0]), table.columnAt(corner[1]))
        : '';
    setText(this._said, words);
    if (this._focus) {
      const [row, column] = this._focus;
      const here = table.words(table.rowAt(row), table.columnAt(column));
      const { picked } = table.said;
      const shown = Boolean(picked?.rows.includes(table.rowAt(row)) && picked.columns.includes(table.columnAt(column)));
      this._row.setAttribute('aria-rowindex', String(row + 1));
      this._cell.setAttribute('aria-colindex', String(column + 1));
      this._cell.setAttribute('aria-selected', String(shown));
      this._cell.setAttribute('aria-label', cells ? table.wordsOf(cells) : here);
      this._port.setAttribute('aria-activedescendant', this._cell.id);
    } else {
      this._port.removeAttribute('aria-activedescendant');
    }
  }

  private _keys: IKey[] = [
    { keys: ['ArrowRight'], label: '← → ↑ ↓', text: 'to the next cell', run: e => this._move(0, 1, e) },
    { keys: ['ArrowLeft'], label: '', text: '', run: e => this._move(0, -1, e) },
    { keys: ['ArrowUp'], label: '', text: '', run: e => this._move(-1, 0, e) },
    { keys: ['ArrowDown'], label: '', text: '', run: e => this._move(1, 0, e) },
    { keys: [], label: 'Shift', text: 'with these: several cells together', run: () => undefined },
    { keys: ['Home'], label: 'Home End', text: 'first, last of the row', run: e => this._move(0, -1e9, e) },
    { keys: ['End'], label: '', text: '', run: e => this._move(0, 1e9, e) },
    { keys: ['PageUp'], label: 'PgUp PgDn', text: 'ten rows up, down', run: e => this._move(-PAGE, 0, e) },
    { keys: ['PageDown'], label: '', text: '', run: e => this._move(PAGE, 0, e) },
    { keys: ['Enter', ' '], label: 'Enter Space', text: 'show the images of the cell', run: () => this._pickHere() },
    { keys: ['Escape'], label: 'Esc', text: 'show the images of all cells', run: () => this._escape() },
    {
      keys: ['r'],
      label: 'r c',
      text: 'the whole row, column',
      run: () => this._focus && this._pickLine(0, this._focus[0])
    },
    { keys: ['c'], label: '', text: '', run: () => this._focus && this._pickLine(1, this._focus[1]) },
    { keys: ['n'], label: 'n', text: 'the next of the most confused', run: () => this._nextPair() },
    { keys: ['g'], label: 'g', text: 'to the images', run: () => this._host.leave() },
    { keys: ['/'], label: '/', text: 'type to find a row', run: () => this._find() },
    { keys: ['s'], label: 's', text: 'another order', run: () => this._look('order') },
    { keys: ['p'], label: 'p', text: 'counts, parts of the row, of the column', run: () => this._look('by') },
    { keys: ['d'], label: 'd', text: 'show or hide what is right', run: () => this._look('diagonal') },
    { keys: ['+', '='], label: '+ − 0', text: 'larger, smaller cells, the whole table', run: () => this._zoom(1) },
    { keys: ['-'], label: '', text: '', run: () => this._zoom(-1) },
    { keys: ['0'], label: '', text: '', run: () => this._fit() },
    { keys: ['?'], label: '?', text: 'show or hide this list', run: () => this._toggleHelp() }
  ];

  private _bar = element('div', 'fw-Matrix-bar');
  private _order = element('select', 'fw-Select');
  private _by = element('select', 'fw-Select');
  private _output = element('select', 'fw-Select');
  private _body = element('div', 'fw-Matrix-body');
  private _stage = element('div', 'fw-Matrix-stage');
  private _port = element('div', 'fw-Matrix-port');
  private _spacer = element('div', 'fw-Matrix-spacer');
  private _canvas = element('canvas', 'fw-Matrix-canvas');
  private _row = element('div', 'fw-hidden');
  private _cell = element('div');
  private _head = element('strong');
  private _pairs = element('ol', 'fw-Matrix-pairs');
  private _said = element('div', 'fw-Matrix-said');
  private _trouble = element('div', 'fw-Matrix-trouble');
  private _list = element('div', 'fw-Keys fw-Grid-keys');
  private _finder: Finder;
  private _diagonal!: HTMLButtonElement;
  private _all!: HTMLButtonElement;
  private _help!: HTMLButtonElement;
  private _table: Table | null = null;
  private _places: IPlaces = { cell: 1, left: 0, top: TOP, width: 1, height: 1 };
  private _zoomed: number | null = null;
  private _focus: Corner | null = null;
  private _anchor: Corner | null = null;
  private _range: IRange | null = null;
  private _pressed = false;
  private _lost = false;
  private _pairsKey = '';
  private _wanted: ConfusionLook | null = null; // what was asked for last, until it is there: keys may come faster
  private _frame = 0;
  private _unbind: () => void;
  private _untheme: () => void;
  private _watch: ResizeObserver;
}

function pairText({ form, rows, columns }: ConfusionTable, row: number, column: number): string {
  const [a, b] = [rows[row], columns[column]];
  return form === 'labels' ? `${a}: ${b}` : form === 'residuals' ? `${a} at ${b}` : `${a} → ${b}`;
}

function clamp(place: number, n: number): number {
  return Math.max(0, Math.min(place, n - 1));
}

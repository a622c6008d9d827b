import type { ConfusionCells, ConfusionLook } from '../contract/confusion';
import { Finder } from '../grid/finder';
import { keyList } from '../grid/keylist';
import { element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { MatrixBar } from './bar';
import { WorstPairs } from './pairs';
import { Sheet } from './sheet';
import { cellsOf, rangeOf, type Corner, type IRange, type Table } from './state';

export interface IMatrixHost {
  pick(cells: ConfusionCells | null): void;
  show(look: ConfusionLook): void;
  /** The items that are picked get the focus. */
  leave(): void;
}

const WAYS = ['count', 'row', 'column'] as const;
const PAGE = 10;
let matrices = 0;

/** The table, its buttons and its worst pairs. Screen readers find a single cell in it: the one with the focus. */
export class Matrix {
  readonly el = element('div', 'fw-Matrix');

  constructor(private _host: IMatrixHost) {
    const name = `fw-matrix-${++matrices}`;
    this._finder = new Finder(name, () => this.focus());
    this._name = name;
    this._sheet = new Sheet(() => ({ focus: this._focus, range: this._range }));
    this._pairs = new WorstPairs((row, column) => this._pickPair(row, column));
    this._bar = new MatrixBar({
      set: part => this._set(part),
      toggleRight: () => this._toggleRight(),
      zoom: steps => this._sheet.zoom(steps),
      fit: () => this._sheet.fit(),
      showAll: () => this._host.pick(null),
      help: () => this._toggleHelp()
    });
    this._build();
    this._listen();
    this._unbind = bindKeys(this.el, this._keys);
  }

  /** Show another table, or, with null, why there is none. */
  update(table: Table | null, trouble: string, lost: boolean): void {
    const known = this._table?.said;
    this._table = table;
    this._lost = lost;
    setText(this._trouble, trouble);
    this._trouble.hidden = trouble === '';
    this._body.hidden = table === null;
    this._bar.el.hidden = table === null;
    if (!table) {
      return;
    }
    const { said } = table;
    if (JSON.stringify(said.look) === JSON.stringify({ ...said.look, ...this._wanted })) {
      this._wanted = null;
    }
    const isOther = known?.rows.length !== said.rows.length || known.form !== said.form;
    if (isOther) {
      const { picked } = said; // after a reload the focus is where the items in sight are from
      const first: Corner = picked ? table.placeOf({ row: picked.rows[0], column: picked.columns[0] }) : [0, 0];
      this._focus = table.rows && table.columns ? first : null;
    }
    this._bar.update(table, lost);
    this._pairs.update(table);
    this._sheet.el.setAttribute('aria-rowcount', String(table.rows));
    this._sheet.el.setAttribute('aria-colcount', String(table.columns));
    this._sheet.update(table, isOther);
    this._tell();
  }

  focus(): void {
    this._sheet.el.focus({ preventScroll: true });
  }

  dispose(): void {
    this._unbind();
    this._sheet.dispose();
  }

  private _build(): void {
    const { el: port, stage } = this._sheet;
    port.tabIndex = 0;
    port.setAttribute('role', 'grid');
    port.setAttribute('aria-readonly', 'true');
    port.setAttribute('aria-multiselectable', 'true');
    port.setAttribute('aria-label', 'What was taken for what. Press ? for its keys.');
    this._cell.setAttribute('role', 'gridcell');
    this._row.setAttribute('role', 'row');
    this._row.append(this._cell);
    port.append(this._row);
    this._said.setAttribute('role', 'status');
    this._list.hidden = true;
    this._trouble.setAttribute('role', 'alert');
    stage.append(this._finder.el, this._list);
    this._body.append(stage, this._pairs.el);
    this.el.append(this._bar.el, this._trouble, this._body, this._said);
  }

  private _listen(): void {
    const { el: port } = this._sheet;
    port.addEventListener('pointerdown', event => this._onDown(event));
    port.addEventListener('pointermove', event => this._onMove(event));
    port.addEventListener('pointerup', event => this._onUp(event));
    port.addEventListener('pointerleave', () => this._tell());
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
    this._sheet.reveal();
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

  // How the table looks

  private get _look(): ConfusionLook | undefined {
    return this._wanted ?? this._table?.said.look;
  }

  private _toggleRight(): void {
    this._set({ diagonal: !this._look?.diagonal });
  }

  private _nextWay(): void {
    this._set({ by: after(WAYS, this._look?.by) });
  }

  private _nextOrder(): void {
    this._set({ order: after(this._bar.orders, this._look?.order) });
  }

  private _set(part: Partial<ConfusionLook>): void {
    const look = this._look;
    if (look && !this._lost) {
      this._wanted = { ...look, ...part };
      this._host.show(this._wanted);
    }
  }

  private _escape(): void {
    if (!this._list.hidden) {
      this._toggleHelp();
    } else if (this._range) {
      this._anchor = this._range = null;
      this._sheet.drawSoon();
      this._tell();
    } else if (!this._lost) {
      this._host.pick(null);
    }
  }

  private _toggleHelp(): void {
    this._list.hidden = !this._list.hidden;
    this._list.replaceChildren(...keyList('Keys while the table has the focus', this._keys));
    this._bar.help.setAttribute('aria-expanded', String(!this._list.hidden));
  }

  // Under the pointer

  private _onDown(event: PointerEvent): void {
    const at = event.button === 0 ? this._sheet.at(event) : null;
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
      this._sheet.el.setPointerCapture(event.pointerId);
      this._go(at[0], at[1], event.shiftKey);
    }
  }

  private _onMove(event: PointerEvent): void {
    const at = this._sheet.at(event);
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
      this._sheet.el.releasePointerCapture(event.pointerId);
      this._pickHere();
      this._anchor = this._range = null;
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
    const here = corner ? table.words(table.rowAt(corner[0]), table.columnAt(corner[1])) : '';
    setText(this._said, cells ? table.wordsOf(cells) : here);
    this._tellFocus(table, cells);
  }

  /** The cell with the focus, for screen readers. */
  private _tellFocus(table: Table, cells: ConfusionCells | null): void {
    const { el: port } = this._sheet;
    if (!this._focus) {
      port.removeAttribute('aria-activedescendant');
      return;
    }
    const [row, column] = [table.rowAt(this._focus[0]), table.columnAt(this._focus[1])];
    const { picked } = table.said;
    const shown = Boolean(picked?.rows.includes(row) && picked.columns.includes(column));
    this._row.setAttribute('aria-rowindex', String(this._focus[0] + 1));
    this._cell.setAttribute('aria-colindex', String(this._focus[1] + 1));
    this._cell.setAttribute('aria-selected', String(shown));
    this._cell.setAttribute('aria-label', cells ? table.wordsOf(cells) : table.words(row, column));
    this._cell.id = `${this._name}-${row}-${column}`; // another one, or screen readers take it for the same cell
    port.setAttribute('aria-activedescendant', this._cell.id);
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
    { keys: ['Enter', ' '], label: 'Enter Space', text: 'show what is in the cell', run: () => this._pickHere() },
    { keys: ['Escape'], label: 'Esc', text: 'show what is in all cells', run: () => this._escape() },
    {
      keys: ['r'],
      label: 'r c',
      text: 'the whole row, column',
      run: () => this._focus && this._pickLine(0, this._focus[0])
    },
    { keys: ['c'], label: '', text: '', run: () => this._focus && this._pickLine(1, this._focus[1]) },
    { keys: ['n'], label: 'n', text: 'the next of the most confused', run: () => this._nextPair() },
    { keys: ['g'], label: 'g', text: 'to the tiles', run: () => this._host.leave() },
    { keys: ['/'], label: '/', text: 'type to find a row', run: () => this._find() },
    { keys: ['s'], label: 's', text: 'another order', run: () => this._nextOrder() },
    { keys: ['p'], label: 'p', text: 'counts, parts of the row, of the column', run: () => this._nextWay() },
    { keys: ['d'], label: 'd', text: 'show or hide what is right', run: () => this._toggleRight() },
    {
      keys: ['+', '='],
      label: '+ − 0',
      text: 'larger, smaller cells, the whole table',
      run: () => this._sheet.zoom(1)
    },
    { keys: ['-'], label: '', text: '', run: () => this._sheet.zoom(-1) },
    { keys: ['0'], label: '', text: '', run: () => this._sheet.fit() },
    { keys: ['?'], label: '?', text: 'show or hide this list', run: () => this._toggleHelp() }
  ];

  private _body = element('div', 'fw-Matrix-body');
  private _row = element('div', 'fw-hidden');
  private _cell = element('div');
  private _name: string;
  private _said = element('div', 'fw-Matrix-said');
  private _trouble = element('div', 'fw-Matrix-trouble');
  private _list = element('div', 'fw-Keys fw-Grid-keys');
  private _bar: MatrixBar;
  private _sheet: Sheet;
  private _pairs: WorstPairs;
  private _finder: Finder;
  private _table: Table | null = null;
  private _focus: Corner | null = null;
  private _anchor: Corner | null = null;
  private _range: IRange | null = null;
  private _pressed = false;
  private _lost = false;
  private _wanted: ConfusionLook | null = null; // what was asked for last, until it is there: keys may come faster
  private _unbind: () => void;
}

/** The one after `now`, and after the last one the first. */
function after<T>(all: readonly T[], now: T | undefined): T {
  return all[(all.indexOf(now as T) + 1) % all.length];
}

function clamp(place: number, n: number): number {
  return Math.max(0, Math.min(place, n - 1));
}

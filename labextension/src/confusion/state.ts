import type { ConfusionCells, ConfusionLook, ConfusionTable } from '../contract/confusion';
import { count } from '../grid/state';

/** One cell that is not empty, in the order of the data. */
export interface ICell {
  row: number;
  column: number;
  n: number;
}

export const NO_LOOK: ConfusionLook = { order: 'given', by: 'count', diagonal: true, output: 0 };

/** The table, ready to be looked into and drawn. Places are where a row or column stands, in the order that is shown. */
export class Table {
  readonly rows: number;
  readonly columns: number;
  readonly cells: ICell[] = [];
  /** The largest value shown of what is right and of what is wrong, for the shades. */
  readonly most: { right: number; wrong: number };

  constructor(
    readonly said: ConfusionTable,
    values: Float64Array
  ) {
    this.rows = said.rows.length;
    this.columns = said.columns.length;
    this._rowPlaces = inverse(said.row_order);
    this._columnPlaces = inverse(said.column_order);
    this._rowTotals = new Float64Array(this.rows);
    this._columnTotals = new Float64Array(this.columns);
    for (let i = 0; i + 2 < values.length; i += 3) {
      const [row, column, n] = values.subarray(i, i + 3);
      this.cells.push({ row, column, n });
      this._counts.set(row * this.columns + column, n);
      this._rowTotals[row] += n;
      this._columnTotals[column] += n;
    }
    this.most = { right: this._most(true), wrong: this._most(false) };
  }

  placeOf({ row, column }: { row: number; column: number }): [number, number] {
    return [this._rowPlaces[row], this._columnPlaces[column]];
  }

  rowAt(place: number): number {
    return this.said.row_order[place];
  }

  columnAt(place: number): number {
    return this.said.column_order[place];
  }

  count(row: number, column: number): number {
    return this._counts.get(row * this.columns + column) ?? 0;
  }

  rowTotal(row: number): number {
    return this._rowTotals[row];
  }

  columnTotal(column: number): number {
    return this._columnTotals[column];
  }

  /** What a cell is worth in the chosen way: a count, or a part of its row or column. */
  value(row: number, column: number): number {
    const n = this.count(row, column);
    const { by } = this.said.look;
    const whole = by === 'row' ? this._rowTotals[row] : by === 'column' ? this._columnTotals[column] : 1;
    return whole > 0 ? n / whole : 0;
  }

  isRight(row: number, column: number): boolean {
    switch (this.said.form) {
      case 'labels':
        return column === 0 || column === this.columns - 1;
      case 'residuals':
        return row === (this.rows - 1) / 2;
      default:
        return row === column;
    }
  }

  /** Is the cell hidden with what is right? */
  isHidden(row: number, column: number): boolean {
    return !this.said.look.diagonal && this.isRight(row, column);
  }

  /** What stands in a cell: nothing where it is empty. */
  text(row: number, column: number): string {
    const n = this.count(row, column);
    if (n === 0 || this.isHidden(row, column)) {
      return '';
    }
    return this.said.look.by === 'count' ? short(n) : percent(this.value(row, column));
  }

  /** A cell in words, for the line below and for screen readers. */
  words(row: number, column: number): string {
    const { said } = this;
    const n = this.count(row, column);
    const some = count(n, said.unit);
    const [a, b] = [said.rows[row], said.columns[column]];
    const part = n ? `, ${percent(n / this._rowTotals[row])} of ${a}` : '';
    switch (said.form) {
      case 'labels':
        return `${a}, ${b}: ${some}`;
      case 'residuals':
        return `target ${b}, off by ${a}: ${some}`;
      default:
        return row === column ? `${a} predicted rightly: ${some}${part}` : `${a} predicted ${b}: ${some}${part}`;
    }
  }

  /** A whole row or column, or several cells, in words. */
  wordsOf({ rows, columns }: ConfusionCells): string {
    if (rows.length === 1 && columns.length === 1) {
      return this.words(rows[0], columns[0]);
    }
    const n = rows.reduce((sum, row) => sum + columns.reduce((part, column) => part + this.count(row, column), 0), 0);
    const { row_title, column_title, unit } = this.said;
    const side = (title: string, names: string[], chosen: number[]): string =>
      chosen.length === names.length
        ? `any ${title}`
        : `${title} ${chosen.length > 3 ? `${chosen.length} of ${names.length}` : chosen.map(at => names[at]).join(', ')}`;
    const a = side(row_title, this.said.rows, rows);
    const b = side(column_title, this.said.columns, columns);
    return `${a}, ${b}: ${count(n, unit)}`;
  }

  private _most(right: boolean): number {
    let most = 0;
    for (const { row, column } of this.cells) {
      if (this.isRight(row, column) === right) {
        most = Math.max(most, this.value(row, column));
      }
    }
    return most;
  }

  private _counts = new Map<number, number>();
  private _rowPlaces: number[];
  private _columnPlaces: number[];
  private _rowTotals: Float64Array;
  private _columnTotals: Float64Array;
}

/** Row and column of a place in the table as it is shown. */
export type Corner = [number, number];

/** Places of a rectangle between two corners: [first, last] of rows and of columns. */
export interface IRange {
  rows: [number, number];
  columns: [number, number];
}

export function rangeOf(a: Corner, b: Corner): IRange {
  return {
    rows: [Math.min(a[0], b[0]), Math.max(a[0], b[0])],
    columns: [Math.min(a[1], b[1]), Math.max(a[1], b[1])]
  };
}

/** The cells of a rectangle of places, as rows and columns of the data. */
export function cellsOf(table: Table, { rows, columns }: IRange): ConfusionCells {
  const span = ([first, last]: [number, number], at: (place: number) => number): number[] =>
    Array.from({ length: last - first + 1 }, (_, i) => at(first + i));
  return { rows: span(rows, place => table.rowAt(place)), columns: span(columns, place => table.columnAt(place)) };
}

export function sameCells(a: ConfusionCells | null, b: ConfusionCells | null): boolean {
  const key = (cells: ConfusionCells | null): string =>
    cells ? JSON.stringify([[...cells.rows].sort(), [...cells.columns].sort()]) : '';
  return key(a) === key(b);
}

/** `12`, `1,234`, `12k`, `3.4M`: short enough for a cell. */
export function short(n: number): string {
  if (n < 10_000) {
    return n.toLocaleString('en');
  }
  const [value, unit] = n < 1e6 ? [n / 1e3, 'k'] : n < 1e9 ? [n / 1e6, 'M'] : [n / 1e9, 'G'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** `12 %`; what is not nothing is never told as 0 %, what is not all never as 100 %. */
export function percent(part: number): string {
  if (part > 0 && part < 0.005) {
    return '<1 %';
  }
  return part < 1 && part >= 0.995 ? '>99 %' : `${Math.round(100 * part)} %`;
}

function inverse(order: number[]): number[] {
  const places = new Array<number>(order.length);
  order.forEach((id, place) => {
    places[id] = place;
  });
  return places;
}

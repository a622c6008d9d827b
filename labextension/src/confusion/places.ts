/** Where the cells of a table stand on a canvas, of which only a part is in sight. */
export interface IPlaces {
  /** Pixels of a cell's side; less than one where there are many. */
  cell: number;
  /** Room for the names of rows and of columns. */
  left: number;
  top: number;
  width: number;
  height: number;
}

export const LARGEST = 48;
export const READABLE = 11; // pixels of a cell from which on its row has its name beside it
export const NUMBERED = 22; // and from which on its number stands in it

/** The cell size at which the whole table fits, at most `largest`. */
export function fitting(
  rows: number,
  columns: number,
  { left, top, width, height }: Omit<IPlaces, 'cell'>,
  largest = LARGEST
): number {
  const room = Math.min((width - left) / Math.max(columns, 1), (height - top) / Math.max(rows, 1));
  return Math.max(0.05, Math.min(room >= 4 ? Math.floor(room) : room, largest));
}

/** The places [first, last) of which any part is in sight, `offset` pixels further on. */
export function inSight(offset: number, room: number, cell: number, n: number): [number, number] {
  const first = Math.max(0, Math.floor(offset / cell));
  return [Math.min(first, n), Math.min(n, Math.ceil((offset + Math.max(0, room)) / cell))];
}

/** The row and column of a point of the canvas; -1 where it is on the names, null outside of the table. */
export function hit(
  places: IPlaces,
  scroll: { x: number; y: number },
  point: { x: number; y: number },
  rows: number,
  columns: number
): [number, number] | null {
  const row = point.y < places.top ? -1 : Math.floor((point.y - places.top + scroll.y) / places.cell);
  const column = point.x < places.left ? -1 : Math.floor((point.x - places.left + scroll.x) / places.cell);
  return row >= rows || column >= columns || (row < 0 && column < 0) ? null : [row, column];
}

/** How far to scroll so that the cell at `place` is in sight. */
export function reveal(place: number, offset: number, room: number, cell: number): number {
  const from = place * cell;
  return from < offset ? from : from + cell > offset + room ? Math.max(0, from + cell - room) : offset;
}

/** Pixels between tiles. */
export const GAP = 6;
/** Pixels of a line of words below a tile. */
export const LINE = 17;
export const SMALLEST = 48;
export const LARGEST = 512;
/** Tiles on the page at most: with their rows that is below 300 elements, however large the page and small the tiles. */
export const MOST_TILES = 240;
/** Rows kept above and below what is seen. */
export const AHEAD = 1;
/** Browsers lay out some 17 million pixels (Firefox) and not more. Beyond this the scroll bar covers more than one. */
const MOST_SCROLL = 12_000_000;
const SIDES = [128, 256, 512];

export interface ILayout {
  /** Width and height of a picture's box. */
  tile: number;
  columns: number;
  /** Height of a row with its gap. */
  pitch: number;
  rows: number;
  total: number;
  /** Height of the window on the rows. */
  height: number;
  /** Height of all rows, and of what is scrolled: the same, but for very long ones. */
  whole: number;
  scrolled: number;
}

/** How `total` tiles about `wanted` pixels wide, with `lines` of words each, lie in a window of `width` × `height`. */
export function layOut(total: number, wanted: number, lines: number, width: number, height: number): ILayout {
  let tile = Math.round(Math.min(Math.max(wanted, SMALLEST), LARGEST));
  const fits = (side: number): [number, number] => [
    Math.max(1, Math.floor((width - GAP) / (side + GAP))),
    side + lines * LINE + GAP
  ];
  let [columns, pitch] = fits(tile);
  while (columns * rowsSeen(height, pitch) > MOST_TILES && tile < LARGEST) {
    tile += 4;
    [columns, pitch] = fits(tile);
  }
  const rows = Math.ceil(total / columns);
  const whole = rows * pitch + GAP;
  return { tile, columns, pitch, rows, total, height, whole, scrolled: Math.min(whole, MOST_SCROLL) };
}

function rowsSeen(height: number, pitch: number): number {
  return Math.ceil(height / pitch) + 1 + 2 * AHEAD;
}

/** How far from the top of all rows the window is, for the scroll bar at `scrollTop`. */
export function offsetOf(layout: ILayout, scrollTop: number): number {
  const { whole, scrolled, height } = layout;
  const most = scrolled - height;
  return whole === scrolled || most <= 0 ? scrollTop : (scrollTop / most) * (whole - height);
}

/** The other way round: where the scroll bar has to be. */
export function scrollFor(layout: ILayout, offset: number): number {
  const { whole, scrolled, height } = layout;
  const bounded = Math.max(0, Math.min(offset, whole - height));
  return whole === scrolled || whole <= height ? bounded : (bounded / (whole - height)) * (scrolled - height);
}

/** The first row on the page and the one after the last, for the window at `offset`. */
export function rowsAt(layout: ILayout, offset: number, ahead = AHEAD): [number, number] {
  const first = Math.floor(offset / layout.pitch);
  const last = Math.ceil((offset + layout.height) / layout.pitch);
  return [Math.max(0, first - ahead), Math.min(layout.rows, last + ahead)];
}

/** The offset nearest to `offset` at which row `row` is seen whole. */
export function reveal(layout: ILayout, row: number, offset: number): number {
  const top = row * layout.pitch;
  if (top < offset) {
    return top;
  }
  const bottom = top + layout.pitch + GAP;
  return bottom > offset + layout.height ? Math.min(top, bottom - layout.height) : offset;
}

/** The size of thumbnails to ask for: not less than what the screen shows, as far as there are any. */
export function sideFor(tile: number, pixelRatio: number): number {
  return SIDES.find(side => side >= 0.9 * tile * pixelRatio) ?? SIDES[SIDES.length - 1];
}

export type Move =
  'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'page-up' | 'page-down' | 'row-start' | 'row-end';

/** Where a key leads from place `from`. */
export function moved(layout: ILayout, from: number, move: Move): number {
  const { columns, total, height, pitch } = layout;
  const page = Math.max(1, Math.floor(height / pitch)) * columns;
  const last = total - 1;
  const row = Math.floor(from / columns) * columns;
  const to = {
    left: from - 1,
    right: from + 1,
    up: from - columns < 0 ? from : from - columns,
    down: from + columns > last && row + columns > last ? from : from + columns,
    home: 0,
    end: last,
    'page-up': from - page < 0 ? from % columns : from - page,
    'page-down': from + page,
    'row-start': row,
    'row-end': row + columns - 1
  }[move];
  return Math.max(0, Math.min(to, last));
}

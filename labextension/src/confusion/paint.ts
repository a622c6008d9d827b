import { themeColor } from '../kit/theme';
import { inSight, NUMBERED, READABLE, type IPlaces } from './places';
import type { ICell, IRange, Table } from './state';

const NAME = 132; // pixels that the name of a class may take
const SLANT = -Math.PI / 4;
const DOT = 3; // pixels of a mistake at the least: a lone one among a thousand classes is still seen
const FAINT = 0.12;
const STRONG = 0.9;

/** What is marked: the cell with the focus, a rectangle being chosen, the cells whose items are shown. */
export interface IMarks {
  focus: [number, number] | null;
  range: IRange | null;
  picked: Set<string>;
  active: boolean;
}

interface IColors {
  text: string;
  faint: string;
  line: string;
  ground: string;
  right: string;
  wrong: string;
  mark: string;
}

/** Draws the part of the table that is in sight. */
export function paint(
  canvas: HTMLCanvasElement,
  table: Table,
  places: IPlaces,
  scroll: { x: number; y: number },
  marks: IMarks
): void {
  const context = canvas.getContext('2d');
  if (!context) {
    return;
  }
  const ratio = window.devicePixelRatio || 1;
  const { width, height, left, top } = places;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const colors = colorsOf(canvas, context);
  context.font = `11px ${themeColor(canvas, '--jp-ui-font-family', 'sans-serif')}`;
  const seen = {
    rows: inSight(scroll.y, height - top, places.cell, table.rows),
    columns: inSight(scroll.x, width - left, places.cell, table.columns)
  };
  context.save();
  context.beginPath();
  context.rect(left, top, width - left, height - top);
  context.clip();
  context.translate(left - scroll.x, top - scroll.y);
  drawCells(context, table, places.cell, seen, colors);
  drawLines(context, table, places.cell, seen, colors);
  drawMarks(context, places.cell, marks, colors);
  context.restore();
  drawNames(context, table, places, scroll, seen, marks, colors);
}

interface ISeen {
  rows: [number, number];
  columns: [number, number];
}

function drawCells(context: CanvasRenderingContext2D, table: Table, cell: number, seen: ISeen, colors: IColors): void {
  const size = Math.max(cell, 1.5);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const wrongLast = [...table.cells].sort((a, b) => order(table, a) - order(table, b)); // so that no mistake is covered
  for (const { row, column } of wrongLast) {
    const [y, x] = table.placeOf({ row, column });
    if (y < seen.rows[0] || y >= seen.rows[1] || x < seen.columns[0] || x >= seen.columns[1]) {
      continue;
    }
    if (table.isHidden(row, column)) {
      continue;
    }
    const right = table.isRight(row, column);
    const most = right ? table.most.right : table.most.wrong;
    const shade = most > 0 ? FAINT + (STRONG - FAINT) * Math.sqrt(table.value(row, column) / most) : 0;
    context.globalAlpha = shade;
    context.fillStyle = right ? colors.right : colors.wrong;
    context.fillRect(x * cell, y * cell, right ? size : Math.max(size, DOT), right ? size : Math.max(size, DOT));
    context.globalAlpha = 1;
    if (cell >= NUMBERED) {
      const text = table.text(row, column);
      context.fillStyle = readable(right ? colors.right : colors.wrong, colors.ground, shade);
      if (context.measureText(text).width <= cell - 2) {
        context.fillText(text, (x + 0.5) * cell, (y + 0.5) * cell + 0.5);
      }
    }
  }
}

function order(table: Table, { row, column }: ICell): number {
  return table.isRight(row, column) ? 0 : 1;
}

function drawLines(context: CanvasRenderingContext2D, table: Table, cell: number, seen: ISeen, colors: IColors): void {
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.beginPath();
  const [width, height] = [table.columns * cell, table.rows * cell];
  if (cell >= 8) {
    for (let y = seen.rows[0]; y <= seen.rows[1]; y++) {
      context.moveTo(0, Math.round(y * cell) + 0.5);
      context.lineTo(width, Math.round(y * cell) + 0.5);
    }
    for (let x = seen.columns[0]; x <= seen.columns[1]; x++) {
      context.moveTo(Math.round(x * cell) + 0.5, 0);
      context.lineTo(Math.round(x * cell) + 0.5, height);
    }
  } else {
    context.rect(0.5, 0.5, width, height);
  }
  context.stroke();
}

function drawMarks(context: CanvasRenderingContext2D, cell: number, marks: IMarks, colors: IColors): void {
  const frame = (range: IRange, line: number, dash: number[], color: string): void => {
    const [y, x] = [range.rows[0] * cell, range.columns[0] * cell];
    const height = (range.rows[1] - range.rows[0] + 1) * cell;
    const width = (range.columns[1] - range.columns[0] + 1) * cell;
    context.strokeStyle = color;
    context.lineWidth = line;
    context.setLineDash(dash);
    const [w, h] = [Math.max(width, 5), Math.max(height, 5)];
    context.strokeRect(x + line / 2, y + line / 2, w - line, h - line);
    context.setLineDash([]);
  };
  if (marks.picked.size <= 400) {
    for (const key of marks.picked) {
      const [y, x] = key.split(' ').map(Number);
      frame({ rows: [y, y], columns: [x, x] }, 2, [], colors.text);
    }
  }
  if (marks.range) {
    frame(marks.range, 2, [4, 3], colors.mark);
  }
  if (marks.focus && marks.active) {
    const [y, x] = marks.focus;
    frame({ rows: [y, y], columns: [x, x] }, 5, [], colors.ground); // seen on any shade
    frame({ rows: [y, y], columns: [x, x] }, 3, [], colors.text);
  }
}

function drawNames(
  context: CanvasRenderingContext2D,
  table: Table,
  { cell, left, top, width, height }: IPlaces,
  scroll: { x: number; y: number },
  seen: ISeen,
  marks: IMarks,
  colors: IColors
): void {
  const focused = (place: number, which: 0 | 1): boolean => marks.focus?.[which] === place;
  const shown = (place: number, which: 0 | 1): boolean => cell >= READABLE || focused(place, which);
  context.save();
  context.beginPath();
  context.rect(0, top, left, height - top);
  context.clip();
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let place = seen.rows[0]; place < seen.rows[1]; place++) {
    if (shown(place, 0)) {
      context.fillStyle = focused(place, 0) ? colors.text : colors.faint;
      context.fillText(
        clipped(context, table.said.rows[table.rowAt(place)], left - 8),
        left - 5,
        top - scroll.y + (place + 0.5) * cell
      );
    }
  }
  context.restore();
  context.save();
  context.beginPath();
  context.rect(Math.max(0, left - NAME / 2), 0, width, top);
  context.clip();
  context.textAlign = 'left';
  for (let place = seen.columns[0]; place < seen.columns[1]; place++) {
    if (shown(place, 1)) {
      context.save();
      context.translate(left - scroll.x + (place + 0.5) * cell, top - 5);
      context.rotate(SLANT);
      context.fillStyle = focused(place, 1) ? colors.text : colors.faint;
      context.fillText(clipped(context, table.said.columns[table.columnAt(place)], (top - 12) * Math.SQRT2), 0, 0);
      context.restore();
    }
  }
  context.restore();
}

/** Black or white, whichever is read better on `color` laid over `ground` by so much. */
export function readable(color: string, ground: string, shade: number): string {
  const [above, below] = [channels(color), channels(ground)];
  const linear = above
    .map((value, i) => (value * shade + below[i] * (1 - shade)) / 255)
    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return (light + 0.05) ** 2 > 1.05 * 0.05 ? '#000' : '#fff';
}

/** Red, green and blue of `#rrggbb`, `#rgb` or `rgb(…)`. */
function channels(color: string): number[] {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color.trim())?.[1];
  if (hex) {
    const wide = hex.length < 6 ? [...hex].map(digit => digit + digit).join('') : hex;
    return [0, 2, 4].map(at => parseInt(wide.slice(at, at + 2), 16));
  }
  const numbers = color.match(/[\d.]+/g)?.map(Number) ?? [];
  return numbers.length >= 3 ? numbers.slice(0, 3) : [128, 128, 128];
}

/** How wide the names of the rows are, within reason. */
export function nameWidth(canvas: HTMLCanvasElement, names: string[]): number {
  const context = canvas.getContext('2d');
  if (!context) {
    return NAME;
  }
  context.font = `11px ${themeColor(canvas, '--jp-ui-font-family', 'sans-serif')}`;
  const few = names.length > 200 ? [...names].sort((a, b) => b.length - a.length).slice(0, 20) : names;
  const widest = few.reduce((most, name) => Math.max(most, context.measureText(oneLine(name)).width), 0);
  return Math.ceil(Math.min(NAME, Math.max(36, widest + 10)));
}

function clipped(context: CanvasRenderingContext2D, name: string, room: number): string {
  const text = oneLine(name);
  if (context.measureText(text).width <= room) {
    return text;
  }
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) {
    length -= 1;
  }
  return `${text.slice(0, length)}…`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function colorsOf(el: Element, context: CanvasRenderingContext2D): IColors {
  const plain = (name: string, fallback: string): string => {
    context.fillStyle = themeColor(el, name, fallback); // read back, a word such as "white" is #ffffff
    return String(context.fillStyle);
  };
  return {
    text: plain('--jp-ui-font-color1', '#212121'),
    faint: plain('--jp-ui-font-color2', '#616161'),
    line: plain('--jp-border-color2', '#e0e0e0'),
    ground: plain('--jp-layout-color1', '#fff'),
    right: plain('--fw-line-1', '#1f6fb4'),
    wrong: plain('--fw-line-2', '#b8560b'),
    mark: plain('--jp-brand-color1', '#1976d2')
  };
}

import type { LabelerShape } from '../contract/labeler';
import type { ISize } from '../grid/zoom';
import type { Task } from './state';

export type Point = [number, number];

/** A box, point or polygon; points in pixels of the picture. A box has its left top and its right bottom. */
export interface IShape {
  label: string;
  points: Point[];
}

const LEAST = 2; // pixels of a side of a box: less is a slip of the hand

export function fromWire(shapes: LabelerShape[] | null): IShape[] {
  return (shapes ?? []).map(({ label, points }) => ({ label, points: points.map(([x, y]): Point => [x, y]) }));
}

/** Whole pixels for boxes, tenths for points and corners. */
export function snapped([x, y]: Point, task: Task, size: ISize): Point {
  const steps = task === 'boxes' ? 1 : 10;
  const snap = (value: number, most: number): number => Math.max(0, Math.min(Math.round(value * steps) / steps, most));
  return [snap(x, size.width), snap(y, size.height)];
}

/** The box between two corners, or null where it is too small to be meant. */
export function boxBetween(label: string, a: Point, b: Point): IShape | null {
  const left = Math.min(a[0], b[0]);
  const top = Math.min(a[1], b[1]);
  const right = Math.max(a[0], b[0]);
  const bottom = Math.max(a[1], b[1]);
  const small = right - left < LEAST || bottom - top < LEAST;
  return small
    ? null
    : {
        label,
        points: [
          [left, top],
          [right, bottom]
        ]
      };
}

/** Moved by so many pixels, as far as it stays on the picture. */
export function moved(shape: IShape, dx: number, dy: number, size: ISize): IShape {
  const xs = shape.points.map(([x]) => x);
  const ys = shape.points.map(([, y]) => y);
  const x = Math.max(-Math.min(...xs), Math.min(dx, size.width - Math.max(...xs)));
  const y = Math.max(-Math.min(...ys), Math.min(dy, size.height - Math.max(...ys)));
  return { ...shape, points: shape.points.map(([px, py]): Point => [tenth(px + x), tenth(py + y)]) };
}

/** With its right and bottom side moved: a box keeps `LEAST` pixels; a polygon grows from its left top. */
export function resized(shape: IShape, dx: number, dy: number, size: ISize): IShape {
  const [left, top, right, bottom] = around(shape);
  const toRight = Math.max(left + LEAST, Math.min(right + dx, size.width));
  const toBottom = Math.max(top + LEAST, Math.min(bottom + dy, size.height));
  const sx = right > left ? (toRight - left) / (right - left) : 1;
  const sy = bottom > top ? (toBottom - top) / (bottom - top) : 1;
  return {
    ...shape,
    points: shape.points.map(([x, y]): Point => [tenth(left + (x - left) * sx), tenth(top + (y - top) * sy)])
  };
}

/** The corners that can be dragged: four of a box, each point of the others. */
export function corners(shape: IShape, task: Task): Point[] {
  if (task !== 'boxes') {
    return shape.points;
  }
  const [[left, top], [right, bottom]] = shape.points;
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom]
  ];
}

/** With the corner number `i` somewhere else; a box that turns inside out stays a box. */
export function withCorner(shape: IShape, i: number, to: Point, task: Task): IShape {
  if (task !== 'boxes') {
    return { ...shape, points: shape.points.map((point, at) => (at === i ? to : point)) };
  }
  const opposite = corners(shape, task)[(i + 2) % 4];
  return boxBetween(shape.label, opposite, to) ?? shape;
}

/** One more corner after number `i` of a polygon, half way to the next. */
export function withMore(shape: IShape, i: number): IShape {
  const a = shape.points[i];
  const b = shape.points[(i + 1) % shape.points.length];
  const middle: Point = [tenth((a[0] + b[0]) / 2), tenth((a[1] + b[1]) / 2)];
  return { ...shape, points: [...shape.points.slice(0, i + 1), middle, ...shape.points.slice(i + 1)] };
}

/** Without corner number `i`; null where too few would be left. */
export function withLess(shape: IShape, i: number): IShape | null {
  return shape.points.length > 3 ? { ...shape, points: shape.points.filter((_, at) => at !== i) } : null;
}

/** A new shape in the middle of what is seen, for those who draw with keys. `seen`: left, top, right, bottom. */
export function inTheMiddle(label: string, task: Task, seen: [number, number, number, number], size: ISize): IShape {
  const [left, top, right, bottom] = seen;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [w, h] = [(right - left) / 8, (bottom - top) / 8];
  const at = (px: number, py: number): Point => snapped([px, py], task, size);
  const points: Point[] =
    task === 'points'
      ? [at(x, y)]
      : task === 'boxes'
        ? [at(x - w, y - h), at(x + w, y + h)]
        : [at(x - w, y - h), at(x + w, y - h), at(x + w, y + h), at(x - w, y + h)];
  return { label, points };
}

/** Left, top, right, bottom. */
export function around({ points }: IShape): [number, number, number, number] {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A shape in words, for a screen reader and the list beside the picture. */
export function shapeWords(shape: IShape, task: Task): string {
  const [left, top, right, bottom] = around(shape).map(Math.round);
  if (task === 'points') {
    return `${shape.label} at ${left}, ${top}`;
  }
  const more = task === 'polygons' ? `, ${shape.points.length} corners` : '';
  return `${shape.label} ${right - left} × ${bottom - top} at ${left}, ${top}${more}`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

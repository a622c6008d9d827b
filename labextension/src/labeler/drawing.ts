import type { FullStage } from '../grid/stage';
import {
  around,
  boxBetween,
  corners,
  inTheMiddle,
  moved,
  resized,
  snapped,
  withCorner,
  withLess,
  withMore,
  type IShape,
  type Point
} from './shapes';
import type { Task } from './state';

const SVG = 'http://www.w3.org/2000/svg';
const HANDLE = 9; // pixels of the screen
const NEAR = 10; // pixels of the screen: a click on the first corner closes a polygon

export interface IDrawingHost {
  /** The class of a shape that is drawn now; null: there is none yet. */
  label(): string | null;
  /** The shapes have changed; `rest`: by a key that may follow again, so it can wait a moment. */
  changed(rest: boolean): void;
  /** Another shape is selected. */
  selected(): void;
}

/** Shapes over a picture: drawn, moved and changed by mouse and by keys. All places are pixels of the picture. */
export class Drawing {
  shapes: IShape[] = [];
  /** Which shape keys act on; -1: none. */
  at = -1;
  /** Which corner of it they act on; -1: the whole. */
  corner = -1;
  /** Nothing can be drawn. */
  locked = true;

  constructor(
    private _stage: FullStage,
    private _task: Task,
    private _host: IDrawingHost
  ) {
    const layer = _stage.layer();
    layer.classList.add('fw-Labeler-layer');
    this._svg.setAttribute('class', 'fw-Labeler-shapes');
    layer.append(this._svg);
    layer.addEventListener('pointerdown', event => this._onDown(event));
    layer.addEventListener('pointermove', event => this._onHover(event));
    layer.addEventListener('dblclick', event => {
      event.stopPropagation(); // on the picture it ends a polygon; around it, it zooms
      this.finish();
    });
    this._layer = layer;
  }

  /** Show the shapes of another picture. */
  load(shapes: IShape[], locked: boolean): void {
    this.shapes = shapes;
    this.locked = locked;
    this.at = -1;
    this.corner = -1;
    this._begun = [];
    this.draw();
  }

  /** The same picture, with what the kernel has by now. */
  refresh(shapes: IShape[], locked: boolean): void {
    this.shapes = shapes;
    this.locked = locked;
    this.at = Math.min(this.at, shapes.length - 1);
    this.draw();
  }

  get busy(): boolean {
    return this._begun.length > 0 || this._dragged;
  }

  get selected(): IShape | undefined {
    return this.shapes[this.at];
  }

  /** The next shape, or the one before; after the last, none. */
  step(by: number): boolean {
    const n = this.shapes.length;
    if (n === 0) {
      return false;
    }
    this._select(((this.at + 1 + by + n + 1) % (n + 1)) - 1);
    return true;
  }

  /** A new shape in the middle of what is seen. */
  add(): void {
    const label = this._host.label();
    if (label === null || this.locked) {
      return;
    }
    const { left, top, right, bottom } = this._stage.el.getBoundingClientRect();
    const [a, b] = [this._stage.toImage(left, top), this._stage.toImage(right, bottom)];
    const { width, height } = this._stage.size;
    const seen: [number, number, number, number] = [
      Math.max(0, a[0]),
      Math.max(0, a[1]),
      Math.min(width, b[0]),
      Math.min(height, b[1])
    ];
    this._append(inTheMiddle(label, this._task, seen, this._stage.size), false);
  }

  /** Move the shape that is selected, or its corner; `resize` moves its right and bottom side. */
  nudge(x: number, y: number, resize: boolean, far: boolean): void {
    const shape = this.selected;
    if (!shape || this.locked) {
      return;
    }
    const step = Math.max(1, Math.round(1 / this._stage.scale)) * (far ? 10 : 1);
    const [dx, dy] = [x * step, y * step];
    if (this.corner >= 0 && !resize) {
      const [px, py] = corners(shape, this._task)[this.corner];
      const to = snapped([px + dx, py + dy], this._task, this._stage.size);
      this._put(withCorner(shape, this.corner, to, this._task), true);
    } else {
      const change = resize && this._task !== 'points' ? resized : moved;
      this._put(change(shape, dx, dy, this._stage.size), true);
    }
  }

  /** The next corner of the shape that is selected, then the whole again. */
  nextCorner(): void {
    const shape = this.selected;
    if (shape && this._task !== 'points') {
      this.corner = this.corner + 1 >= corners(shape, this._task).length ? -1 : this.corner + 1;
      this.draw();
    }
  }

  /** One more corner of a polygon, after the one that is selected. */
  moreCorners(): void {
    const shape = this.selected;
    if (shape && this._task === 'polygons' && !this.locked) {
      const i = Math.max(0, this.corner);
      this.corner = i + 1;
      this._put(withMore(shape, i), false);
    }
  }

  /** Take away the corner that is selected, where enough are left, or else the shape. */
  remove(): boolean {
    const shape = this.selected;
    if (!shape || this.locked) {
      return false;
    }
    const less = this.corner >= 0 && this._task === 'polygons' ? withLess(shape, this.corner) : null;
    if (less) {
      this.corner = Math.min(this.corner, less.points.length - 1);
      this._put(less, false);
    } else {
      this.shapes = this.shapes.filter(one => one !== shape);
      this._select(Math.min(this.at, this.shapes.length - 1));
      this._host.changed(false);
    }
    return true;
  }

  /** Give the shape that is selected another class. Returns whether there is one. */
  relabel(label: string): boolean {
    const shape = this.selected;
    if (shape && !this.locked) {
      this._put({ ...shape, label }, false);
    }
    return shape !== undefined;
  }

  /** End a polygon that is being drawn. Returns whether there was one. */
  finish(): boolean {
    const begun = dedupe(this._begun);
    if (this._begun.length === 0) {
      return false;
    }
    this._begun = [];
    const label = this._host.label();
    if (begun.length >= 3 && label !== null) {
      this._append({ label, points: begun }, false);
    } else {
      this.draw();
    }
    return true;
  }

  /** Give up what is being drawn, or else select nothing. Returns whether there was something. */
  escape(): boolean {
    const had = this._begun.length > 0 || this.at >= 0;
    this._begun = [];
    this._select(-1);
    return had;
  }

  /** All of it, at the size in which the stage shows it. */
  draw(): void {
    const { size, scale } = this._stage;
    this._svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    const unit = 1 / (scale || 1);
    const parts = this.shapes.flatMap((shape, i) => this._shape(shape, i, unit));
    this._svg.replaceChildren(...parts, ...this._unfinished(unit));
    this._layer.classList.toggle('fw-mod-locked', this.locked);
  }

  private _shape(shape: IShape, i: number, unit: number): SVGElement[] {
    const on = i === this.at;
    const outline = [this._outline(shape, 'fw-mod-under', 4 * unit), this._outline(shape, 'fw-mod-over', 2 * unit)];
    outline[1].dataset.shape = String(i);
    outline.forEach(line => line.classList.toggle('fw-mod-selected', on));
    const [left, top, right] = around(shape);
    const text = svg('text', { 'font-size': 13 * unit, 'stroke-width': 3 * unit });
    const flip = this._task !== 'points' && top < 16 * unit;
    text.setAttribute('x', String(this._task === 'points' ? right + 8 * unit : left + 2 * unit));
    text.setAttribute('y', String(this._task === 'points' ? top + 4 * unit : flip ? top + 14 * unit : top - 4 * unit));
    text.textContent = shape.label;
    return [...outline, text, ...(on ? this._handles(shape, unit) : [])];
  }

  private _outline(shape: IShape, tone: string, width: number): SVGElement {
    const attributes = { class: `fw-Labeler-shape ${tone}`, 'stroke-width': width };
    if (this._task === 'points') {
      const [x, y] = shape.points[0];
      return svg('circle', { ...attributes, cx: x, cy: y, r: tone === 'fw-mod-under' ? 1.5 * width : 3 * width });
    }
    if (this._task === 'boxes') {
      const [left, top, right, bottom] = around(shape);
      return svg('rect', { ...attributes, x: left, y: top, width: right - left, height: bottom - top });
    }
    return svg('polygon', { ...attributes, points: shape.points.map(point => point.join(',')).join(' ') });
  }

  private _handles(shape: IShape, unit: number): SVGElement[] {
    if (this._task === 'points') {
      return [];
    }
    const side = HANDLE * unit;
    return corners(shape, this._task).map(([x, y], i) => {
      const place = { x: x - side / 2, y: y - side / 2, width: side, height: side, 'stroke-width': unit };
      const handle = svg('rect', { class: 'fw-Labeler-handle', ...place });
      handle.classList.toggle('fw-mod-selected', i === this.corner);
      handle.dataset.corner = String(i);
      return handle;
    });
  }

  private _unfinished(unit: number): SVGElement[] {
    if (this._begun.length === 0) {
      return [];
    }
    const points = [...this._begun, ...(this._hover ? [this._hover] : [])].map(point => point.join(',')).join(' ');
    const line = (tone: string, width: number): SVGElement =>
      svg('polyline', { class: `fw-Labeler-shape fw-mod-begun ${tone}`, points, 'stroke-width': width });
    const [x, y] = this._begun[0];
    const first = svg('circle', { class: 'fw-Labeler-handle', cx: x, cy: y, r: 5 * unit, 'stroke-width': unit });
    return [line('fw-mod-under', 3 * unit), line('fw-mod-over', unit), first];
  }

  // By mouse

  private _onDown(event: PointerEvent): void {
    if (event.button !== 0 || this.locked || event.shiftKey) {
      return; // Shift moves the picture
    }
    const target = event.target as SVGElement;
    const at = this._point(event);
    event.preventDefault(); // or the stage would move the picture
    this._stage.el.closest<HTMLElement>('[tabindex]')?.focus({ preventScroll: true });
    if (target.dataset.corner !== undefined && this.selected) {
      this.corner = Number(target.dataset.corner);
      const shape = this.selected;
      this._drag(event, to => this._show(withCorner(shape, this.corner, to, this._task)));
    } else if (this._task === 'polygons' && this._begun.length > 0) {
      this._nextPoint(at);
    } else if (target.dataset.shape !== undefined) {
      this._select(Number(target.dataset.shape));
      const shape = this.selected!;
      this._drag(event, to => this._show(moved(shape, to[0] - at[0], to[1] - at[1], this._stage.size)));
    } else {
      this._begin(event, at);
    }
  }

  private _begin(event: PointerEvent, at: Point): void {
    const label = this._host.label();
    if (label === null) {
      return;
    }
    this._select(-1);
    if (this._task === 'points') {
      this._append({ label, points: [at] }, false);
    } else if (this._task === 'polygons') {
      this._begun = [at];
      this.draw();
    } else {
      const before = this.shapes;
      const show = (to: Point): void => {
        const box = boxBetween(label, at, to);
        this.shapes = box ? [...before, box] : before;
        this.at = box ? before.length : -1;
        this.draw();
      };
      this._drag(event, show);
    }
  }

  private _nextPoint(at: Point): void {
    const [x, y] = this._begun[0];
    const near = Math.hypot(at[0] - x, at[1] - y) * this._stage.scale < NEAR;
    if (near && this._begun.length >= 3) {
      this.finish();
    } else {
      this._begun = [...this._begun, at];
      this.draw();
    }
  }

  /** Follow the pointer until it is let go; then the shapes have changed, if they have. */
  private _drag(event: PointerEvent, show: (to: Point) => void): void {
    const before = JSON.stringify(this.shapes);
    this._dragged = true;
    const move = (next: PointerEvent): void => show(this._point(next));
    const up = (): void => {
      this._layer.removeEventListener('pointermove', move);
      this._dragged = false;
      this.draw();
      if (JSON.stringify(this.shapes) !== before) {
        this._host.changed(false);
      }
      this._host.selected();
    };
    this._layer.setPointerCapture(event.pointerId);
    this._layer.addEventListener('pointermove', move);
    this._layer.addEventListener('lostpointercapture', up, { once: true });
  }

  private _onHover(event: PointerEvent): void {
    if (this._begun.length) {
      this._hover = this._point(event);
      this.draw();
    }
  }

  private _point(event: PointerEvent): Point {
    return snapped(this._stage.toImage(event.clientX, event.clientY), this._task, this._stage.size);
  }

  // What has changed

  private _select(at: number): void {
    this.at = at;
    this.corner = -1;
    this.draw();
    this._host.selected();
  }

  private _append(shape: IShape, rest: boolean): void {
    this.shapes = [...this.shapes, shape];
    this._select(this.shapes.length - 1);
    this._host.changed(rest);
  }

  private _put(shape: IShape, rest: boolean): void {
    this._show(shape);
    this._host.changed(rest);
    this._host.selected();
  }

  private _show(shape: IShape): void {
    this.shapes = this.shapes.map((one, i) => (i === this.at ? shape : one));
    this.draw();
  }

  private _svg = document.createElementNS(SVG, 'svg');
  private _layer: HTMLElement;
  private _begun: Point[] = [];
  private _hover: Point | null = null;
  private _dragged = false;
}

function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const el = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    el.setAttribute(name, String(value));
  }
  return el;
}

/** Without points that follow themselves: a double click leaves two. */
function dedupe(points: Point[]): Point[] {
  return points.filter(([x, y], i) => i === 0 || Math.hypot(x - points[i - 1][0], y - points[i - 1][1]) > 0.5);
}

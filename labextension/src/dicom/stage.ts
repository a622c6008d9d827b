import type { DicomLayer } from '../contract/dicom';
import { fit, panned, zoomed, type IPlace, type ISize } from '../grid/zoom';
import { element } from '../kit/dom';
import type { IPixel } from './words';

const SVG = 'http://www.w3.org/2000/svg';

export interface IStageHost {
  /** The wheel was turned by so many slices. */
  scroll(steps: number): void;
  /** Dragged with the first button, since the last time; at most once a frame of the screen. */
  drag(dx: number, dy: number): void;
  reset(): void;
  /** The pointer is over a pixel; null: over none. */
  hover(pixel: IPixel | null): void;
  /** Zoomed or moved by somebody here. */
  placed(place: IPlace): void;
  paint(out: Uint32Array): void;
}

/** A picture of pixels that is zoomed, moved and dragged, with boxes over it. Painted at most once a frame. */
export class DicomStage {
  readonly el = element('div', 'fw-Dicom-stage');

  constructor(private _host: IStageHost) {
    this._svg.setAttribute('class', 'fw-Dicom-boxes');
    this._sheet.append(this._canvas, this._svg);
    this.el.append(this._sheet);
    this.el.addEventListener('wheel', event => this._onWheel(event), { passive: false });
    this.el.addEventListener('pointerdown', event => this._onDown(event));
    this.el.addEventListener('pointermove', event => this._onMove(event));
    this.el.addEventListener('pointerup', event => this._onUp(event));
    this.el.addEventListener('pointercancel', event => this._onUp(event));
    this.el.addEventListener('pointerleave', () => this._host.hover(null));
    this.el.addEventListener('contextmenu', event => event.preventDefault());
    this.el.addEventListener('dblclick', () => this._host.reset());
    this._watch = new ResizeObserver(() => this._resized());
    this._watch.observe(this.el);
  }

  /** The size of what is painted from now on, in its pixels; a pixel is `aspect` times as high as it is wide. */
  setSize(columns: number, rows: number, aspect: number): void {
    const { _canvas: canvas } = this;
    const changed = canvas.width !== columns || canvas.height !== rows || this._aspect !== aspect;
    if (changed) {
      canvas.width = columns;
      canvas.height = rows;
      this._image = new ImageData(columns, rows);
      this._aspect = aspect;
      this.fit(false);
    }
  }

  /** Nothing to show: `words` instead. */
  setEmpty(empty: boolean): void {
    this._sheet.hidden = empty;
  }

  /** Paint before the next frame of the screen, however often it is asked. */
  paintSoon(): void {
    if (!this._frame) {
      this._frame = window.requestAnimationFrame(() => this.paint());
    }
  }

  paint(): void {
    this._tellDrag();
    window.cancelAnimationFrame(this._frame);
    this._frame = 0;
    if (this._image && !this._sheet.hidden) {
      this._host.paint(new Uint32Array(this._image.data.buffer));
      this._canvas.getContext('2d')?.putImageData(this._image, 0, 0);
      this.el.dataset.painted = String(++this._painted);
    }
  }

  /** Boxes of all layers; none of them is drawn while `shown` is false. */
  setBoxes(layers: DicomLayer[], shown: boolean): void {
    this._svg.replaceChildren();
    this._svg.setAttribute('viewBox', `0 0 ${this._canvas.width || 1} ${this._canvas.height || 1}`);
    if (!shown) {
      return;
    }
    const size = Math.max(this._canvas.width, this._canvas.height) / 40;
    layers.forEach(({ name, boxes }, k) => {
      for (const { box, label } of boxes) {
        const [x1, y1, x2, y2] = box;
        const rect = this._shape('rect', { x: x1, y: y1, width: x2 - x1, height: y2 - y1, class: `fw-mod-${k % 3}` });
        const text = this._shape('text', { x: x1, y: Math.max(size, y1 - size / 4), 'font-size': size });
        text.textContent = label || name;
        this._svg.append(rect, text);
      }
    });
  }

  fit(told = true): void {
    this._put(fit(this._size, this._room), told);
  }

  zoom(factor: number, x = this._room.width / 2, y = this._room.height / 2): void {
    this._put(zoomed(this._place, factor, x, y, this._size, this._room), true);
  }

  pan(dx: number, dy: number): void {
    this._put(panned(this._place, dx, dy, this._size, this._room), true);
  }

  /** Zoom and place in parts of the stage's width, for one that is of another size. */
  get part(): IPlace {
    const { width } = this._room;
    const { scale, x, y } = this._place;
    return { scale: (scale * this._size.width) / width, x: x / width, y: y / width };
  }

  set part({ scale, x, y }: IPlace) {
    const { width } = this._room;
    this._put({ scale: (scale * width) / this._size.width, x: x * width, y: y * width }, false);
  }

  dispose(): void {
    this._watch.disconnect();
    window.cancelAnimationFrame(this._frame);
  }

  private _onWheel(event: WheelEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (event.ctrlKey) {
      const box = this.el.getBoundingClientRect();
      this.zoom(1.0015 ** -event.deltaY, event.clientX - box.left, event.clientY - box.top);
      return;
    }
    // A notch of a wheel is a slice; of a touch pad, which sends many small steps, so is a piece of the way.
    this._turned += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / NOTCH : Math.sign(event.deltaY);
    const steps = Math.trunc(this._turned);
    if (steps) {
      this._turned -= steps;
      this._host.scroll(steps);
    }
  }

  private _onDown(event: PointerEvent): void {
    this.el.setPointerCapture(event.pointerId);
    this._held = event.button === 0 && !event.shiftKey ? 'window' : 'pan';
    this._last = [event.clientX, event.clientY];
  }

  private _onMove(event: PointerEvent): void {
    if (!this._held) {
      this._host.hover(this._pixel(event));
      return;
    }
    const [dx, dy] = [event.clientX - this._last[0], event.clientY - this._last[1]];
    this._last = [event.clientX, event.clientY];
    if (this._held === 'window') {
      this._dragged = [this._dragged[0] + dx, this._dragged[1] + dy]; // a mouse tells more often than a screen shows
      this.paintSoon();
    } else {
      this.pan(dx, dy);
    }
  }

  private _onUp(event: PointerEvent): void {
    this._tellDrag();
    this._held = null;
    if (this.el.hasPointerCapture(event.pointerId)) {
      this.el.releasePointerCapture(event.pointerId);
    }
  }

  private _tellDrag(): void {
    const [dx, dy] = this._dragged;
    this._dragged = [0, 0];
    if (dx || dy) {
      this._host.drag(dx, dy);
    }
  }

  private _pixel(event: PointerEvent): IPixel | null {
    const box = this.el.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - this._place.x) / this._place.scale);
    const row = Math.floor((event.clientY - box.top - this._place.y) / (this._place.scale * this._aspect));
    const inside = column >= 0 && row >= 0 && column < this._canvas.width && row < this._canvas.height;
    return inside && !this._sheet.hidden ? { column, row } : null;
  }

  private _put(place: IPlace, told: boolean): void {
    this._place = place;
    const { style } = this._sheet;
    style.width = `${this._size.width}px`;
    style.height = `${this._size.height}px`;
    style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
    this._canvas.classList.toggle('fw-mod-tiny', place.scale >= 2);
    if (told) {
      this._host.placed(this.part);
    }
  }

  private _resized(): void {
    this.fit(false);
  }

  private get _size(): ISize {
    return { width: this._canvas.width || 1, height: (this._canvas.height || 1) * this._aspect };
  }

  private get _room(): ISize {
    return { width: this.el.clientWidth || 1, height: this.el.clientHeight || 1 };
  }

  private _shape(tag: string, attributes: Record<string, string | number>): SVGElement {
    const shape = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => shape.setAttribute(name, String(value)));
    return shape;
  }

  private _sheet = element('div', 'fw-Dicom-sheet');
  private _canvas = element('canvas', 'fw-Dicom-canvas');
  private _svg = document.createElementNS(SVG, 'svg');
  private _image: ImageData | null = null;
  private _aspect = 1;
  private _place: IPlace = { scale: 1, x: 0, y: 0 };
  private _held: 'window' | 'pan' | null = null;
  private _last = [0, 0];
  private _dragged = [0, 0];
  private _turned = 0;
  private _frame = 0;
  private _painted = 0;
  private _watch: ResizeObserver;
}

const NOTCH = 100;

import { element } from '../kit/dom';
import { centred, fit, panned, zoomed, type IPlace, type ISize } from './zoom';

const WHEEL = 1.0015;

/** A picture that can be zoomed (wheel, keys) and dragged, with layers over it that move along. */
export class FullStage {
  readonly el = element('div', 'fw-Stage');
  /** Pixels of the picture's file. */
  size: ISize = { width: 1, height: 1 };

  constructor(private _changed: () => void = () => undefined) {
    this._sheet.append(this._image, this._overlay);
    this.el.append(this._sheet);
    this._image.draggable = false;
    this._image.alt = '';
    this.el.addEventListener('wheel', event => this._onWheel(event), { passive: false });
    this.el.addEventListener('pointerdown', event => this._onDown(event));
    this.el.addEventListener('dblclick', event => this.toggle(event.clientX, event.clientY));
    this._watch = new ResizeObserver(() => this.fit());
    this._watch.observe(this.el);
  }

  /** Show another picture, whole. `url` may be a thumbnail of it: `size` is that of the file. */
  show(url: string, size: ISize, tiny: boolean): void {
    this.size = size;
    this._sheet.classList.toggle('fw-mod-tiny', tiny);
    this._image.hidden = url === '';
    this._sheet.hidden = url === '';
    this._image.src = url || 'data:,';
    this._sheet.style.width = `${size.width}px`;
    this._sheet.style.height = `${size.height}px`;
    this.fit();
  }

  /** The same picture from another source, as sharp as that is: nothing moves. */
  sharpen(url: string): void {
    this._image.src = url;
  }

  /** An image laid over the picture; empty: none. */
  overlay(uri: string): void {
    this._overlay.style.backgroundImage = uri ? `url("${uri}")` : '';
    this._overlay.hidden = uri === '';
  }

  /** A new element over the picture, as large as it in its own pixels; it zooms and pans with it. */
  layer(): HTMLElement {
    const layer = element('div', 'fw-Stage-layer');
    this._sheet.append(layer);
    return layer;
  }

  /** A point of the window in pixels of the picture. */
  toImage(clientX: number, clientY: number): [number, number] {
    const box = this.el.getBoundingClientRect();
    const { x, y, scale } = this._place;
    return [(clientX - box.left - x) / scale, (clientY - box.top - y) / scale];
  }

  /** Screen pixels a picture pixel. */
  get scale(): number {
    return this._place.scale;
  }

  /** Is it larger than when the whole of it is seen? */
  get zoomed(): boolean {
    return this._place.scale > 1.01 * fit(this.size, this._room).scale;
  }

  fit(): void {
    this._put(fit(this.size, this._room));
  }

  /** One pixel of the picture on one of the screen. */
  actual(): void {
    this._put(centred(1 / (window.devicePixelRatio || 1), this.size, this._room));
  }

  /** Whole, or where it is whole already its own pixels, around the point of the window. */
  toggle(clientX: number, clientY: number): void {
    if (this.zoomed) {
      this.fit();
    } else {
      this.zoom(Math.max(2, 1 / this._place.scale), clientX, clientY);
    }
  }

  /** Zoom around a point of the window, or around the middle. */
  zoom(factor: number, clientX?: number, clientY?: number): void {
    const box = this.el.getBoundingClientRect();
    const x = clientX === undefined ? box.width / 2 : clientX - box.left;
    const y = clientY === undefined ? box.height / 2 : clientY - box.top;
    this._put(zoomed(this._place, factor, x, y, this.size, this._room));
  }

  /** Move by so many pixels of the screen. */
  pan(dx: number, dy: number): void {
    this._put(panned(this._place, dx, dy, this.size, this._room));
  }

  dispose(): void {
    this._watch.disconnect();
  }

  private _onWheel(event: WheelEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.zoom(WHEEL ** -event.deltaY, event.clientX, event.clientY);
  }

  private _onDown(event: PointerEvent): void {
    if (event.button !== 0 || event.defaultPrevented) {
      return;
    }
    const move = ({ movementX, movementY }: PointerEvent): void => this.pan(movementX, movementY);
    const up = (): void => {
      this.el.removeEventListener('pointermove', move);
      this.el.classList.remove('fw-mod-dragged');
    };
    this.el.setPointerCapture(event.pointerId);
    this.el.classList.add('fw-mod-dragged');
    this.el.addEventListener('pointermove', move);
    this.el.addEventListener('pointerup', up, { once: true });
    this.el.addEventListener('pointercancel', up, { once: true });
  }

  private _put(place: IPlace): void {
    this._place = place;
    this._sheet.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
    this._changed();
  }

  private get _room(): ISize {
    return { width: this.el.clientWidth || 1, height: this.el.clientHeight || 1 };
  }

  private _place: IPlace = { scale: 1, x: 0, y: 0 };
  private _sheet = element('div', 'fw-Stage-sheet');
  private _image = element('img');
  private _overlay = element('div', 'fw-Stage-layer');
  private _watch: ResizeObserver;
}

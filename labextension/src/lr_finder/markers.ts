import type { LRFinderMarker, LRFinderRange } from '../contract/lr_finder';
import { element, setText } from '../kit/dom';
import type { LRFinderModel } from './model';
import { across, calledNow, down, keyedRate, rateAcross, rateText, standing, within } from './state';

const ROW = 18; // pixels, a line of a label

/** The suggestions over the plot: each one a slider that mouse, pen, finger and keyboard move along the curve. */
export class Markers {
  readonly el = element('div', 'fw-LRFinder-overlay');

  constructor(private _model: LRFinderModel) {
    this.el.setAttribute('role', 'group');
    this.el.setAttribute('aria-label', 'Loss against learning rate; the suggestions are sliders');
    this._readout.setAttribute('aria-hidden', 'true');
    this.el.append(this._readout);
    this.el.addEventListener('pointerdown', event => this._press(event));
    this.el.addEventListener('pointermove', event => this._hover(event));
    this.el.addEventListener('pointerleave', () => this._read(null));
    this.el.addEventListener('focusout', () => this._read(null));
  }

  /** Show the markers that there are now, each where its rate lies. */
  update(): void {
    const markers = this._model.movable;
    if (markers.map(marker => marker.name).join() !== [...this._shown.keys()].join()) {
      this._rebuild(markers);
    }
    const { tried } = this._model.curve;
    for (const marker of markers) {
      this._place(marker, this._shown.get(marker.name)!, tried ?? this._range);
    }
  }

  private _rebuild(markers: LRFinderMarker[]): void {
    for (const { handle, ghost } of this._shown.values()) {
      handle.remove();
      ghost.remove();
    }
    this._shown = new Map(markers.map((marker, i) => [marker.name, this._make(marker, i, markers.length)]));
  }

  /** Put a marker where its rate lies, and say so to screen readers. */
  private _place(marker: LRFinderMarker, { handle, dot, label, ghost }: IShown, tried: LRFinderRange): void {
    const [range, chosen] = [this._range, this._model.state('chosen')];
    const lr = standing(marker, chosen);
    const loss = this._model.curve.lossAt(lr);
    const name = calledNow(marker, chosen);
    handle.style.left = percent(across(range, lr));
    dot.style.top = percent(down(this._model.state('loss_range'), loss));
    dot.hidden = !Number.isFinite(loss);
    setText(label, `${name} ${rateText(lr)}`);
    label.classList.toggle('fw-mod-left', across(range, lr) > 0.8);
    handle.classList.toggle('fw-mod-chosen', chosen?.name === marker.name);
    handle.classList.toggle('fw-mod-waiting', !chosen);
    handle.title = name === marker.name ? `${name}: ${marker.reason}` : `${name}; the suggestion was ${marker.name}`;
    handle.setAttribute('aria-label', handle.title);
    handle.setAttribute('aria-valuenow', Math.log10(lr).toFixed(2));
    handle.setAttribute('aria-valuemin', Math.log10(tried[0]).toFixed(2));
    handle.setAttribute('aria-valuemax', Math.log10(tried[1]).toFixed(2));
    handle.setAttribute('aria-valuetext', `learning rate ${rateText(lr)}, ${lossText(loss)}`);
    ghost.style.left = percent(across(range, marker.lr));
    ghost.firstElementChild!.classList.toggle('fw-mod-left', across(range, marker.lr) > 0.8);
    ghost.hidden = lr === marker.lr;
  }

  private _make(marker: LRFinderMarker, i: number, n: number): IShown {
    const [dot, label] = ['dot', 'label'].map(part => element('div', `fw-LRFinder-${part}`));
    const origin = element('div', 'fw-LRFinder-label', marker.name);
    const ghost = element('div', 'fw-LRFinder-ghost', origin);
    const handle = element('div', 'fw-LRFinder-marker', dot, label);
    handle.tabIndex = 0;
    handle.dataset.name = marker.name;
    handle.setAttribute('role', 'slider');
    handle.setAttribute('aria-orientation', 'horizontal');
    label.style.top = `${ROW * i}px`; // suggestions often lie close together: one line of text each
    origin.style.top = `${ROW * n}px`;
    handle.addEventListener('keydown', event => this._key(event, marker));
    handle.addEventListener('focus', () => this._read(standing(marker, this._model.state('chosen'))));
    this.el.append(ghost, handle);
    return { handle, dot, label, ghost };
  }

  /** The keys that move; all others go on to the finder's own. */
  private _key(event: KeyboardEvent, marker: LRFinderMarker): void {
    const held = event.ctrlKey || event.altKey || event.metaKey;
    const tried = this._model.curve.tried ?? this._range;
    const lr = held ? null : keyedRate(event.key, standing(marker, this._model.state('chosen')), tried);
    if (lr !== null) {
      event.preventDefault(); // the page would scroll
      event.stopPropagation(); // the notebook would go to another cell
      this._model.choose(marker.name, lr);
      this._read(lr);
    }
  }

  /** A press takes hold of the marker under it; elsewhere in the plot it brings the chosen one there. */
  private _press(event: PointerEvent): void {
    const chosen = this._model.state('chosen');
    const hit = event.target instanceof Element ? event.target.closest<HTMLElement>('.fw-LRFinder-marker') : null;
    const under = chosen ? hit : null; // a marker that waits to be placed comes to the press
    const markers = this._model.movable;
    const marker = markers.find(one => one.name === (under?.dataset.name ?? chosen?.name)) ?? markers[0];
    if (event.button !== 0 || !marker) {
      return;
    }
    event.preventDefault(); // no text selection while dragging
    this._shown.get(marker.name)?.handle.focus({ preventScroll: true });
    const lr = under ? standing(marker, chosen) : this._rateAt(this._part(event));
    this._drag = { name: marker.name, offset: under ? this._part(event) - across(this._range, lr) : 0 };
    this._model.choose(marker.name, lr);
    this._read(lr); // the focus has read out where the marker stood before
    this.el.setPointerCapture(event.pointerId);
    const release = new AbortController();
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      this.el.addEventListener(end, () => release.abort(), { signal: release.signal });
    }
    release.signal.addEventListener('abort', () => (this._drag = null));
  }

  private _hover(event: PointerEvent): void {
    if (!this._drag) {
      this._read(rateAcross(this._range, this._part(event)));
      return;
    }
    const lr = this._rateAt(this._part(event) - this._drag.offset);
    this._read(lr);
    if (lr !== this._model.state('chosen')?.lr) {
      this._model.choose(this._drag.name, lr);
    }
  }

  /** Write the loss at a rate into the corner. */
  private _read(lr: number | null): void {
    const there = lr !== null && this._model.curve.lrs.length > 0;
    setText(this._readout, there ? `${rateText(lr)}: ${lossText(this._model.curve.lossAt(lr))}` : '');
  }

  /** The rate at a place on the axis, among those that were tried. */
  private _rateAt(part: number): number {
    return within(this._model.curve.tried ?? this._range, rateAcross(this._range, part));
  }

  private get _range(): LRFinderRange {
    return this._model.state('lr_range');
  }

  /** Where the pointer is, 0 at the left end of the plot and 1 at its right one. */
  private _part(event: PointerEvent): number {
    const { left, width } = this.el.getBoundingClientRect();
    return (event.clientX - left) / width;
  }

  private _shown = new Map<string, IShown>();
  private _readout = element('div', 'fw-LRFinder-readout');
  private _drag: { name: string; offset: number } | null = null;
}

interface IShown {
  handle: HTMLElement;
  dot: HTMLElement;
  label: HTMLElement;
  ghost: HTMLElement;
}

function lossText(loss: number): string {
  return Number.isFinite(loss) ? `loss ${loss.toPrecision(3)}` : 'not tried';
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)}%`;
}

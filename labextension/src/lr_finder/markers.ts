import type { LRFinderMarker, LRFinderRange } from '../contract/lr_finder';
import { element, setText } from '../kit/dom';
import type { LRFinderModel } from './model';
import { across, down, keyedRate, rateAcross, rateText, standing } from './state';

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
    this.el.addEventListener('pointerleave', () => (this._readout.textContent = ''));
  }

  /** Make the markers anew: the suggestions have changed. */
  rebuild(): void {
    for (const { handle, ghost } of this._shown.values()) {
      handle.remove();
      ghost.remove();
    }
    this._shown = new Map(this._model.state('markers').map((marker, i) => [marker.name, this._make(marker, i)]));
    this.place();
  }

  /** Put every marker where its rate lies, and say so to screen readers. */
  place(): void {
    const [range, losses] = [this._model.state('lr_range'), this._model.state('loss_range')];
    const chosen = this._model.state('chosen');
    for (const marker of this._model.state('markers')) {
      const shown = this._shown.get(marker.name);
      if (!shown) {
        continue;
      }
      const lr = standing(marker, chosen);
      const loss = this._model.curve.lossAt(lr);
      const { handle, dot, label, ghost } = shown;
      handle.style.left = percent(across(range, lr));
      dot.style.top = percent(down(losses, loss));
      setText(label, `${marker.name} ${rateText(lr)}`);
      label.classList.toggle('fw-mod-left', across(range, lr) > 0.8);
      handle.classList.toggle('fw-mod-chosen', chosen?.name === marker.name);
      handle.setAttribute('aria-valuenow', Math.log10(lr).toFixed(2));
      handle.setAttribute('aria-valuemin', Math.log10(range[0]).toFixed(2));
      handle.setAttribute('aria-valuemax', Math.log10(range[1]).toFixed(2));
      handle.setAttribute('aria-valuetext', `learning rate ${rateText(lr)}, ${lossText(loss)}`);
      dot.hidden = !Number.isFinite(loss);
      ghost.style.left = percent(across(range, marker.lr));
      ghost.hidden = lr === marker.lr;
    }
  }

  private _make(marker: LRFinderMarker, i: number): IShown {
    const [dot, label, ghost] = ['dot', 'label', 'ghost'].map(part => element('div', `fw-LRFinder-${part}`));
    const handle = element('div', 'fw-LRFinder-marker', dot, label);
    handle.tabIndex = 0;
    handle.title = `${marker.name}: ${marker.reason}`;
    handle.dataset.name = marker.name;
    handle.setAttribute('role', 'slider');
    handle.setAttribute('aria-label', `${marker.name}, ${marker.reason}`);
    handle.setAttribute('aria-orientation', 'horizontal');
    label.style.top = `${18 * i}px`; // suggestions often lie close together: one line of text each
    handle.addEventListener('keydown', event => this._key(event, marker));
    this.el.append(ghost, handle);
    return { handle, dot, label, ghost };
  }

  /** The keys that move; all others go on to the finder's own. */
  private _key(event: KeyboardEvent, marker: LRFinderMarker): void {
    const held = event.ctrlKey || event.altKey || event.metaKey;
    const lr = held ? null : keyedRate(event.key, standing(marker, this._model.state('chosen')), this._range);
    if (lr !== null) {
      event.preventDefault(); // the page would scroll
      event.stopPropagation(); // the notebook would go to another cell
      this._model.choose(marker.name, lr);
    }
  }

  /** A press takes hold of the marker under it; elsewhere in the plot it brings the chosen one there. */
  private _press(event: PointerEvent): void {
    const under = event.target instanceof Element ? event.target.closest<HTMLElement>('.fw-LRFinder-marker') : null;
    const name = under?.dataset.name ?? this._model.state('chosen')?.name;
    const marker = this._model.state('markers').find(one => one.name === name);
    if (event.button !== 0 || !marker) {
      return;
    }
    event.preventDefault(); // no text selection while dragging
    this._shown.get(marker.name)?.handle.focus({ preventScroll: true });
    const lr = under ? standing(marker, this._model.state('chosen')) : rateAcross(this._range, this._part(event));
    this._drag = { name: marker.name, offset: under ? this._part(event) - across(this._range, lr) : 0 };
    this._model.choose(marker.name, lr);
    this.el.setPointerCapture(event.pointerId);
    const release = new AbortController();
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      this.el.addEventListener(end, () => release.abort(), { signal: release.signal });
    }
    release.signal.addEventListener('abort', () => (this._drag = null));
  }

  private _hover(event: PointerEvent): void {
    const lr = rateAcross(this._range, this._part(event) - (this._drag?.offset ?? 0));
    const loss = this._model.curve.lossAt(lr);
    this._readout.textContent = `${rateText(lr)}: ${lossText(loss)}`;
    if (this._drag && lr !== this._model.state('chosen')?.lr) {
      this._model.choose(this._drag.name, lr);
    }
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

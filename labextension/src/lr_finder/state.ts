import type { LRFinderChosen, LRFinderMarker, LRFinderPoints, LRFinderRange } from '../contract/lr_finder';
import { rows } from '../kit/buffers';

/** Key presses move a marker by this factor (twenty presses make a decade), page keys by the larger one. */
const STEP = 10 ** (1 / 20);
const PAGE = 10 ** (1 / 2);
/** Rates are rounded to two digits: one that lies beside the curve by no more than that lies on its end. */
const ALMOST = 1.06;
/** The name of a rate that is none of the suggestions; as in fastwidgets/lr_finder/words.py. */
export const BY_HAND = 'by hand';

/** The curve so far: learning rates and losses. */
export class FinderCurve {
  lrs: number[] = [];
  losses: number[] = [];

  apply(content: LRFinderPoints, buffer: DataView): void {
    const [lrs, losses] = rows(content, buffer);
    if (content.reset) {
      this.lrs = [];
      this.losses = [];
    }
    this.lrs.push(...lrs);
    this.losses.push(...losses);
  }

  /** The lowest and the highest rate that was tried and gave a loss; null before there are two. */
  get tried(): LRFinderRange | null {
    const known = this._known;
    return known.length < 2 ? null : [this.lrs[known[0]], this.lrs[known[known.length - 1]]];
  }

  /** The loss at rate `lr`, as the curve is drawn: straight between points on a logarithmic axis, NaN beside it. */
  lossAt(lr: number): number {
    const known = this._known;
    const [first, last] = [known[0], known[known.length - 1]];
    if (!known.length || lr * ALMOST < this.lrs[first] || lr > this.lrs[last] * ALMOST) {
      return NaN;
    }
    const after = known.findIndex(i => this.lrs[i] >= lr);
    if (after <= 0) {
      return this.losses[after === 0 ? first : last];
    }
    const [i, j] = [known[after - 1], known[after]];
    const part = Math.log(lr / this.lrs[i]) / Math.log(this.lrs[j] / this.lrs[i]);
    return this.losses[i] + part * (this.losses[j] - this.losses[i]);
  }

  private get _known(): number[] {
    return this.lrs.map((_, i) => i).filter(i => Number.isFinite(this.losses[i]));
  }
}

/** `lr` with two significant digits, which is what the code line shows. */
export function roundRate(lr: number): number {
  return Number(lr.toExponential(1));
}

/** `0.0012` as `1.2e-03`, the way Python writes it. */
export function rateText(lr: number): string {
  return lr.toExponential(1).replace(/e([+-])(\d)$/, 'e$10$2');
}

export function codeLine(code: string, chosen: LRFinderChosen | null): string {
  return chosen ? code.replace('{lr}', rateText(chosen.lr)) : '';
}

/** Where `lr` lies on the axis, 0 at its left end and 1 at its right one. */
export function across([low, high]: LRFinderRange, lr: number): number {
  return clamp(Math.log(lr / low) / Math.log(high / low), 0, 1);
}

/** The rate at a place on the axis; the inverse of `across`. */
export function rateAcross([low, high]: LRFinderRange, part: number): number {
  return roundRate(low * (high / low) ** clamp(part, 0, 1));
}

/** Where `loss` lies on the axis, 0 at the top and 1 at the bottom; what is outside sits on the border. */
export function down([low, high]: LRFinderRange, loss: number): number {
  return Number.isFinite(loss) ? clamp((high - loss) / (high - low), 0, 1) : 1;
}

/** `lr` kept among the rates in `range`, and rounded. */
export function within([low, high]: LRFinderRange, lr: number): number {
  return roundRate(clamp(lr, low, high));
}

/** The rate that a key moves a marker to, inside the rates that were tried, or null for a key that does not. */
export function keyedRate(key: string, lr: number, [low, high]: LRFinderRange): number | null {
  const moved: Record<string, number> = {
    ArrowRight: lr * STEP,
    ArrowUp: lr * STEP,
    ArrowLeft: lr / STEP,
    ArrowDown: lr / STEP,
    PageUp: lr * PAGE,
    PageDown: lr / PAGE,
    Home: low,
    End: high
  };
  return key in moved ? within([low, high], moved[key]) : null;
}

/**
 * The markers that can be moved: the suggestions or, where a curve of `tried` rates gave none, one of the user's own,
 * which waits in its middle.
 */
export function movable(
  markers: LRFinderMarker[],
  chosen: LRFinderChosen | null,
  tried: LRFinderRange | null
): LRFinderMarker[] {
  if (markers.length || !tried) {
    return markers;
  }
  const lr = chosen?.lr ?? roundRate(Math.sqrt(tried[0] * tried[1]));
  return [{ name: BY_HAND, lr, reason: chosen ? 'the rate that you chose' : 'no rate is chosen yet' }];
}

/** What a marker is called: one that was moved away from its suggestion stands where a hand has put it. */
export function calledNow(marker: LRFinderMarker, chosen: LRFinderChosen | null): string {
  return standing(marker, chosen) === marker.lr ? marker.name : BY_HAND;
}

/** The rate at which a marker stands: where it was put if it is the chosen one, else where it was suggested. */
export function standing(marker: LRFinderMarker, chosen: LRFinderChosen | null): number {
  return chosen?.name === marker.name ? chosen.lr : marker.lr;
}

/** The rows of the table of values: rate, loss, and the suggestions that lie nearest to that rate. */
export function tableRows(curve: FinderCurve, markers: LRFinderMarker[]): [string, string, string][] {
  const notes = new Map<number, string[]>();
  for (const marker of markers) {
    const off = curve.lrs.map(lr => Math.abs(Math.log(lr / marker.lr)));
    const row = off.indexOf(Math.min(...off));
    notes.set(row, [...(notes.get(row) ?? []), marker.name]);
  }
  return curve.lrs.map((lr, i) => [rateText(lr), curve.losses[i].toPrecision(4), (notes.get(i) ?? []).join(', ')]);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

import type { Values } from './state';

/** The range of an axis for values from `low` to `high`, with some room around them. */
export function padded(low: number | null, high: number | null, fromZero: boolean): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) {
    return [0, 1];
  }
  const bottom = fromZero ? Math.min(0, low) : low;
  const room = (high - bottom || Math.abs(high) || 1) * 0.06;
  return [fromZero ? bottom : bottom - room, high + room];
}

const SHARE = 20; // a spike is shorter than half of this part of the curve
const [WIDTH, WIDTH_VALID] = [5, 3]; // points of a stretch at least
const SPIKE = 5; // times as high as all stretches, from the lowest loss: what is worth cutting off
const ROOM = 3; // times as high: what the axis reaches for the smoothed losses, which keep a spike for long

/**
 * The highest loss to show of a run, null without any: where there is a spike of a few batches, as far above the highest
 * stretch as that lies above the lowest loss, farther where that keeps the smoothed losses whole. The same rule as
 * fastwidgets/monitor/axis.py, which says more.
 */
export function lossTop(losses: Values, valid: Values, smooth: Values = []): number | null {
  const known = [losses, valid].map(values => values.filter(value => Number.isFinite(value)) as number[]);
  const widths = [Math.max(WIDTH, Math.floor(known[0].length / SHARE)), WIDTH_VALID];
  const top = Math.max(...known.map((values, i) => highestMiddle(values, widths[i])));
  const [low, high] = known
    .flat()
    .reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  if (low > high) {
    return null;
  }
  if (!(top > low && high - low > SPIKE * (top - low))) {
    return high;
  }
  const cut = top + (top - low);
  const smoothed = highest(smooth);
  return smoothed !== null && smoothed - low <= ROOM * (top - low) ? Math.max(cut, smoothed) : cut;
}

/** The highest of the values that are numbers; null without any. */
export function highest(values: Values): number | null {
  return values.reduce<number | null>(
    (top, value) => (Number.isFinite(value) && (top === null || value! > top) ? value! : top),
    null
  );
}

/** The stretches of the line `values` that lie above `top`, as pairs of first and last position; gaps belong to them. */
export function stretchesAbove(values: Values, top: number): [number, number][] {
  const found: [number, number][] = [];
  let open = false;
  values.forEach((value, i) => {
    if (value === null || value === undefined) return;
    if (value <= top) open = false;
    else if (open) found[found.length - 1][1] = i;
    else found.push([i, i]);
    open = value > top;
  });
  return found;
}

/** The highest median of stretches of `width` points that overlap by half; of two middle ones the lower counts. */
function highestMiddle(values: number[], width: number): number {
  const last = Math.max(values.length - width, 0);
  let highest = -Infinity;
  for (let start = 0; values.length && start < last + Math.ceil(width / 2); start += Math.ceil(width / 2)) {
    const from = Math.min(start, last);
    const stretch = values.slice(from, from + width).sort((a, b) => a - b);
    highest = Math.max(highest, stretch[(stretch.length - 1) >> 1]);
  }
  return highest;
}

/** The numbers beside an axis, all with as many digits as it takes to tell them apart. */
export function ticks(at: (number | null)[]): string[] {
  const values = at.filter(value => value !== null && Number.isFinite(value)) as number[];
  const top = Math.max(...values.map(Math.abs), 0);
  const apart = Math.min(...values.slice(1).map((value, i) => Math.abs(value - values[i])), top || 1);
  const inFull = top >= 1e-3 && top < 1e5;
  const write = (value: number, digits: number) => (inFull ? value.toFixed(digits) : value.toExponential(digits));
  let digits = 0;
  while (digits < 12 && values.some(value => Math.abs(Number(write(value, digits)) - value) > apart / 1000)) {
    digits += 1;
  }
  return at.map(value => (value === null ? '' : value === 0 ? '0' : plain(write(value, digits))));
}

/** `1.50` as `1.5`, `-0.0` as `0`, `1.0e+29` as `1e29`; zeros before the point stay. */
function plain(text: string): string {
  const [mantissa, exponent] = text.split('e');
  const short = String(Number(mantissa) || 0);
  return exponent ? `${short}e${Number(exponent)}` : short;
}

/** Where a line has a point with a gap on either side: nothing of it would be drawn. */
export function alone(values: Values): number[] {
  const found: number[] = [];
  let stretch: number[] = [];
  const close = (): void => {
    if (stretch.length === 1) found.push(stretch[0]);
    stretch = [];
  };
  values.forEach((value, i) => {
    if (value === null) close();
    else if (value !== undefined) stretch.push(i);
  });
  close();
  return found;
}

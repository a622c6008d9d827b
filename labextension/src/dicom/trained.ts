import type { DicomTraining } from '../contract/dicom';
import { numbers } from '../kit/buffers';
import { gray } from './picture';
import { short } from './window';

export const LOW = 1;
export const HIGH = 2;
const STRIPE = 4; // pixels from one stripe of the shading to the next

/** What the model gets of a slice. */
export class TrainedPicture {
  readonly values: Float32Array;
  readonly clipped: Uint8Array;

  constructor(
    readonly message: DicomTraining,
    buffers: DataView[]
  ) {
    this.values = numbers(buffers[0], 'float32');
    this.clipped = numbers(buffers[1], 'uint8');
  }

  get channels(): number {
    return this.message.shape[0];
  }
  get rows(): number {
    return this.message.shape[1];
  }
  get columns(): number {
    return this.message.shape[2];
  }

  valueAt(channel: number, column: number, row: number): number {
    return this.values[(channel * this.rows + row) * this.columns + column];
  }

  /** Paint a channel, from 0 to 1 or as far as its values go; `shaded` stripes what lies at the ends of the window. */
  paint(channel: number, shaded: boolean, out: Uint32Array): void {
    const from = channel * this.rows * this.columns;
    const values = this.values.subarray(from, from + out.length);
    let [least, most] = [0, 1];
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
    for (let i = 0; i < out.length; i++) {
      const end = shaded ? this.clipped[from + i] : 0;
      const seen = (values[i] - least) / (most - least);
      out[i] = end && striped(i, this.columns, end) ? STRIPES[end] : gray(seen);
    }
  }
}

/** Blue stripes fall, orange ones rise: they differ without their colours too. 0xAABBGGRR. */
const STRIPES = [0, 0xffd07020, 0xff2080f0];

export function striped(i: number, columns: number, end: number): boolean {
  const [row, column] = [Math.floor(i / columns), i % columns];
  return (end === LOW ? row + column : row + STRIPE * columns - column) % STRIPE === 0;
}

/** In words: what it is, and which part is clipped. */
export function trainedWords(message: DicomTraining, channel: number): string {
  const [channels, rows, columns] = message.shape;
  const which = channels > 1 ? `, channel ${channel + 1} of ${channels}` : '';
  const at = (share: number): string => `${short(Number((100 * share).toPrecision(3)))} %`;
  return `${message.split} item, ${rows} × ${columns}${which}: ${at(message.low[channel])} at the lower end (blue), ${at(
    message.high[channel]
  )} at the upper end (orange)`;
}

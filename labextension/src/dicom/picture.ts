import type { DicomFrame, DicomPicture } from '../contract/dicom';
import { numbers } from '../kit/buffers';
import { brightness, type Seen } from './window';

type Pixels = Uint8Array | Int16Array | Uint16Array | Float32Array;
const OPAQUE = 0xff000000;

/** Look-up by stored number: of 16 bits at most. Kept, so that a drag makes none. */
const shades = new Uint32Array(65536);

/** The pixels of a slice, as they were stored, and what is laid over them. */
export class Picture {
  readonly header: DicomPicture;
  readonly pixels: Pixels;
  readonly table: Uint16Array | null;
  /** One mask for each layer; null for layers without. */
  readonly masks: (Uint8Array | null)[];

  constructor(
    readonly message: DicomFrame,
    buffers: DataView[]
  ) {
    this.header = message.picture!;
    this.pixels = numbers(buffers[0], message.dtype);
    let at = 1;
    this.table = this.header.table ? numbers(buffers[at++], 'uint16') : null;
    this.masks = message.layers.map(layer => (layer.mask ? numbers(buffers[at++], 'uint8') : null));
  }

  get bytes(): number {
    const own = this.pixels.byteLength + (this.table?.byteLength ?? 0);
    return this.masks.reduce((sum, mask) => sum + (mask?.length ?? 0), own);
  }

  /** The value at a pixel: of gray ones in the unit of the modality, of colours as three numbers. */
  valueAt(column: number, row: number): number[] {
    const i = row * this.header.columns + column;
    const { slope, intercept } = this.header;
    return this.header.colour ? [...this.pixels.subarray(3 * i, 3 * i + 3)] : [slope * this.pixels[i] + intercept];
  }

  /** How it is seen while nobody has chosen a window: by the file's table or first window, or as it is. */
  get own(): Seen {
    const { table, windows, least, most } = this.header;
    if (table && this.table) {
      return { by: 'table', ...table, table: this.table };
    }
    return windows.length ? { by: 'window', window: windows[0], own: false } : { by: 'range', least, most };
  }

  /** Paint it into `out`, one number a pixel: red, green, blue and 255 from the lowest byte on. */
  paint(seen: Seen, out: Uint32Array): void {
    const { pixels, header } = this;
    if (header.colour) {
      for (let i = 0, from = 0; i < out.length; i++, from += 3) {
        out[i] = OPAQUE | (pixels[from + 2] << 16) | (pixels[from + 1] << 8) | pixels[from];
      }
      return;
    }
    const shade = (stored: number): number =>
      gray(brightness(header.slope * stored + header.intercept, seen), header.inverted);
    if (pixels instanceof Float32Array) {
      for (let i = 0; i < out.length; i++) {
        out[i] = shade(pixels[i]);
      }
      return;
    }
    const [least, most] = this._ends();
    for (let stored = least; stored <= most; stored++) {
      shades[stored - least] = shade(stored);
    }
    for (let i = 0; i < out.length; i++) {
      out[i] = shades[pixels[i] - least];
    }
  }

  /** The least and the greatest stored number. */
  private _ends(): [number, number] {
    if (!this._known) {
      let [least, most] = [this.pixels[0], this.pixels[0]];
      for (const stored of this.pixels) {
        if (stored < least) least = stored;
        if (stored > most) most = stored;
      }
      this._known = [least, most];
    }
    return this._known;
  }

  private _known: [number, number] | null = null;
}

/** A brightness as a gray pixel of 8 bits. */
export function gray(seen: number, inverted = false): number {
  const level = Math.round(255 * (inverted ? 1 - seen : seen));
  return (OPAQUE | (level << 16) | (level << 8) | level) >>> 0;
}

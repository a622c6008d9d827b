/** What the data of a thumbnail is; fastwidgets/thumbnails/packed.py knows the same numbers. */
export const PICTURE = 0;
export const REASON = 1;
export const ASK_KERNEL = 2;

export interface IThumb {
  status: number;
  data: Uint8Array<ArrayBuffer>;
}

/** The thumbnails of a packed page: little-endian uint32 for how many, for status and size of each, then their data. */
export function unpack(page: DataView): IThumb[] {
  const count = page.byteLength >= 4 ? page.getUint32(0, true) : -1;
  let at = 4 + 8 * count;
  if (count < 0 || at > page.byteLength) {
    throw new Error(`a packed page begins with its sizes, but its ${page.byteLength} bytes do not`);
  }
  return Array.from({ length: count }, (_, i) => {
    const status = page.getUint32(4 + 8 * i, true);
    const size = page.getUint32(8 + 8 * i, true);
    if (at + size > page.byteLength) {
      throw new Error(`thumbnail ${i} of ${count} is cut short`);
    }
    const data = new Uint8Array(page.buffer, page.byteOffset + at, size).slice();
    at += size;
    return { status, data };
  });
}

const PNG = 0x89; // the first byte of its files; ours are JPEG otherwise

/** A picture's bytes as something that `url(…)` and `img` take, and whether its pixels are few and to be shown sharp. */
export function asBlob(data: Uint8Array<ArrayBuffer>): { blob: Blob; tiny: boolean } {
  const tiny = data[0] === PNG;
  return { blob: new Blob([data], { type: tiny ? 'image/png' : 'image/jpeg' }), tiny };
}

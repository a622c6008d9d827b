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
const PIECE = 8192; // bytes: a call takes only so many arguments

/** Whether a picture's pixels are few and to be shown sharp. */
export function isTiny(data: Uint8Array): boolean {
  return data[0] === PNG;
}

/** A large picture's bytes as something that `img` takes. */
export function asBlob(data: Uint8Array<ArrayBuffer>): Blob {
  return new Blob([data], { type: typeOf(data) });
}

/** A thumbnail's bytes as an address that holds them: the browser need not ask another process for what is at it. */
export function asDataUrl(data: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < data.length; at += PIECE) {
    pieces.push(String.fromCharCode(...data.subarray(at, at + PIECE)));
  }
  return `data:${typeOf(data)};base64,${btoa(pieces.join(''))}`;
}

function typeOf(data: Uint8Array): string {
  return isTiny(data) ? 'image/png' : 'image/jpeg';
}

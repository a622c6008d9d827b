/** Colours of the ids of masks, as 0xBBGGRR; an id further on begins again. 0 is nothing. */
const COLOURS = [0x4d4de6, 0x4dc34d, 0xe6a23c, 0x2bb5f0, 0xc25fc2, 0xc9c23c, 0x3c7df0, 0xa0a0f5];

export function idColour(id: number): number {
  return COLOURS[(id - 1) % COLOURS.length];
}

/** The same for CSS. */
export function idCss(id: number): string {
  const colour = idColour(id);
  return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
}

/** Lay a mask over what is in `out` (0xAABBGGRR), as strong as `opacity`; its outline twice as strong, to be seen through. */
export function layMask(mask: Uint8Array, columns: number, opacity: number, out: Uint32Array): void {
  for (let i = 0; i < mask.length; i++) {
    const id = mask[i];
    if (id) {
      const column = i % columns;
      const edge =
        mask[i - columns] !== id ||
        mask[i + columns] !== id ||
        column === 0 ||
        mask[i - 1] !== id ||
        column === columns - 1 ||
        mask[i + 1] !== id;
      out[i] = mixed(out[i], idColour(id), edge ? Math.min(1, 2 * opacity) : opacity);
    }
  }
}

function mixed(under: number, over: number, share: number): number {
  let pixel = 0xff000000;
  for (let shift = 0; shift < 24; shift += 8) {
    const [a, b] = [(under >> shift) & 255, (over >> shift) & 255];
    pixel |= Math.round(a + (b - a) * share) << shift;
  }
  return pixel >>> 0;
}

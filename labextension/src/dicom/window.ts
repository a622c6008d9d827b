import type { DicomWindow } from '../contract/dicom';

/** How values become brightness: a window with its curve, the file's own table, or the least to the greatest value. */
export type Seen =
  | { by: 'window'; window: DicomWindow; own: boolean }
  | { by: 'table'; first: number; bits: number; table: Uint16Array }
  | { by: 'range'; least: number; most: number };

/**
 * The brightness of a value, 0 to 1, before the inversion of MONOCHROME1. Source: DICOM PS3.3, C.11.2.1.2.1 (LINEAR),
 * C.11.2.1.3.1 (SIGMOID), C.11.2.1.3.2 (LINEAR_EXACT), C.11.2.1.1 (tables; fractions are cut off).
 */
export function brightness(value: number, seen: Seen): number {
  if (!Number.isFinite(value)) {
    return value > 0 ? 1 : 0;
  }
  if (seen.by === 'table') {
    const at = Math.max(0, Math.min(Math.trunc(value) - seen.first, seen.table.length - 1));
    return Math.min(1, seen.table[at] / (2 ** seen.bits - 1));
  }
  if (seen.by === 'range') {
    return clamp((value - seen.least) / (seen.most - seen.least || 1));
  }
  const { width, level } = seen.window;
  switch (seen.window.function) {
    case 'SIGMOID':
      return 1 / (1 + Math.exp((-4 * (value - level)) / width));
    case 'LINEAR_EXACT':
      return clamp((value - level) / width + 0.5);
    case 'LINEAR':
      return width <= 1 ? Number(value > level - 0.5) : clamp((value - (level - 0.5)) / (width - 1) + 0.5);
  }
}

/** The least width that a curve can have. */
export function leastWidth(curve: DicomWindow['function'], range: number): number {
  return curve === 'LINEAR' ? 1 : Math.max(range, 1e-6) / 1e4;
}

/**
 * A window dragged by so many pixels of the screen: to the right it grows wider, downwards its level rises, each by its
 * own measure, so that a drag across the picture does about the same for a CT and for a PET.
 */
export function dragged(window: DicomWindow, dx: number, dy: number, range: number): DicomWindow {
  const width = Math.max(leastWidth(window.function, range), window.width * Math.exp(dx / 200));
  const level = window.level + (dy / 300) * Math.max(window.width, range / 500);
  return { ...window, width: rounded(width), level: rounded(level), name: '' };
}

/** In words, with the curve that is followed. */
export function seenWords(seen: Seen, inverted: boolean): string {
  const end = inverted ? ', low values bright (MONOCHROME1)' : '';
  if (seen.by === 'table') {
    return `the file’s lookup table (VOILUTSequence)${end}`;
  }
  if (seen.by === 'range') {
    return `no window in the file: ${short(seen.least)} to ${short(seen.most)}${end}`;
  }
  const { width, level, name } = seen.window;
  const whose = seen.own ? ' (yours)' : name ? ` (${name})` : ' (the file’s)';
  return `${seen.window.function}, width ${short(width)}, level ${short(level)}${whose}${end}`;
}

/** A number with as many digits as help. */
export function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function rounded(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(3));
}

function clamp(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

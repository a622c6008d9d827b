import type { DicomPlace, DicomSeries } from '../contract/dicom';

/** Where a pixel lies, in mm to the left, back and head of the patient; null where the header does not say. */
export function positionOf(place: DicomPlace | null, column: number, row: number): number[] | null {
  if (!place?.position || !place.along_rows || !place.along_columns || !place.spacing) {
    return null;
  }
  const { position, along_rows: across, along_columns: down, spacing } = place;
  return position.map((at, k) => at + across[k] * column * spacing[1] + down[k] * row * spacing[0]);
}

/** How much higher than wide a pixel is. */
export function aspectOf(place: DicomPlace | null): number {
  const [rows, columns] = place?.spacing ?? [1, 1];
  const ratio = rows / columns;
  return Number.isFinite(ratio) && ratio > 0.05 && ratio < 20 ? ratio : 1;
}

/**
 * The slice of `to` that goes with slice `i` of `from`: in one study the nearest one in mm; else the same part of the
 * way through the series.
 */
export function matching(from: DicomSeries, i: number, to: DicomSeries, sameStudy: boolean): number {
  if (sameStudy && from.heights && to.heights) {
    const height = from.heights[i];
    return to.heights.reduce(
      (best, other, k) => (Math.abs(other - height) < Math.abs(to.heights![best] - height) ? k : best),
      0
    );
  }
  if (from.n === to.n) {
    return i;
  }
  return from.n > 1 ? Math.round((i / (from.n - 1)) * (to.n - 1)) : 0;
}

/** A position in words. */
export function mm(position: number[] | null): string {
  return position ? `${position.map(x => x.toFixed(1)).join(', ')} mm` : 'position unknown';
}

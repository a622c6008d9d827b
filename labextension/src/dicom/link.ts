import type { IPlace } from '../grid/zoom';
import type { DicomSeries } from '../contract/dicom';

/** What linked viewers tell each other. */
export interface IMoved {
  series?: DicomSeries;
  /** By which the study is known to both, whatever its number in each of them. */
  patient?: string;
  slice?: number;
  window?: { width: number; level: number } | null;
  /** Zoom and place, in parts of the stage's width. */
  place?: IPlace;
}

export interface ILinked {
  /** Viewers with the same word follow each other; an empty one follows nobody. */
  readonly word: string;
  hear(moved: IMoved): void;
}

const linked = new Set<ILinked>();

export function join(one: ILinked): () => void {
  linked.add(one);
  return () => linked.delete(one);
}

/** Tell the others with the same word. They do not tell on. */
export function tell(from: ILinked, moved: IMoved): void {
  for (const other of linked) {
    if (other !== from && from.word && other.word === from.word) {
      other.hear(moved);
    }
  }
}

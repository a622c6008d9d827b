import type { DicomPrediction } from '../contract/dicom';
import { numbers } from '../kit/buffers';

/** What the model says of a slice. */
export class Predicted {
  /** Ids by pixel of the slice; null where it says words alone. */
  readonly mask: Uint8Array | null;

  constructor(
    readonly message: DicomPrediction,
    buffers: DataView[]
  ) {
    const mask = numbers(buffers[0], 'uint8');
    this.mask = mask.length ? mask : null;
  }
}

/** In words, as a prediction and not as what is known; '' while nobody asked. */
export function predictedWords(asked: boolean, predicted: Predicted | null): string {
  if (!asked) {
    return '';
  }
  if (!predicted) {
    return 'prediction of the model: …';
  }
  const { words, reason } = predicted.message;
  return reason ? `no prediction of the model: ${reason}` : `prediction of the model: ${words}`;
}

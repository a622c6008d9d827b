import type { NoPicture } from './model';
import { Picture } from './picture';
import { mm, positionOf } from './place';
import { TrainedPicture, trainedWords } from './trained';
import { seenWords, short, type Seen } from './window';

export type Shown = Picture | TrainedPicture | NoPicture | null | undefined;

export interface IPixel {
  column: number;
  row: number;
}

/** The value at a pixel, and where it lies; '' where there is none. */
export function valueWords(shown: Shown, pixel: IPixel | null, channel: number): string {
  if (!pixel) {
    return '';
  }
  const { column, row } = pixel;
  const at = `at column ${column}, row ${row}`;
  if (shown instanceof TrainedPicture && column < shown.columns && row < shown.rows) {
    return `${short(shown.valueAt(channel, column, row))} ${at} of the tensor`;
  }
  if (shown instanceof Picture && column < shown.header.columns && row < shown.header.rows) {
    const value = shown.valueAt(column, row).map(short).join(', ');
    const what = shown.header.colour ? '' : ` ${shown.header.unit || '(raw)'}`;
    return `${value}${what} ${at} · ${mm(positionOf(shown.message.place, column, row))}`;
  }
  return '';
}

/** How a picture is seen, and what lies over it; `codes` name the ids of its masks. */
export function shownWords(shown: Shown, seen: (picture: Picture) => Seen, codes: string[], channel: number): string {
  if (shown instanceof TrainedPicture) {
    return trainedWords(shown.message, channel);
  }
  if (!(shown instanceof Picture)) {
    return '';
  }
  const { header, message, masks } = shown;
  const words = message.layers.filter(layer => layer.words).map(layer => `${layer.name}: ${layer.words}`);
  const ids = masks.some(Boolean) && codes.length ? [codes.map((code, id) => `${id} ${code}`).join(', ')] : [];
  return [header.colour ? 'colour' : seenWords(seen(shown), header.inverted), ...words, ...ids].join(' · ');
}

/** Instead of a picture where no file is one; so many were looked at. */
export function noSeries(files: number): string {
  const found =
    files === 0
      ? 'There are no files here.'
      : files === 1
        ? 'The one file here is no DICOM picture.'
        : `None of the ${files.toLocaleString('en')} files here is a DICOM picture.`;
  const why = files ? ' Why stands on the left.' : '';
  return `${found}${why} Give the viewer another folder: DicomViewer("folder").`;
}

import type { GridTile } from '../contract/grid';
import { asDataUrl, isTiny, PICTURE, type IThumb } from './packed';

/** A thumbnail in the browser, or why there is none. */
export class Picture {
  readonly reason: string;
  /** So few pixels that they are shown as they are. */
  readonly tiny: boolean;
  readonly bytes: number;

  constructor(
    thumb: IThumb,
    readonly side: number
  ) {
    const shown = thumb.status === PICTURE;
    this.reason = shown ? '' : new TextDecoder().decode(thumb.data);
    this.tiny = shown && isTiny(thumb.data);
    this.bytes = thumb.data.length;
    this._data = shown ? thumb.data : null;
  }

  /** Its address; empty where there is no picture. Made when it is first shown: many are scrolled past unseen. */
  get url(): string {
    if (this._data) {
      this._url = asDataUrl(this._data);
      this._data = null;
    }
    return this._url;
  }

  private _url = '';
  private _data: Uint8Array | null;
}

const MOST_WORDS = 4000;
const MOST_BYTES = 32e6;

/** What has been loaded of the tiles. Bounded: what was not looked at for longest goes first. */
export class TileStore {
  words(id: number): GridTile | undefined {
    return touched(this._words, id);
  }

  picture(id: number): Picture | undefined {
    return touched(this._pictures, id);
  }

  overlay(id: number): string | undefined {
    return this._overlays.get(id);
  }

  lacksWords(id: number): boolean {
    return !this._words.has(id) || this._staleWords.has(id);
  }

  /** Is there no thumbnail of `id`, or one that is too small or of a file that may have changed? */
  lacksPicture(id: number, side: number): boolean {
    const found = this._pictures.get(id);
    return !found || found.side < side || this._stalePictures.has(id);
  }

  addWords(tiles: GridTile[]): void {
    for (const tile of tiles) {
      this._words.delete(tile.id);
      this._words.set(tile.id, tile);
      this._staleWords.delete(tile.id);
    }
    trim(this._words, () => this._words.size > MOST_WORDS);
  }

  addPicture(id: number, thumb: IThumb, side: number): void {
    this._forget(id);
    const picture = new Picture(thumb, side);
    this._pictures.set(id, picture);
    this._stalePictures.delete(id);
    this._bytes += picture.bytes;
    while (this._bytes > MOST_BYTES && this._pictures.size > 1) {
      this._forget(this._pictures.keys().next().value!);
    }
  }

  addOverlays(ids: number[], uris: Record<string, string>): void {
    for (const id of ids) {
      const uri = uris[String(id)] ?? '';
      this._overlays.delete(id);
      this._overlays.set(id, /^data:image\/[a-z+]+;base64,[\w+/=]*$/.test(uri) ? uri : '');
    }
    trim(this._overlays, () => this._overlays.size > MOST_WORDS / 8);
  }

  lacksOverlay(id: number): boolean {
    return !this._overlays.has(id);
  }

  /** The words of all tiles may have changed: the old ones are shown until the new ones are there. */
  wordsChanged(): void {
    this._staleWords = new Set(this._words.keys());
  }

  picturesChanged(): void {
    this._stalePictures = new Set(this._pictures.keys());
  }

  overlaysChanged(): void {
    this._overlays.clear();
  }

  /** How many thumbnails are kept; for tests of how much memory the grid takes. */
  get size(): number {
    return this._pictures.size;
  }

  dispose(): void {
    this._pictures.clear();
    this._bytes = 0;
    this._words.clear();
    this._overlays.clear();
  }

  private _forget(id: number): void {
    const picture = this._pictures.get(id);
    if (picture) {
      this._pictures.delete(id);
      this._bytes -= picture.bytes;
    }
  }

  private _words = new Map<number, GridTile>();
  private _pictures = new Map<number, Picture>();
  private _overlays = new Map<number, string>();
  private _staleWords = new Set<number>();
  private _stalePictures = new Set<number>();
  private _bytes = 0;
}

/** The value of a key, which is the last to go from now on. */
function touched<T>(map: Map<number, T>, id: number): T | undefined {
  const value = map.get(id);
  if (value !== undefined) {
    map.delete(id);
    map.set(id, value);
  }
  return value;
}

function trim(map: Map<number, unknown>, tooMany: () => boolean): void {
  while (tooMany()) {
    map.delete(map.keys().next().value!);
  }
}

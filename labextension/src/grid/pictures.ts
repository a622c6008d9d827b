import type { GridPicture } from '../contract/grid';
import { asBlob } from './packed';

/** A picture for the full-size view; `width` and `height` are those of its file. */
export interface IFull {
  url: string;
  reason: string;
  width: number;
  height: number;
  side: number;
}

const MOST = 8;

/** Pictures at full size: asked for by id, kept while they may be looked at again. */
export class Pictures {
  constructor(private _ask: (id: number, side: number) => number) {}

  /** The picture of an item, at least `side` pixels long where its file has as many. */
  get(id: number, side: number): Promise<IFull> {
    const found = this._kept.get(id);
    if (found && found.side >= side) {
      this._kept.delete(id);
      this._kept.set(id, found);
      return found.promise;
    }
    const promise = new Promise<IFull>(resolve => this._waiting.set(this._ask(id, side), { resolve, side }));
    this._forget(id);
    this._kept.set(id, { promise, side });
    while (this._kept.size > MOST) {
      this._forget(this._kept.keys().next().value!);
    }
    return promise;
  }

  receive({ rid, width, height, reason }: GridPicture, data: DataView): void {
    const asked = this._waiting.get(rid);
    this._waiting.delete(rid);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const url = bytes.length ? URL.createObjectURL(asBlob(bytes).blob) : '';
    if (asked) {
      asked.resolve({ url, reason, width, height, side: asked.side });
    } else if (url) {
      URL.revokeObjectURL(url); // another tab's
    }
  }

  clear(): void {
    for (const id of [...this._kept.keys()]) {
      this._forget(id);
    }
  }

  dispose(): void {
    this.clear();
    this._waiting.clear();
  }

  private _forget(id: number): void {
    const found = this._kept.get(id);
    this._kept.delete(id);
    void found?.promise.then(({ url }) => url && window.setTimeout(() => URL.revokeObjectURL(url), 1000));
  }

  private _kept = new Map<number, { promise: Promise<IFull>; side: number }>();
  private _waiting = new Map<number, { resolve: (full: IFull) => void; side: number }>();
}

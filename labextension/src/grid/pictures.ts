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

interface IQuestion {
  id: number;
  side: number;
  /** The numbers that it was asked by: an answer to any of them will do. */
  rids: number[];
  timer: number;
  promise: Promise<IFull>;
  resolve: (full: IFull) => void;
}

const MOST = 8;
/** An answer that has not come by then is asked for again, and after twice that time once more, and so on. */
export const PATIENCE_MS = 10_000;

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
    this._forget(id);
    let resolve!: (full: IFull) => void;
    const promise = new Promise<IFull>(done => (resolve = done));
    const question = { id, side, rids: [], timer: 0, promise, resolve };
    this._kept.set(id, question);
    this._send(question, PATIENCE_MS);
    while (this._kept.size > MOST) {
      this._forget(this._kept.keys().next().value!);
    }
    return promise;
  }

  receive({ rid, width, height, reason }: GridPicture, data: DataView): void {
    const question = this._waiting.get(rid);
    if (!question) {
      return; // another tab's, or the second answer to one question
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const url = bytes.length ? URL.createObjectURL(asBlob(bytes)) : '';
    this._answered(question);
    if (!url && this._kept.get(question.id) === question) {
      this._kept.delete(question.id); // the file may be there again when it is looked at the next time
    }
    question.resolve({ url, reason, width, height, side: question.side });
  }

  clear(): void {
    for (const id of [...this._kept.keys()]) {
      this._forget(id);
    }
  }

  dispose(): void {
    new Set(this._waiting.values()).forEach(question => this._answered(question));
    this.clear();
  }

  private _send(question: IQuestion, patience: number): void {
    const rid = this._ask(question.id, question.side);
    question.rids.push(rid);
    this._waiting.set(rid, question);
    question.timer = window.setTimeout(() => {
      if (this._kept.get(question.id) === question) {
        this._send(question, 2 * patience);
      }
    }, patience);
  }

  private _answered({ rids, timer }: IQuestion): void {
    window.clearTimeout(timer);
    rids.forEach(rid => this._waiting.delete(rid));
  }

  private _forget(id: number): void {
    const found = this._kept.get(id);
    this._kept.delete(id);
    void found?.promise.then(({ url }) => url && window.setTimeout(() => URL.revokeObjectURL(url), 1000));
  }

  private _kept = new Map<number, IQuestion>();
  private _waiting = new Map<number, IQuestion>();
}

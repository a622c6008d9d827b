/** Slices that were fetched, by number of bytes; and which ones to fetch next. */

export const MOST_BYTES = 96 * 2 ** 20; // 192 slices of 512 × 512
export const AHEAD = 10;
export const BEHIND = 4;

/** Keeps what was used last, up to so many bytes; what came last is always kept. */
export class Kept<T extends { bytes: number }> {
  bytes = 0;

  constructor(readonly most = MOST_BYTES) {}

  get(key: string): T | undefined {
    const found = this._items.get(key);
    if (found) {
      this._items.delete(key); // a Map remembers the order of insertion: now it is the newest
      this._items.set(key, found);
    }
    return found;
  }

  has(key: string): boolean {
    return this._items.has(key);
  }

  set(key: string, item: T): void {
    this.bytes += item.bytes - (this._items.get(key)?.bytes ?? 0);
    this._items.delete(key);
    this._items.set(key, item);
    for (const [old, { bytes }] of this._items) {
      if (this.bytes <= this.most || old === key) {
        break;
      }
      this._items.delete(old);
      this.bytes -= bytes;
    }
  }

  clear(): void {
    this._items.clear();
    this.bytes = 0;
  }

  private _items = new Map<string, T>();
}

/** The slices to have at hand, nearest first: more of them in the direction somebody goes. */
export function near(at: number, n: number, direction: 1 | -1): number[] {
  const found: number[] = [at];
  for (let step = 1; step <= AHEAD; step++) {
    found.push(at + direction * step);
    if (step <= BEHIND) {
      found.push(at - direction * step);
    }
  }
  return found.filter(i => i >= 0 && i < n);
}

/** How a selection changes by ids; `GridSelect` of the contract has the others, which concern the whole view. */
export type How = 'set' | 'add' | 'remove' | 'toggle';

/** Which items are selected, one bit each. Changes show at once; the kernel's answer, which follows, has the last word. */
export class Selection {
  count = 0;

  has(id: number): boolean {
    return ((this._bits[id >> 3] >> (id & 7)) & 1) === 1;
  }

  /** Take over what the kernel holds. */
  load(bits: Uint8Array<ArrayBuffer>, count: number): void {
    this._bits = bits;
    this.count = count;
  }

  /** Change it ahead of the kernel's answer. */
  apply(how: How, ids: Iterable<number>): void {
    if (how === 'set') {
      this._bits.fill(0);
      this.count = 0;
    }
    for (const id of ids) {
      const on = how === 'toggle' ? !this.has(id) : how !== 'remove';
      if (on !== this.has(id) && id >> 3 < this._bits.length) {
        this._bits[id >> 3] ^= 1 << (id & 7);
        this.count += on ? 1 : -1;
      }
    }
  }

  /** How many of `ids` are selected. */
  among(ids: Int32Array): number {
    let found = 0;
    for (const id of ids) {
      found += this.has(id) ? 1 : 0;
    }
    return found;
  }

  private _bits = new Uint8Array(0);
}

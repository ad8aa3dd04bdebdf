/**
 * A hash table from three small integers to a few more, in one Int32Array: what makes a transfer that was computed
 * once cost a lookup. A Map keyed by strings or pairs would allocate on every question.
 */
export class Memo {
  private table: Int32Array;
  private capacity = 1 << 10;
  private count = 0;

  /** `values`: how many integers an entry holds. */
  constructor(private readonly values: number) {
    this.table = new Int32Array(this.capacity * this.stride);
  }

  private get stride(): number {
    return 3 + this.values;
  }

  /** The entry of a key, to be passed to `value`, or -1. `op` is not negative. */
  find(op: number, a: number, b: number): number {
    const stride = 3 + this.values;
    const table = this.table;
    for (let index = hash(op, a, b) & (this.capacity - 1); ; index = (index + 1) & (this.capacity - 1)) {
      const at = index * stride;
      if (table[at] === 0) return -1;
      if (table[at] === op + 1 && table[at + 1] === a && table[at + 2] === b) return at;
    }
  }

  /** Integer number `index` of an entry. */
  value(entry: number, index: number): number {
    return this.table[entry + 3 + index] ?? 0;
  }

  /** Adds a key that is not there yet; the entry is valid until the next `add`. */
  add(op: number, a: number, b: number, values: readonly number[]): number {
    if (this.count * 2 >= this.capacity) this.grow();
    this.count++;
    const entry = this.place(op + 1, a, b);
    this.table.set(values, entry + 3);
    return entry;
  }

  private place(key: number, a: number, b: number): number {
    let index = hash(key - 1, a, b) & (this.capacity - 1);
    while (this.table[index * this.stride] !== 0) index = (index + 1) & (this.capacity - 1);
    const at = index * this.stride;
    this.table[at] = key;
    this.table[at + 1] = a;
    this.table[at + 2] = b;
    return at;
  }

  private grow(): void {
    const old = this.table;
    this.capacity *= 2;
    this.table = new Int32Array(this.capacity * this.stride);
    for (let at = 0; at < old.length; at += this.stride) {
      const key = old[at] ?? 0;
      if (key === 0) continue;
      const entry = this.place(key, old[at + 1] ?? 0, old[at + 2] ?? 0);
      for (let index = 0; index < this.values; index++) this.table[entry + 3 + index] = old[at + 3 + index] ?? 0;
    }
  }
}

/** Mixes three integers into 32 well-spread bits. */
function hash(op: number, a: number, b: number): number {
  let h = Math.imul(op + 0x9e37, 0x85eb_ca6b) ^ Math.imul(a, 0xc2b2_ae35) ^ Math.imul(b, 0x27d4_eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b_3c6d);
  return h ^ (h >>> 13);
}

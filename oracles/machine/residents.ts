/**
 * What the simulated kernel keeps on the program's stack: which object the dynptr or iterator at a frame offset is. The
 * bytes in the frame are what a kernel would write there where a program can read them, and opaque elsewhere.
 */

/** One dynptr or iterator; a clone is one more row with the same object. Offsets count from R10, lowest byte. */
export interface ResidentRow {
  readonly frame: number;
  readonly offset: number;
  readonly object: number;
  /** What the kernel has written there last, lowest word first, unsigned. */
  readonly words: readonly bigint[];
}

export class Residents {
  #rows: ResidentRow[] = [];

  clear(): void {
    this.#rows.length = 0;
  }

  /** All of them, in the order in which they were made. */
  get rows(): readonly ResidentRow[] {
    return this.#rows;
  }

  /** The one at a place. */
  find(frame: number, offset: number): ResidentRow | undefined {
    for (let index = this.#rows.length - 1; index >= 0; index--) {
      const row = this.#rows[index];
      if (row !== undefined && row.frame === frame && row.offset === offset) return row;
    }
    return undefined;
  }

  /** Object of the one at a place, or -1. */
  at(frame: number, offset: number): number {
    return this.find(frame, offset)?.object ?? -1;
  }

  /** One more, or the one at this place with other words in it. */
  put(frame: number, offset: number, object: number, words: readonly bigint[]): void {
    const row = { frame, offset, object, words };
    const known = this.find(frame, offset);
    if (known?.object === object) this.#rows[this.#rows.indexOf(known)] = row;
    else this.#rows.push(row);
  }

  /** The object is gone, and every place with it. */
  drop(object: number): void {
    this.#rows = this.#rows.filter((row) => row.object !== object);
  }

  /** A frame is left: what is on its stack is out of reach. */
  leave(frame: number): void {
    if (this.#rows.length > 0) this.#rows = this.#rows.filter((row) => row.frame < frame);
  }

  /** Puts back rows that were read from `rows`. */
  restore(rows: readonly ResidentRow[]): void {
    this.#rows = [...rows];
  }
}

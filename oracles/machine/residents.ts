/**
 * What the simulated kernel keeps on the program's stack: which object the dynptr or iterator at a frame offset is. The
 * bytes in the frame are what a kernel would write there where a program can read them, and opaque elsewhere.
 */

/** One dynptr or iterator; a clone is one more row with the same object. Offsets count from R10, lowest byte. */
export interface ResidentRow {
  readonly frame: number;
  readonly offset: number;
  readonly object: number;
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

  /** Object of the one at a place, or -1. */
  at(frame: number, offset: number): number {
    for (let index = this.#rows.length - 1; index >= 0; index--) {
      const row = this.#rows[index];
      if (row !== undefined && row.frame === frame && row.offset === offset) return row.object;
    }
    return -1;
  }

  put(frame: number, offset: number, object: number): void {
    this.#rows.push({ frame, offset, object });
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

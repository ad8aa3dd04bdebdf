/** A read-only view of an Int32Array: what lets a program be immutable by type and still be a structure of arrays. */
export interface ReadonlyInts {
  readonly length: number;
  readonly [index: number]: number;
}

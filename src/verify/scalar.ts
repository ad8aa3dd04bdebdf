/** Scalars: known bits and ranges. */

/** Known bits: a bit set in `mask` is unknown, otherwise `value` has it (the kernel's tnum). Unsigned 64-bit. */
export interface Tnum {
  readonly value: bigint;
  readonly mask: bigint;
}

/** A scalar: known bits plus unsigned and signed ranges, 64- and 32-bit, all inclusive. */
export interface Scalar {
  readonly is: 'scalar';
  readonly bits: Tnum;
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
  readonly u32min: bigint;
  readonly u32max: bigint;
  readonly s32min: bigint;
  readonly s32max: bigint;
  /** Shared by copies of one value, so that a branch on one refines all; 0 if none. */
  readonly id: number;
}

/** Random scalars together with values that they hold: what soundness of scalar arithmetic is tested with. */
import fc from 'fast-check';
import {
  type Bounds,
  constant,
  holds,
  larger,
  settle,
  smaller,
  synchronise,
  UNKNOWN,
} from '../../../src/verify/scalar.js';

const U64 = 0xffff_ffff_ffff_ffffn;

/** All values of [min, max], unsigned 64-bit. */
export function unsignedRange(min: bigint, max: bigint): Bounds {
  return settle({ umin: min, umax: max });
}

/** Values near the edges of every width, small ones and any. */
const value64: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: U64 }),
  fc.bigInt({ min: 0n, max: 300n }),
  fc
    .tuple(fc.constantFrom(7n, 8n, 15n, 16n, 31n, 32n, 33n, 62n, 63n, 64n), fc.bigInt({ min: -3n, max: 3n }))
    .map(([bit, delta]) => BigInt.asUintN(64, (1n << bit) + delta)),
);

/** A scalar and a value that it holds. */
export interface Sample {
  readonly bounds: Bounds;
  readonly value: bigint;
}

/** Widens a value to a scalar: some bits unknown, some ranges around it. */
export const sample: fc.Arbitrary<Sample> = fc
  .record({
    value: value64,
    mask: fc.oneof(fc.constant(0n), fc.constant(U64), value64),
    known: fc.boolean(),
    ends: fc.array(value64, { minLength: 8, maxLength: 8 }),
    ranges: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  })
  .map(({ value, mask, known, ends, ranges }) => {
    if (known) return { bounds: constant(value), value };
    const around = (index: number, convert: (x: bigint) => bigint) => {
      const all = [value, ends[2 * index] ?? 0n, ends[2 * index + 1] ?? 0n].map(convert);
      return [all.reduce(smaller), all.reduce(larger)] as const;
    };
    const [umin, umax] = around(0, (x) => x);
    const [smin, smax] = around(1, (x) => BigInt.asIntN(64, x));
    const [u32min, u32max] = around(2, (x) => BigInt.asUintN(32, x));
    const [s32min, s32max] = around(3, (x) => BigInt.asIntN(32, x));
    const bounds = synchronise({
      ...UNKNOWN,
      bits: { value: value & ~mask & U64, mask },
      ...(ranges[0] ? { umin, umax } : {}),
      ...(ranges[1] ? { smin, smax } : {}),
      ...(ranges[2] ? { u32min, u32max } : {}),
      ...(ranges[3] ? { s32min, s32max } : {}),
    });
    if (bounds === undefined || !holds(bounds, value)) throw new Error(`synchronise lost ${value}`);
    return { bounds, value };
  });

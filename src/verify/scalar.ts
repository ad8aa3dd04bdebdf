/**
 * Scalars: known bits and ranges, and how the five views of one value tighten each other (the kernel's
 * reg_bounds_sync). A Scalar never describes the empty set: whatever could be empty returns `undefined`.
 */
import {
  exactly,
  type Tnum,
  tnumCast,
  tnumHolds,
  tnumIntersect,
  tnumOfRange,
  tnumWithLow,
  UNKNOWN_BITS,
} from './tnum.js';

/** What a scalar is known to be: known bits plus unsigned and signed ranges, 64- and 32-bit, all inclusive. */
export interface Bounds {
  readonly bits: Tnum;
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
  readonly u32min: bigint;
  readonly u32max: bigint;
  readonly s32min: bigint;
  readonly s32max: bigint;
}

/** A scalar as the verifier's value. */
export interface Scalar extends Bounds {
  readonly is: 'scalar';
  /** Shared by copies of one value, so that a branch on one refines all; 0 if none. */
  readonly id: number;
}

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const U32_MAX = 0xffff_ffffn;
export const S64_MIN = -0x8000_0000_0000_0000n;
export const S64_MAX = 0x7fff_ffff_ffff_ffffn;
export const S32_MIN = -0x8000_0000n;
export const S32_MAX = 0x7fff_ffffn;

export const UNKNOWN: Bounds = {
  bits: UNKNOWN_BITS,
  umin: 0n,
  umax: U64_MAX,
  smin: S64_MIN,
  smax: S64_MAX,
  u32min: 0n,
  u32max: U32_MAX,
  s32min: S32_MIN,
  s32max: S32_MAX,
};

/** A known value; taken modulo 2^64. */
export function constant(value: bigint): Bounds {
  const u = BigInt.asUintN(64, value);
  const s = BigInt.asIntN(64, value);
  const u32 = BigInt.asUintN(32, value);
  const s32 = BigInt.asIntN(32, value);
  return {
    bits: exactly(u),
    umin: u,
    umax: u,
    smin: s,
    smax: s,
    u32min: u32,
    u32max: u32,
    s32min: s32,
    s32max: s32,
  };
}

/** The value of a scalar that is known, unsigned 64-bit; else `undefined`. */
export function constantOf(a: Bounds): bigint | undefined {
  return a.bits.mask === 0n ? a.bits.value : undefined;
}

/** Whether nothing at all is known (the kernel's __is_scalar_unbounded): such a scalar is not spilled. */
export function isUnbounded(a: Bounds): boolean {
  return (
    a.bits.mask === U64_MAX &&
    a.umin === 0n &&
    a.umax === U64_MAX &&
    a.smin === S64_MIN &&
    a.smax === S64_MAX &&
    a.u32min === 0n &&
    a.u32max === U32_MAX &&
    a.s32min === S32_MIN &&
    a.s32max === S32_MAX
  );
}

/** Whether the scalar can have this value (unsigned 64-bit). The soundness tests and the containment oracle ask this. */
export function holds(a: Bounds, value: bigint): boolean {
  const s = BigInt.asIntN(64, value);
  const u32 = BigInt.asUintN(32, value);
  const s32 = BigInt.asIntN(32, value);
  return (
    tnumHolds(a.bits, value) &&
    a.umin <= value &&
    value <= a.umax &&
    a.smin <= s &&
    s <= a.smax &&
    a.u32min <= u32 &&
    u32 <= a.u32max &&
    a.s32min <= s32 &&
    s32 <= a.s32max
  );
}

/** Whether every value that `inner` describes is one that `outer` does, as far as each view tells (range_within, tnum_in). */
export function within(inner: Bounds, outer: Bounds): boolean {
  return (
    outer.umin <= inner.umin &&
    inner.umax <= outer.umax &&
    outer.smin <= inner.smin &&
    inner.smax <= outer.smax &&
    outer.u32min <= inner.u32min &&
    inner.u32max <= outer.u32max &&
    outer.s32min <= inner.s32min &&
    inner.s32max <= outer.s32max &&
    (inner.bits.mask & ~outer.bits.mask) === 0n &&
    (inner.bits.value & ~outer.bits.mask) === outer.bits.value
  );
}

/** The larger of two bigints, for which there is no Math.max. */
export function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** The smaller of two bigints. */
export function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/**
 * Lets all views tighten each other until nothing changes (at most a few rounds; stopping early only loses precision).
 * `undefined` if no value satisfies them all, as far as this can tell.
 */
export function synchronise(from: Bounds): Bounds | undefined {
  let { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max } = from;
  for (let round = 0; round < 6; round++) {
    const before = { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max };
    // Known bits bound every range.
    const { value, mask } = bits;
    umin = larger(umin, value);
    umax = smaller(umax, value | mask);
    smin = larger(smin, BigInt.asIntN(64, value | (mask & ~S64_MAX)));
    smax = smaller(smax, BigInt.asIntN(64, value | (mask & S64_MAX)));
    const low = tnumCast(bits, 32);
    u32min = larger(u32min, low.value);
    u32max = smaller(u32max, low.value | low.mask);
    s32min = larger(s32min, BigInt.asIntN(32, low.value | (low.mask & ~S32_MAX)));
    s32max = smaller(s32max, BigInt.asIntN(32, low.value | (low.mask & S32_MAX)));
    // A 64-bit range whose upper halves agree bounds the lower halves.
    if (umin >> 32n === umax >> 32n) {
      u32min = larger(u32min, umin & U32_MAX);
      u32max = smaller(u32max, umax & U32_MAX);
    }
    if (smin >> 32n === smax >> 32n) {
      u32min = larger(u32min, BigInt.asUintN(32, smin));
      u32max = smaller(u32max, BigInt.asUintN(32, smax));
    }
    if (smin >= S32_MIN && smax <= S32_MAX) {
      s32min = larger(s32min, smin);
      s32max = smaller(s32max, smax);
      smin = larger(smin, s32min);
      smax = smaller(smax, s32max);
    }
    // A range that does not cross the boundary of the other signedness bounds it.
    if (BigInt.asIntN(32, u32min) <= BigInt.asIntN(32, u32max)) {
      s32min = larger(s32min, BigInt.asIntN(32, u32min));
      s32max = smaller(s32max, BigInt.asIntN(32, u32max));
    }
    if (BigInt.asUintN(32, s32min) <= BigInt.asUintN(32, s32max)) {
      u32min = larger(u32min, BigInt.asUintN(32, s32min));
      u32max = smaller(u32max, BigInt.asUintN(32, s32max));
    }
    if (BigInt.asIntN(64, umin) <= BigInt.asIntN(64, umax)) {
      smin = larger(smin, BigInt.asIntN(64, umin));
      smax = smaller(smax, BigInt.asIntN(64, umax));
    }
    if (BigInt.asUintN(64, smin) <= BigInt.asUintN(64, smax)) {
      umin = larger(umin, BigInt.asUintN(64, smin));
      umax = smaller(umax, BigInt.asUintN(64, smax));
    }
    // The lower half of the smallest (largest) value is no smaller (larger) than any lower half.
    umin = larger(umin, ((umin >> 32n) << 32n) | u32min);
    umax = smaller(umax, ((umax >> 32n) << 32n) | u32max);
    smin = larger(smin, ((smin >> 32n) << 32n) + u32min);
    smax = smaller(smax, ((smax >> 32n) << 32n) + u32max);
    if (umin > umax || smin > smax || u32min > u32max || s32min > s32max) return undefined;
    const wide = tnumIntersect(bits, tnumOfRange(umin, umax));
    if (wide === undefined) return undefined;
    const narrow = tnumIntersect(tnumCast(wide, 32), tnumOfRange(u32min, u32max));
    if (narrow === undefined) return undefined;
    bits = tnumWithLow(wide, narrow);
    if (
      bits.value === before.bits.value &&
      bits.mask === before.bits.mask &&
      umin === before.umin &&
      umax === before.umax &&
      smin === before.smin &&
      smax === before.smax &&
      u32min === before.u32min &&
      u32max === before.u32max &&
      s32min === before.s32min &&
      s32max === before.s32max
    ) {
      break;
    }
  }
  return { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max };
}

/**
 * `synchronise` of facts that follow from a value. They contradict each other only on a side of a branch that no run takes
 * and that was walked because no single view of the value shows it to be empty: known bits, one range of 64 bits and one of
 * 32 may each leave something where all together leave nothing. Everything is allowed there, as in the kernel
 * (reg_bounds_sanity_check); a rule that is wrong on a side that runs do take shows as a miss of containment.
 */
export function settle(facts: Partial<Bounds>): Bounds {
  return synchronise({ ...UNKNOWN, ...facts }) ?? UNKNOWN;
}

/** The low `bits` bits, zero-extended: a narrow load, or the upper half cleared by a 32-bit operation. */
export function zeroExtend(a: Bounds, bits: number): Bounds {
  if (a.umax >> BigInt(bits) === 0n || bits === 64) return a;
  const facts = { bits: tnumCast(a.bits, bits), umin: 0n, umax: (1n << BigInt(bits)) - 1n };
  if (a.umin >> BigInt(bits) === a.umax >> BigInt(bits)) {
    facts.umin = BigInt.asUintN(bits, a.umin);
    facts.umax = BigInt.asUintN(bits, a.umax);
  }
  if (bits !== 32) return settle(facts);
  return settle({ ...facts, u32min: a.u32min, u32max: a.u32max, s32min: a.s32min, s32max: a.s32max });
}

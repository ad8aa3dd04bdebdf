/** Known bits and their arithmetic (kernel/bpf/tnum.c): every result holds each value the operands can make. */

/** Known bits: a bit set in `mask` is unknown, otherwise `value` has it (the kernel's tnum). Unsigned 64-bit. */
export interface Tnum {
  readonly value: bigint;
  readonly mask: bigint;
}

const U64 = 0xffff_ffff_ffff_ffffn;
const U32 = 0xffff_ffffn;

export const UNKNOWN_BITS: Tnum = { value: 0n, mask: U64 };

/** All bits known. */
export function exactly(value: bigint): Tnum {
  return { value: value & U64, mask: 0n };
}

/** The smallest tnum that holds every value of [min, max], unsigned (tnum_range). */
export function tnumOfRange(min: bigint, max: bigint): Tnum {
  const differing = min ^ max;
  if (differing === 0n) return { value: min, mask: 0n };
  const delta = (1n << BigInt(differing.toString(2).length)) - 1n;
  return { value: min & ~delta, mask: delta };
}

export function tnumAdd(a: Tnum, b: Tnum): Tnum {
  const sm = a.mask + b.mask;
  const sv = a.value + b.value;
  const mu = ((sm + sv) ^ sv) | a.mask | b.mask;
  return { value: sv & ~mu & U64, mask: mu & U64 };
}

export function tnumSub(a: Tnum, b: Tnum): Tnum {
  const dv = BigInt.asUintN(64, a.value - b.value);
  const mu = (BigInt.asUintN(64, dv + a.mask) ^ BigInt.asUintN(64, dv - b.mask)) | a.mask | b.mask;
  return { value: dv & ~mu & U64, mask: mu };
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const value = a.value & b.value;
  return { value, mask: (a.value | a.mask) & (b.value | b.mask) & ~value };
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const value = a.value | b.value;
  return { value, mask: (a.mask | b.mask) & ~value };
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask | b.mask;
  return { value: (a.value ^ b.value) & ~mask & U64, mask };
}

/** Product modulo 2^64: the certain part times, plus one uncertain partial product per bit of `a` (tnum_mul). */
export function tnumMul(a: Tnum, b: Tnum): Tnum {
  const certain = (a.value * b.value) & U64;
  if (a.mask === 0n && b.mask === 0n) return { value: certain, mask: 0n };
  if (a.mask === U64 && b.mask === U64) return UNKNOWN_BITS;
  let uncertain: Tnum = { value: 0n, mask: 0n };
  let [left, right] = [a, b];
  while (left.value !== 0n || left.mask !== 0n) {
    if ((left.value & 1n) === 1n) uncertain = tnumAdd(uncertain, { value: 0n, mask: right.mask });
    else if ((left.mask & 1n) === 1n) uncertain = tnumAdd(uncertain, { value: 0n, mask: right.value | right.mask });
    left = tnumRsh(left, 1n);
    right = tnumLsh(right, 1n);
  }
  return tnumAdd({ value: certain, mask: 0n }, uncertain);
}

export function tnumLsh(a: Tnum, by: bigint): Tnum {
  return { value: (a.value << by) & U64, mask: (a.mask << by) & U64 };
}

export function tnumRsh(a: Tnum, by: bigint): Tnum {
  return { value: a.value >> by, mask: a.mask >> by };
}

/** Arithmetic shift of a `width`-bit value; the result is zero-extended. An unknown sign bit spreads as unknown. */
export function tnumArsh(a: Tnum, by: bigint, width: 32 | 64): Tnum {
  return {
    value: BigInt.asUintN(width, BigInt.asIntN(width, a.value) >> by),
    mask: BigInt.asUintN(width, BigInt.asIntN(width, a.mask) >> by),
  };
}

/** The low `bits` bits, zero-extended. */
export function tnumCast(a: Tnum, bits: number): Tnum {
  return { value: BigInt.asUintN(bits, a.value), mask: BigInt.asUintN(bits, a.mask) };
}

/** The low `bits` bits, sign-extended to 64. */
export function tnumSignExtend(a: Tnum, bits: number): Tnum {
  const mask = BigInt.asUintN(64, BigInt.asIntN(bits, a.mask));
  return { value: BigInt.asUintN(64, BigInt.asIntN(bits, a.value)) & ~mask, mask };
}

/** `a` with its low 32 bits replaced by those of `low`. */
export function tnumWithLow(a: Tnum, low: Tnum): Tnum {
  return { value: (a.value & ~U32) | (low.value & U32), mask: (a.mask & ~U32) | (low.mask & U32) };
}

/** What both say; `undefined` if they contradict each other. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum | undefined {
  if (((a.value ^ b.value) & ~a.mask & ~b.mask) !== 0n) return undefined;
  const mask = a.mask & b.mask;
  return { value: (a.value | b.value) & ~mask, mask };
}

/** Whether a value is one that the tnum describes. */
export function tnumHolds(a: Tnum, value: bigint): boolean {
  return (value & ~a.mask & U64) === a.value;
}

/** As the kernel prints it (tnum_strn). */
export function tnumText({ value, mask }: Tnum): string {
  if (mask === 0n && value <= 0xffffn) return `${value}`;
  if (mask === 0n) return `0x${value.toString(16)}`;
  return `(0x${value.toString(16)}; 0x${mask.toString(16)})`;
}

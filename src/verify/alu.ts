/**
 * What arithmetic does to scalars, one row per instruction. Modelled on adjust_scalar_min_max_vals of Linux 6.18: a
 * division, and a shift by an amount that is unknown or out of range, leave a scalar of which nothing is known.
 */
import type { OpName } from '../isa/op.js';
import {
  type Bounds,
  constant,
  constantOf,
  larger,
  S32_MAX,
  S32_MIN,
  S64_MAX,
  S64_MIN,
  settle,
  smaller,
  U32_MAX,
  U64_MAX,
  UNKNOWN,
  zeroExtend,
} from './scalar.js';
import {
  type Tnum,
  tnumAdd,
  tnumAnd,
  tnumArsh,
  tnumCast,
  tnumLsh,
  tnumMul,
  tnumOr,
  tnumRsh,
  tnumSignExtend,
  tnumSub,
  tnumXor,
} from './tnum.js';

/** Result of an instruction with destination operand `a` and source operand `b` (`a` again where it has no source). */
export type ScalarOp = (a: Bounds, b: Bounds) => Bounds;

/** The ranges of one width. */
interface Range {
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
}

interface Width {
  readonly bits: 32 | 64;
  readonly full: Range;
}

const W64: Width = { bits: 64, full: { umin: 0n, umax: U64_MAX, smin: S64_MIN, smax: S64_MAX } };
const W32: Width = { bits: 32, full: { umin: 0n, umax: U32_MAX, smin: S32_MIN, smax: S32_MAX } };
const low = (a: Bounds): Range => ({ umin: a.u32min, umax: a.u32max, smin: a.s32min, smax: a.s32max });

/** An operator on ranges of one width, given the known bits of the result. */
type RangeOp = (a: Range, b: Range, width: Width, bits: Tnum) => Range;

/** [min, max] if it fits the width or lies completely outside by the same wrap, else everything. */
function wrapUnsigned(min: bigint, max: bigint, { bits, full }: Width): Pick<Range, 'umin' | 'umax'> {
  if (min >> BigInt(bits) !== max >> BigInt(bits)) return { umin: full.umin, umax: full.umax };
  return { umin: BigInt.asUintN(bits, min), umax: BigInt.asUintN(bits, max) };
}

function wrapSigned(min: bigint, max: bigint, { bits, full }: Width): Pick<Range, 'smin' | 'smax'> {
  if ((min - full.smin) >> BigInt(bits) !== (max - full.smin) >> BigInt(bits))
    return { smin: full.smin, smax: full.smax };
  return { smin: BigInt.asIntN(bits, min), smax: BigInt.asIntN(bits, max) };
}

const addRanges: RangeOp = (a, b, width) => ({
  ...wrapUnsigned(a.umin + b.umin, a.umax + b.umax, width),
  ...wrapSigned(a.smin + b.smin, a.smax + b.smax, width),
});

const subRanges: RangeOp = (a, b, width) => ({
  ...wrapUnsigned(a.umin - b.umax, a.umax - b.umin, width),
  ...wrapSigned(a.smin - b.smax, a.smax - b.smin, width),
});

const mulRanges: RangeOp = (a, b, width) => {
  const corners = [a.smin * b.smin, a.smin * b.smax, a.smax * b.smin, a.smax * b.smax];
  const smin = corners.reduce(smaller);
  const smax = corners.reduce(larger);
  return { ...wrapUnsigned(a.umin * b.umin, a.umax * b.umax, width), ...wrapSigned(smin, smax, width) };
};

const andRanges: RangeOp = (a, b, { full }, bits) => ({
  ...full,
  umin: bits.value,
  umax: smaller(a.umax, b.umax),
});

const orRanges: RangeOp = (a, b, { full }, bits) => ({
  ...full,
  umin: larger(a.umin, b.umin),
  umax: bits.value | bits.mask,
});

const xorRanges: RangeOp = (_a, _b, { full }) => full;

const lshRanges: RangeOp = (a, b, width) => ({
  ...width.full,
  ...wrapUnsigned(a.umin << b.umin, a.umax << b.umin, width),
});

/** An operator whose low 32 result bits depend on the low 32 operand bits only. */
function pair(
  ranges: RangeOp,
  known: (a: Tnum, b: Tnum) => Tnum,
): { readonly wide: ScalarOp; readonly narrow: ScalarOp } {
  const lowHalf = (a: Bounds, b: Bounds, bits: Tnum) => {
    const { umin, umax, smin, smax } = ranges(low(a), low(b), W32, tnumCast(bits, 32));
    return { u32min: umin, u32max: umax, s32min: smin, s32max: smax };
  };
  return {
    wide: (a, b) => {
      const bits = known(a.bits, b.bits);
      return settle({ bits, ...ranges(a, b, W64, bits), ...lowHalf(a, b, bits) });
    },
    narrow: (a, b) => {
      const bits = tnumCast(known(tnumCast(a.bits, 32), tnumCast(b.bits, 32)), 32);
      return settle({ bits, umax: U32_MAX, smin: 0n, smax: U32_MAX, ...lowHalf(a, b, bits) });
    },
  };
}

const add = pair(addRanges, tnumAdd);
const sub = pair(subRanges, tnumSub);
const mul = pair(mulRanges, tnumMul);
const or = pair(orRanges, tnumOr);
const and = pair(andRanges, tnumAnd);
const xor = pair(xorRanges, tnumXor);

/** A shift by a known amount below the width; any other leaves nothing known. */
function shift(width: 32 | 64, by: (a: Bounds, amount: bigint) => Bounds): ScalarOp {
  return (a, b) => {
    const amount = constantOf(width === 64 ? b : zeroExtend(b, 32));
    return amount === undefined || amount >= BigInt(width) ? UNKNOWN : by(a, amount);
  };
}

const lsh = (width: 32 | 64) =>
  shift(width, (a, amount) => {
    const { wide, narrow } = pair(lshRanges, (x) => tnumLsh(x, amount));
    // As an operand the low half of the amount must not be taken for its range: it is the amount in both widths.
    return (width === 64 ? wide : narrow)(a, constant(amount));
  });

const rsh64 = shift(64, (a, amount) =>
  settle({ bits: tnumRsh(a.bits, amount), umin: a.umin >> amount, umax: a.umax >> amount }),
);
const rsh32 = shift(32, (a, amount) =>
  settle({ bits: tnumRsh(tnumCast(a.bits, 32), amount), umin: a.u32min >> amount, umax: a.u32max >> amount }),
);
const arsh64 = shift(64, (a, amount) =>
  settle({ bits: tnumArsh(a.bits, amount, 64), smin: a.smin >> amount, smax: a.smax >> amount }),
);
const arsh32 = shift(32, (a, amount) =>
  settle({
    bits: tnumArsh(tnumCast(a.bits, 32), amount, 32),
    umax: U32_MAX,
    s32min: a.s32min >> amount,
    s32max: a.s32max >> amount,
  }),
);

const unknown: ScalarOp = () => UNKNOWN;

/** The low `bits` bits, sign-extended to 64 (coerce_reg_to_size_sx). */
export function signExtend(a: Bounds, bits: 8 | 16 | 32): Bounds {
  const smin = BigInt.asIntN(bits, a.smin);
  const smax = BigInt.asIntN(bits, a.smax);
  const known = tnumSignExtend(a.bits, bits);
  // Within one window of 2^bits values and on one side of the sign, extension keeps the order.
  if (a.smin >> BigInt(bits) === a.smax >> BigInt(bits) && smin < 0n === smax < 0n) {
    return settle({ bits: known, smin, smax });
  }
  const half = 1n << BigInt(bits - 1);
  const facts = bits === 32 ? { s32min: a.s32min, s32max: a.s32max } : {};
  return settle({ bits: known, smin: -half, smax: half - 1n, ...facts });
}

/** Bytes of the low `bits` bits in the other order. */
export function swapBytes(value: bigint, bits: 16 | 32 | 64): bigint {
  let result = 0n;
  for (let shifted = 0n; shifted < BigInt(bits); shifted += 8n) result = (result << 8n) | ((value >> shifted) & 0xffn);
  return result;
}

/** Known bits move with their bytes; ranges are lost. */
function swap(bits: 16 | 32 | 64, swaps: boolean): ScalarOp {
  if (!swaps) return (a) => zeroExtend(a, bits);
  return (a) => {
    const { value, mask } = tnumCast(a.bits, bits);
    return settle({ bits: { value: swapBytes(value, bits), mask: swapBytes(mask, bits) } });
  };
}

const NO_ARITHMETIC = undefined;

/** By instruction: its effect on scalars, or `undefined` if it is no arithmetic. */
export const SCALAR_OPS = {
  add64: add.wide,
  sub64: sub.wide,
  mul64: mul.wide,
  div64: unknown,
  or64: or.wide,
  and64: and.wide,
  lsh64: lsh(64),
  rsh64,
  mod64: unknown,
  xor64: xor.wide,
  mov64: (_a, b) => b,
  arsh64,
  sdiv64: unknown,
  smod64: unknown,
  add32: add.narrow,
  sub32: sub.narrow,
  mul32: mul.narrow,
  div32: unknown,
  or32: or.narrow,
  and32: and.narrow,
  lsh32: lsh(32),
  rsh32,
  mod32: unknown,
  xor32: xor.narrow,
  mov32: (_a, b) => zeroExtend(b, 32),
  arsh32,
  sdiv32: unknown,
  smod32: unknown,
  neg64: (a) => sub.wide(constant(0n), a),
  neg32: (a) => sub.narrow(constant(0n), a),
  movsx64_8: (_a, b) => signExtend(b, 8),
  movsx64_16: (_a, b) => signExtend(b, 16),
  movsx64_32: (_a, b) => signExtend(b, 32),
  movsx32_8: (_a, b) => zeroExtend(signExtend(b, 8), 32),
  movsx32_16: (_a, b) => zeroExtend(signExtend(b, 16), 32),
  le16: swap(16, false),
  le32: swap(32, false),
  le64: swap(64, false),
  be16: swap(16, true),
  be32: swap(32, true),
  be64: swap(64, true),
  bswap16: swap(16, true),
  bswap32: swap(32, true),
  bswap64: swap(64, true),
  // Loads: what reading fewer bytes makes of the word that was read.
  ldx8: (a) => zeroExtend(a, 8),
  ldx16: (a) => zeroExtend(a, 16),
  ldx32: (a) => zeroExtend(a, 32),
  ldx64: (a) => a,
  ldxs8: (a) => signExtend(a, 8),
  ldxs16: (a) => signExtend(a, 16),
  ldxs32: (a) => signExtend(a, 32),
  load_acquire8: (a) => zeroExtend(a, 8),
  load_acquire16: (a) => zeroExtend(a, 16),
  load_acquire32: (a) => zeroExtend(a, 32),
  load_acquire64: (a) => a,
  fetch_add32: (a) => zeroExtend(a, 32),
  fetch_or32: (a) => zeroExtend(a, 32),
  fetch_and32: (a) => zeroExtend(a, 32),
  fetch_xor32: (a) => zeroExtend(a, 32),
  fetch_add64: (a) => a,
  fetch_or64: (a) => a,
  fetch_and64: (a) => a,
  fetch_xor64: (a) => a,
  xchg32: (a) => zeroExtend(a, 32),
  xchg64: (a) => a,
  cmpxchg32: (a) => zeroExtend(a, 32),
  cmpxchg64: (a) => a,
  // Neither arithmetic nor a load.
  jeq64: NO_ARITHMETIC,
  jgt64: NO_ARITHMETIC,
  jge64: NO_ARITHMETIC,
  jset64: NO_ARITHMETIC,
  jne64: NO_ARITHMETIC,
  jsgt64: NO_ARITHMETIC,
  jsge64: NO_ARITHMETIC,
  jlt64: NO_ARITHMETIC,
  jle64: NO_ARITHMETIC,
  jslt64: NO_ARITHMETIC,
  jsle64: NO_ARITHMETIC,
  jeq32: NO_ARITHMETIC,
  jgt32: NO_ARITHMETIC,
  jge32: NO_ARITHMETIC,
  jset32: NO_ARITHMETIC,
  jne32: NO_ARITHMETIC,
  jsgt32: NO_ARITHMETIC,
  jsge32: NO_ARITHMETIC,
  jlt32: NO_ARITHMETIC,
  jle32: NO_ARITHMETIC,
  jslt32: NO_ARITHMETIC,
  jsle32: NO_ARITHMETIC,
  ja: NO_ARITHMETIC,
  ja32: NO_ARITHMETIC,
  may_goto: NO_ARITHMETIC,
  call_helper: NO_ARITHMETIC,
  call_local: NO_ARITHMETIC,
  call_kfunc: NO_ARITHMETIC,
  exit: NO_ARITHMETIC,
  imm64: NO_ARITHMETIC,
  imm64_map: NO_ARITHMETIC,
  imm64_type: NO_ARITHMETIC,
  stx8: NO_ARITHMETIC,
  stx16: NO_ARITHMETIC,
  stx32: NO_ARITHMETIC,
  stx64: NO_ARITHMETIC,
  st8: NO_ARITHMETIC,
  st16: NO_ARITHMETIC,
  st32: NO_ARITHMETIC,
  st64: NO_ARITHMETIC,
  atomic_add32: NO_ARITHMETIC,
  atomic_or32: NO_ARITHMETIC,
  atomic_and32: NO_ARITHMETIC,
  atomic_xor32: NO_ARITHMETIC,
  atomic_add64: NO_ARITHMETIC,
  atomic_or64: NO_ARITHMETIC,
  atomic_and64: NO_ARITHMETIC,
  atomic_xor64: NO_ARITHMETIC,
  store_release8: NO_ARITHMETIC,
  store_release16: NO_ARITHMETIC,
  store_release32: NO_ARITHMETIC,
  store_release64: NO_ARITHMETIC,
} as const satisfies Readonly<Record<OpName, ScalarOp | undefined>>;

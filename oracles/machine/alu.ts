/**
 * What every arithmetic instruction does, from RFC 9669 section 4.1 and 4.2. 64-bit registers are handled as two halves
 * where that is plain, and as BigInt where it is not (multiplication, division, modulo).
 */
import type { RegisterFile } from './register-file.js';

/** dst op= src; `dst` and `src` are positions in the file, possibly the same. */
export type Alu = (file: RegisterFile, dst: number, src: number) => void;

/** A 32-bit result from both 32-bit operands (signed); the upper half becomes 0. */
const alu32 =
  (compute: (a: number, b: number) => number): Alu =>
  (file, dst, src) => {
    const { ints } = file;
    ints[dst << 1] = compute(ints[dst << 1] ?? 0, ints[src << 1] ?? 0);
    ints[(dst << 1) | 1] = 0;
  };

/** Both halves of the result depend on the same halves of the operands only. */
const bitwise64 =
  (compute: (a: number, b: number) => number): Alu =>
  ({ ints }, dst, src) => {
    ints[dst << 1] = compute(ints[dst << 1] ?? 0, ints[src << 1] ?? 0);
    ints[(dst << 1) | 1] = compute(ints[(dst << 1) | 1] ?? 0, ints[(src << 1) | 1] ?? 0);
  };

/** Sign-extends the low half of src, reduced by `narrow`, into dst. */
const extend =
  (narrow: (low: number) => number, width: 32 | 64): Alu =>
  ({ ints }, dst, src) => {
    const low = narrow(ints[src << 1] ?? 0);
    ints[dst << 1] = low;
    ints[(dst << 1) | 1] = width === 64 ? low >> 31 : 0;
  };

const swapBytes32 = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
const swapBytes16 = (word: number): number => ((word & 0xff) << 8) | ((word >>> 8) & 0xff);

const toSwapped16 = alu32((a) => swapBytes16(a));
const toSwapped32 = alu32((a) => swapBytes32(a));
const toSwapped64: Alu = ({ ints }, dst) => {
  const low = ints[dst << 1] ?? 0;
  ints[dst << 1] = swapBytes32(ints[(dst << 1) | 1] ?? 0);
  ints[(dst << 1) | 1] = swapBytes32(low);
};

export const ALU = {
  add64: ({ ints }, dst, src) => {
    const low = (ints[dst << 1] ?? 0) >>> 0;
    const sum = (low + ((ints[src << 1] ?? 0) >>> 0)) >>> 0;
    ints[(dst << 1) | 1] = (ints[(dst << 1) | 1] ?? 0) + (ints[(src << 1) | 1] ?? 0) + (sum < low ? 1 : 0);
    ints[dst << 1] = sum;
  },
  sub64: ({ ints }, dst, src) => {
    const low = (ints[dst << 1] ?? 0) >>> 0;
    const less = (ints[src << 1] ?? 0) >>> 0;
    ints[(dst << 1) | 1] = (ints[(dst << 1) | 1] ?? 0) - (ints[(src << 1) | 1] ?? 0) - (low < less ? 1 : 0);
    ints[dst << 1] = low - less;
  },
  // A BigUint64Array stores modulo 2^64.
  mul64: ({ unsigned }, dst, src) => {
    unsigned[dst] = (unsigned[dst] ?? 0n) * (unsigned[src] ?? 0n);
  },
  div64: ({ unsigned }, dst, src) => {
    const by = unsigned[src] ?? 0n;
    unsigned[dst] = by === 0n ? 0n : (unsigned[dst] ?? 0n) / by;
  },
  mod64: ({ unsigned }, dst, src) => {
    const by = unsigned[src] ?? 0n;
    if (by !== 0n) unsigned[dst] = (unsigned[dst] ?? 0n) % by;
  },
  // BigInt division truncates towards zero, as section 4.1 asks; -2^63 / -1 wraps to -2^63 when it is stored.
  sdiv64: ({ signed }, dst, src) => {
    const by = signed[src] ?? 0n;
    signed[dst] = by === 0n ? 0n : (signed[dst] ?? 0n) / by;
  },
  smod64: ({ signed }, dst, src) => {
    const by = signed[src] ?? 0n;
    if (by !== 0n) signed[dst] = (signed[dst] ?? 0n) % by;
  },
  or64: bitwise64((a, b) => a | b),
  and64: bitwise64((a, b) => a & b),
  xor64: bitwise64((a, b) => a ^ b),
  mov64: bitwise64((_, b) => b),
  lsh64: ({ ints }, dst, src) => {
    const by = (ints[src << 1] ?? 0) & 63;
    const low = ints[dst << 1] ?? 0;
    const high = ints[(dst << 1) | 1] ?? 0;
    if (by === 0) return;
    ints[dst << 1] = by < 32 ? low << by : 0;
    ints[(dst << 1) | 1] = by < 32 ? (high << by) | (low >>> (32 - by)) : low << (by - 32);
  },
  rsh64: ({ ints }, dst, src) => {
    const by = (ints[src << 1] ?? 0) & 63;
    const low = ints[dst << 1] ?? 0;
    const high = ints[(dst << 1) | 1] ?? 0;
    if (by === 0) return;
    ints[dst << 1] = by < 32 ? (low >>> by) | (high << (32 - by)) : high >>> (by - 32);
    ints[(dst << 1) | 1] = by < 32 ? high >>> by : 0;
  },
  arsh64: ({ ints }, dst, src) => {
    const by = (ints[src << 1] ?? 0) & 63;
    const low = ints[dst << 1] ?? 0;
    const high = ints[(dst << 1) | 1] ?? 0;
    if (by === 0) return;
    ints[dst << 1] = by < 32 ? (low >>> by) | (high << (32 - by)) : high >> (by - 32);
    ints[(dst << 1) | 1] = by < 32 ? high >> by : high >> 31;
  },
  neg64: ({ ints }, dst) => {
    const low = ints[dst << 1] ?? 0;
    ints[dst << 1] = -low;
    ints[(dst << 1) | 1] = ~(ints[(dst << 1) | 1] ?? 0) + (low === 0 ? 1 : 0);
  },
  add32: alu32((a, b) => a + b),
  sub32: alu32((a, b) => a - b),
  mul32: alu32(Math.imul),
  div32: alu32((a, b) => (b === 0 ? 0 : (a >>> 0) / (b >>> 0))),
  mod32: alu32((a, b) => (b === 0 ? a : (a >>> 0) % (b >>> 0))),
  sdiv32: alu32((a, b) => (b === 0 ? 0 : a / b)),
  smod32: alu32((a, b) => (b === 0 ? a : a % b)),
  or32: alu32((a, b) => a | b),
  and32: alu32((a, b) => a & b),
  xor32: alu32((a, b) => a ^ b),
  mov32: alu32((_, b) => b),
  lsh32: alu32((a, b) => a << b),
  rsh32: alu32((a, b) => a >>> b),
  arsh32: alu32((a, b) => a >> b),
  neg32: alu32((a) => -a),
  movsx64_8: extend((low) => (low << 24) >> 24, 64),
  movsx64_16: extend((low) => (low << 16) >> 16, 64),
  movsx64_32: extend((low) => low, 64),
  movsx32_8: extend((low) => (low << 24) >> 24, 32),
  movsx32_16: extend((low) => (low << 16) >> 16, 32),
  // The host is little-endian: to little-endian only truncates.
  le16: alu32((a) => a & 0xffff),
  le32: alu32((a) => a),
  le64: () => {},
  be16: toSwapped16,
  be32: toSwapped32,
  be64: toSwapped64,
  bswap16: toSwapped16,
  bswap32: toSwapped32,
  bswap64: toSwapped64,
} as const satisfies Record<string, Alu>;

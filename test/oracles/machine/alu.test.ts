import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALU } from '../../../oracles/machine/alu.js';
import { imm64, insn } from '../../../src/isa/insn.js';
import { computeK, computeX, runSlots } from './harness.js';

const M64 = 0xffff_ffff_ffff_ffffn;
const MIN64 = 0x8000_0000_0000_0000n;

/** op, dst, src, result: worked out by hand from RFC 9669. */
const VECTORS: readonly (readonly [keyof typeof ALU, bigint, bigint, bigint])[] = [
  ['add64', M64, 1n, 0n],
  ['add64', 0xffff_ffffn, 1n, 0x1_0000_0000n],
  ['sub64', 0n, 1n, M64],
  ['sub64', 0x1_0000_0000n, 1n, 0xffff_ffffn],
  ['mul64', 0x1_0000_0001n, 0x1_0000_0001n, 0x2_0000_0001n],
  ['mul64', M64, M64, 1n],
  ['div64', 7n, 0n, 0n],
  ['div64', M64, 2n, 0x7fff_ffff_ffff_ffffn],
  ['mod64', M64, 0n, M64],
  ['mod64', 17n, 5n, 2n],
  ['sdiv64', MIN64, M64, MIN64],
  ['sdiv64', 0xffff_ffff_ffff_fff9n, 2n, 0xffff_ffff_ffff_fffdn],
  ['sdiv64', 5n, 0n, 0n],
  ['smod64', MIN64, M64, 0n],
  ['smod64', 0xffff_ffff_ffff_fff3n, 3n, M64],
  ['smod64', 13n, 0xffff_ffff_ffff_fffdn, 1n],
  ['smod64', M64, 0n, M64],
  ['or64', 0xf0f0_0000_0000_0001n, 0x0f00_0000_8000_0000n, 0xfff0_0000_8000_0001n],
  ['and64', M64, 0xff00_0000_0000_00ffn, 0xff00_0000_0000_00ffn],
  ['xor64', M64, 0x1234_5678_9abc_def0n, 0xedcb_a987_6543_210fn],
  ['mov64', 1n, M64, M64],
  ['lsh64', 1n, 63n, MIN64],
  ['lsh64', 1n, 64n, 1n],
  ['lsh64', 0x8000_0001n, 4n, 0x8_0000_0010n],
  ['rsh64', MIN64, 63n, 1n],
  ['rsh64', M64, 100n, 0xfff_ffffn],
  ['rsh64', 0x8_0000_0010n, 4n, 0x8000_0001n],
  ['arsh64', MIN64, 63n, M64],
  ['arsh64', MIN64, 32n, 0xffff_ffff_8000_0000n],
  ['arsh64', 0x4000_0000_0000_0000n, 62n, 1n],
  ['add32', M64, 1n, 0n],
  ['sub32', 0x5_0000_0000n, 1n, 0xffff_ffffn],
  ['mul32', 0xffff_ffffn, 0xffff_ffffn, 1n],
  ['div32', 0xffff_ffffn, 2n, 0x7fff_ffffn],
  ['div32', 0x9_0000_0008n, 0x7_0000_0000n, 0n],
  ['mod32', 0x9_0000_0008n, 0n, 8n],
  ['mod32', 0xffff_ffffn, 0x8000_0000n, 0x7fff_ffffn],
  ['sdiv32', 0x8000_0000n, 0xffff_ffffn, 0x8000_0000n],
  ['sdiv32', 0xffff_fff9n, 2n, 0xffff_fffdn],
  ['smod32', 0x8000_0000n, 0xffff_ffffn, 0n],
  ['smod32', 0xffff_fff3n, 3n, 0xffff_ffffn],
  ['smod32', 0x1_ffff_fff3n, 0n, 0xffff_fff3n],
  ['or32', 0x1_0000_0001n, 2n, 3n],
  ['and32', M64, M64, 0xffff_ffffn],
  ['xor32', M64, 0xffn, 0xffff_ff00n],
  ['mov32', M64, 0xabcd_0000_0001n, 1n],
  ['lsh32', 1n, 31n, 0x8000_0000n],
  ['lsh32', 1n, 33n, 2n],
  ['rsh32', M64, 31n, 1n],
  ['rsh32', 0xffff_ffffn, 32n, 0xffff_ffffn],
  ['arsh32', 0x8000_0000n, 31n, 0xffff_ffffn],
  ['neg64', 1n, 0n, M64],
  ['neg64', MIN64, 0n, MIN64],
  ['neg64', 0x1_0000_0000n, 0n, 0xffff_ffff_0000_0000n],
  ['neg32', 0x5_0000_0001n, 0n, 0xffff_ffffn],
  ['movsx64_8', 0n, 0x180n, 0xffff_ffff_ffff_ff80n],
  ['movsx64_16', 0n, 0x1_8000n, 0xffff_ffff_ffff_8000n],
  ['movsx64_32', 0n, 0x1_8000_0000n, 0xffff_ffff_8000_0000n],
  ['movsx32_8', M64, 0x80n, 0xffff_ff80n],
  ['movsx32_16', M64, 0x7fffn, 0x7fffn],
  ['le16', 0x1122_3344_5566_7788n, 0n, 0x7788n],
  ['le32', 0x1122_3344_5566_7788n, 0n, 0x5566_7788n],
  ['le64', 0x1122_3344_5566_7788n, 0n, 0x1122_3344_5566_7788n],
  ['be16', 0x1122_3344_5566_7788n, 0n, 0x8877n],
  ['be32', 0x1122_3344_5566_7788n, 0n, 0x8877_6655n],
  ['be64', 0x1122_3344_5566_7788n, 0n, 0x8877_6655_4433_2211n],
  ['bswap16', 0x1122_3344_5566_7788n, 0n, 0x8877n],
  ['bswap32', 0x1122_3344_5566_7788n, 0n, 0x8877_6655n],
  ['bswap64', 0x1122_3344_5566_7788n, 0n, 0x8877_6655_4433_2211n],
];

const signed = (bits: number) => (value: bigint) => BigInt.asIntN(bits, value);
const divide = (a: bigint, b: bigint) => (b === 0n ? 0n : a / b);
const modulo = (a: bigint, b: bigint) => (b === 0n ? a : a % b);

/** Operators on unbounded integers; the width is applied around them. */
const FORMULAS: readonly (readonly [string, boolean, (a: bigint, b: bigint, bits: bigint) => bigint])[] = [
  ['add', false, (a, b) => a + b],
  ['sub', false, (a, b) => a - b],
  ['mul', false, (a, b) => a * b],
  ['div', false, divide],
  ['mod', false, modulo],
  ['sdiv', true, divide],
  ['smod', true, modulo],
  ['or', false, (a, b) => a | b],
  ['and', false, (a, b) => a & b],
  ['xor', false, (a, b) => a ^ b],
  ['mov', false, (_, b) => b],
  ['lsh', false, (a, b, bits) => a << (b & (bits - 1n))],
  ['rsh', false, (a, b, bits) => a >> (b & (bits - 1n))],
  ['arsh', true, (a, b, bits) => a >> (b & (bits - 1n))],
];

const interesting = fc.constantFrom(0n, 1n, 2n, 31n, 32n, 63n, MIN64, M64, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n);
const word = fc.oneof(interesting, fc.bigInt({ min: 0n, max: M64 }));
const imm = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 32, 64, -(2 ** 31)));

function isAlu(name: string): name is keyof typeof ALU {
  return name in ALU;
}

describe('ALU', () => {
  it('has a vector for every row', () => {
    expect(new Set(VECTORS.map(([op]) => op))).toEqual(new Set(Object.keys(ALU)));
  });

  it.each(VECTORS)('%s of %s and %s is right', (op, a, b, result) => {
    if (op.startsWith('neg') || /^(le|be|bswap)/.test(op)) {
      expect(runSlots([...imm64(0, a), insn(op, { dst: 0 })])).toBe(result);
    } else {
      expect(computeX(op, a, b)).toBe(result);
    }
  });

  it.each(FORMULAS)('%s agrees with BigInt in both widths and forms', (name, isSigned, formula) => {
    for (const bits of [32, 64]) {
      const op = `${name}${bits}`;
      if (!isAlu(op)) throw new Error(op);
      const view = isSigned ? signed(bits) : (value: bigint) => BigInt.asUintN(bits, value);
      const expected = (a: bigint, b: bigint) => BigInt.asUintN(bits, formula(view(a), view(b), BigInt(bits)));
      fc.assert(fc.property(word, word, (a, b) => computeX(op, a, b) === expected(a, b)));
      fc.assert(fc.property(word, imm, (a, k) => computeK(op, a, k) === expected(a, BigInt(k))));
    }
  });

  it('reads both operands before it writes when they are the same register', () => {
    const same = (op: keyof typeof ALU, a: bigint) =>
      runSlots([...imm64(0, a), insn(op, { dst: 0, operand: { reg: 0 } })]);
    expect(same('sub64', 0x5_0000_0007n)).toBe(0n);
    expect(same('add64', 0x8000_0000n)).toBe(0x1_0000_0000n);
    expect(same('lsh64', 33n)).toBe(33n << 33n);
    expect(same('arsh64', 0x8000_0000_0000_0021n)).toBe(0xffff_ffff_c000_0000n);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JUMP } from '../../../oracles/machine/jump.js';
import { imm64, insn } from '../../../src/isa/insn.js';
import { runSlots } from './harness.js';

const HOLDS: readonly (readonly [string, boolean, (a: bigint, b: bigint) => boolean])[] = [
  ['jeq', false, (a, b) => a === b],
  ['jne', false, (a, b) => a !== b],
  ['jset', false, (a, b) => (a & b) !== 0n],
  ['jgt', false, (a, b) => a > b],
  ['jge', false, (a, b) => a >= b],
  ['jlt', false, (a, b) => a < b],
  ['jle', false, (a, b) => a <= b],
  ['jsgt', true, (a, b) => a > b],
  ['jsge', true, (a, b) => a >= b],
  ['jslt', true, (a, b) => a < b],
  ['jsle', true, (a, b) => a <= b],
];

function isJump(name: string): name is keyof typeof JUMP {
  return name in JUMP;
}

function taken(op: keyof typeof JUMP, a: bigint, b: bigint | number): boolean {
  const operand = typeof b === 'bigint' ? { reg: 2 } : { imm: b };
  const slots = [
    ...imm64(1, a),
    ...imm64(2, typeof b === 'bigint' ? b : 0n),
    insn('mov64', { dst: 0, operand: { imm: 1 } }),
    insn(op, { dst: 1, operand, off: 1 }),
    insn('mov64', { dst: 0, operand: { imm: 0 } }),
  ];
  return runSlots(slots) === 1n;
}

const edges = [0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 1n << 63n, (1n << 64n) - 1n] as const;
const word = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
const imm = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, 1, -1, -(2 ** 31)));

describe('JUMP', () => {
  it('has exactly the rows tested here', () => {
    const names = HOLDS.flatMap(([name]) => [`${name}64`, `${name}32`]);
    expect(new Set(names)).toEqual(new Set(Object.keys(JUMP)));
  });

  it.each(HOLDS)('%s agrees with BigInt in both widths and forms', (name, isSigned, holds) => {
    for (const bits of [32, 64]) {
      const op = `${name}${bits}`;
      if (!isJump(op)) throw new Error(op);
      const view = (value: bigint) => (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
      for (const a of edges) for (const b of edges) expect(taken(op, a, b)).toBe(holds(view(a), view(b)));
      fc.assert(fc.property(word, word, (a, b) => taken(op, a, b) === holds(view(a), view(b))));
      fc.assert(fc.property(word, imm, (a, k) => taken(op, a, k) === holds(view(a), view(BigInt(k)))));
    }
  });
});

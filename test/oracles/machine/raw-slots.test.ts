import { describe, expect, it } from 'vitest';
import { rawSlots } from '../../../oracles/machine/raw-slots.js';
import { imm64, insn } from '../../../src/isa/insn.js';
import { OP_SECOND_SLOT } from '../../../src/isa/op.js';

describe('rawSlots', () => {
  it('rawSlots decodes what has no form of a program: a jump out of it, no exit', () => {
    const slots = rawSlots([...imm64(1, 2n ** 40n), insn('ja', { off: 99 })]);
    if (typeof slots === 'string') throw new Error(slots);
    expect([slots.length, slots.op[1], slots.off[2], slots.imm[1]]).toEqual([3, OP_SECOND_SLOT, 99, 256]);
    expect([...slots.subprogramOf]).toEqual([0, 0, 0]);
  });

  it.each([
    ['an opcode', [{ code: 0xff, dst: 0, src: 0, off: 0, imm: 0 }], 'unknown opcode ff at instruction 0'],
    ['half an immediate', [insn('exit'), insn('imm64', { dst: 0 })], 'instruction 1 lacks its second half'],
    ['a register', [insn('mov64', { dst: 12, operand: { imm: 0 } })], 'no such register at instruction 0'],
  ])('rawSlots says what is wrong with %s', (_, slots, words) => {
    expect(rawSlots(slots)).toBe(words);
  });
});

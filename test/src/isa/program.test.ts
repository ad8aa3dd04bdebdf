import { describe, expect, it } from 'vitest';
import { callLocal, imm64, insn } from '../../../src/isa/insn.js';
import {
  imm64At,
  instructionCount,
  opAt,
  rowAt,
  slotAt,
  slotsOf,
  targetAt,
  widthAt,
} from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';

const slots = [
  ...imm64(1, 0xffffffff80000001n),
  insn('jeq64', { dst: 1, operand: { imm: 0 }, off: 1 }),
  callLocal(3),
  insn('may_goto', { off: -1 }),
  insn('ja32', { imm: 0 }),
  insn('exit'),
  insn('exit'),
];
const built = buildProgram({ slots });
if (!built.ok) throw new Error(built.refusal.message);
const { program } = built;

describe('slotsOf', () => {
  it('gives back what the program was made of', () => {
    expect(slotsOf(program)).toEqual(slots);
    expect(slotAt(program, 2)).toEqual(slots[2]);
  });
});

describe('imm64At', () => {
  it('joins both halves, unsigned', () => {
    expect(imm64At(program, 0)).toBe(0xffffffff80000001n);
  });
});

describe('targetAt', () => {
  it('leads where jumps and calls lead, nowhere else', () => {
    expect([0, 2, 3, 4, 5, 6].map((pc) => targetAt(program, pc))).toEqual([undefined, 4, 7, 4, 6, undefined]);
  });
});

describe('widthAt', () => {
  it('is 2 for a 64-bit immediate', () => {
    expect([0, 2, 7].map((pc) => widthAt(program, pc))).toEqual([2, 1, 1]);
    expect(instructionCount(program)).toBe(7);
  });
});

describe('opAt', () => {
  it('is undefined in a second slot and outside', () => {
    expect([opAt(program, 0), opAt(program, 1), opAt(program, 8)]).toEqual(['imm64', undefined, undefined]);
    expect(rowAt(program, 1)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { INTRINSIC_BASE } from '../../../src/isa/callables.js';
import { call, callIntrinsic, callLocal, imm64, insn, loadMap, loadType } from '../../../src/isa/insn.js';

describe('insn', () => {
  it('sets the register bit for register operands', () => {
    expect(insn('add64', { dst: 1, operand: { reg: 2 } })).toEqual({ code: 0x0f, dst: 1, src: 2, off: 0, imm: 0 });
    expect(insn('add64', { dst: 1, operand: { imm: 2 } })).toEqual({ code: 0x07, dst: 1, src: 0, off: 0, imm: 2 });
  });

  it('fills the fields its row selects by', () => {
    expect(insn('sdiv64', { dst: 1, operand: { imm: 2 } }).off).toBe(1);
    expect(insn('be32', { dst: 1 }).imm).toBe(32);
    expect(insn('xchg64', { dst: 1, src: 2 }).imm).toBe(0xe1);
  });
});

describe('imm64', () => {
  it('splits modulo 2^64 into signed halves', () => {
    expect(imm64(3, -1n).map(({ imm }) => imm)).toEqual([-1, -1]);
    expect(imm64(3, 2n ** 63n).map(({ imm }) => imm)).toEqual([0, -(2 ** 31)]);
  });
});

describe('loadMap and loadType', () => {
  it('use the pseudo source registers; type ids start at 1', () => {
    expect(loadMap(1, 0)[0]).toMatchObject({ code: 0x18, src: 1, imm: 0 });
    expect(loadType(1, 0)[0]).toMatchObject({ code: 0x18, src: 3, imm: 1 });
  });
});

describe('call', () => {
  it('tells helpers, kfuncs, subprograms and intrinsics apart', () => {
    expect(call('bpf_ringbuf_submit')).toMatchObject({ code: 0x85, src: 0, imm: 132 });
    expect(call('bpf_throw')).toMatchObject({ code: 0x85, src: 2 });
    expect(callLocal(-4)).toMatchObject({ code: 0x85, src: 1, imm: -4 });
    expect(callIntrinsic(3)).toMatchObject({ src: 0, imm: INTRINSIC_BASE + 3 });
  });
});

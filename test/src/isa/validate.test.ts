import { describe, expect, it } from 'vitest';
import type { FormRefusal } from '../../../src/contract/refusal.js';
import { call, callLocal, type Insn, imm64, insn, loadMap } from '../../../src/isa/insn.js';
import { buildProgram } from '../../../src/isa/validate.js';

const exit = insn('exit');
const zero = insn('mov64', { operand: { imm: 0 } });
const slot = (fields: Partial<Insn>): Insn => ({ code: 0, dst: 0, src: 0, off: 0, imm: 0, ...fields });

type Example = readonly [what: string, pc: number, slots: readonly Insn[]];

/** At least one program per refusal, with the pc it is about. */
const REFUSED: Readonly<Record<Exclude<FormRefusal, 'bad-pad'>, readonly Example[]>> = {
  'unknown-opcode': [
    ['an unknown code', 1, [zero, slot({ code: 0xff }), exit]],
    ['a lone second slot', 0, [slot({}), exit]],
    ['a movsx of 24 bits', 0, [slot({ code: 0xbf, off: 24 }), exit]],
  ],
  'reserved-field': [
    ['src of an immediate form', 0, [slot({ code: 0xb7, src: 1 }), exit]],
    ['imm of a register form', 0, [slot({ code: 0xbf, imm: 1 }), exit]],
    ['imm of neg', 0, [slot({ code: 0x87, imm: 1 }), exit]],
    ['dst of exit', 0, [slot({ code: 0x95, dst: 1 })]],
    ['off of a call', 0, [{ ...call('bpf_throw'), off: 1 }, exit]],
    ['imm of a load', 0, [{ ...insn('ldx64', { dst: 1, src: 10, off: -8 }), imm: 4 }, exit]],
    ['imm of may_goto', 0, [{ ...insn('may_goto'), imm: 1 }, exit]],
    ['a missing second slot', 1, [zero, slot({ code: 0x18 })]],
    ['a second slot with a code', 0, [slot({ code: 0x18 }), exit]],
    ['an upper half of a map load', 1, [loadMap(1, 0)[0], slot({ imm: 1 }), exit]],
  ],
  'bad-register': [
    ['dst', 0, [slot({ code: 0xb7, dst: 11 }), exit]],
    ['src', 1, [zero, slot({ code: 0xbf, src: 15 }), exit]],
  ],
  'empty-program': [['nothing', 0, []]],
  'jump-out-of-range': [
    ['behind the end', 0, [insn('jeq64', { operand: { imm: 0 }, off: 5 }), exit]],
    ['before the start', 0, [insn('ja', { off: -2 }), exit]],
    ['into another subprogram', 0, [insn('jeq64', { operand: { imm: 0 }, off: 2 }), callLocal(1), exit, exit]],
    ['far away by gotol', 0, [insn('ja32', { imm: 70000 }), exit]],
  ],
  'jump-into-imm64': [['the second slot', 0, [insn('jeq64', { operand: { imm: 0 }, off: 1 }), ...imm64(1, 1n), exit]]],
  'falls-off-end': [
    ['the program', 1, [zero, call('bpf_throw')]],
    ['a subprogram', 1, [callLocal(1), zero, exit]],
  ],
  'bad-call-target': [
    ['outside', 0, [callLocal(9), exit]],
    ['into a 64-bit immediate', 0, [callLocal(1), ...imm64(1, 1n), exit]],
  ],
  'unreachable-insn': [['behind exit', 1, [exit, zero, exit]]],
  recursion: [
    ['itself', 0, [callLocal(-1), exit]],
    ['through another', 4, [callLocal(1), exit, callLocal(1), exit, callLocal(-3), exit]],
  ],
};

describe('buildProgram', () => {
  for (const [code, examples] of Object.entries(REFUSED)) {
    it.each(examples)(`refuses ${code}: %s, at its pc`, (_, pc, slots) => {
      const built = buildProgram({ slots });
      expect(built.ok ? 'accepted' : [built.refusal.code, built.refusal.pc]).toEqual([code, pc]);
    });
  }

  it('numbers subprograms by start and marks their slots', () => {
    const slots = [callLocal(3), ...imm64(1, 2n), exit, insn('mov64', { operand: { imm: 1 } }), exit];
    const built = buildProgram({
      slots,
      names: new Map([[4, 'leaf']]),
      globals: new Set([4]),
    });
    if (!built.ok) throw new Error(built.refusal.message);
    expect(built.program.subprograms).toEqual([
      { name: 'main', start: 0, end: 4, global: false },
      { name: 'leaf', start: 4, end: 6, global: true },
    ]);
    expect([...Array.from({ length: 6 }, (_, pc) => built.program.subprogramOf[pc])]).toEqual([0, 0, 0, 0, 1, 1]);
  });
});

/** Landing pads beside a program. */
import { describe, expect, test } from 'vitest';
import type { FormRefusal } from '../../../src/contract/refusal.js';
import { padAt, withCleanup } from '../../../src/isa/cleanup.js';
import { call, callLocal, type Insn, imm64, insn } from '../../../src/isa/insn.js';
import { OP_SECOND_SLOT } from '../../../src/isa/op.js';
import type { Cleanup, LandingPad } from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';

const exit = insn('exit');
const zero = insn('mov64', { operand: { imm: 0 } });
/** main is [0, 4), the other subprogram [4, 6). */
const SLOTS = [callLocal(3), ...imm64(1, 2n), exit, zero, exit];

function built(slots: readonly Insn[], ...pads: readonly LandingPad[]) {
  const cleanup: Cleanup = { slots, pads, labels: new Map([[0, 'pad1']]) };
  return buildProgram({ slots: SLOTS, cleanup });
}

function program(slots: readonly Insn[], ...pads: readonly LandingPad[]) {
  const made = built(slots, ...pads);
  if (!made.ok) throw new Error(made.refusal.message);
  return made.program;
}

describe('withCleanup', () => {
  const padded = program(
    [zero, exit, ...imm64(2, 5n), exit],
    { begin: 4, end: 6, pad: 2 },
    { begin: 0, end: 1, pad: 0 },
  );

  test('withCleanup puts pads behind the program, each into the subprogram that it serves', () => {
    const whole = withCleanup(padded);
    expect([padded.length, whole.length]).toEqual([6, 11]);
    expect(Array.from({ length: 11 }, (_, pc) => whole.subprogramOf[pc])).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1]);
    expect(whole.op[9]).toBe(OP_SECOND_SLOT);
    expect(whole.labels.get(6)).toBe('pad1');
    expect(whole.subprograms.map(({ end }) => end)).toEqual([4, 11]);
    expect(whole.cleanup).toBeUndefined();
  });

  test('withCleanup gives the same object every time, and a program without pads as it is', () => {
    expect(withCleanup(padded)).toBe(withCleanup(padded));
    const bare = program([]);
    expect(withCleanup(bare)).toBe(bare);
  });

  test('padAt finds the pad of a pc, its end excluded', () => {
    expect([0, 1, 3, 4, 5].map((pc) => padAt(padded, pc))).toEqual([6, undefined, undefined, 8, 8]);
  });
});

describe('buildProgram with pads', () => {
  const at = { begin: 0, end: 1, pad: 0 };
  test.each<[string, FormRefusal, number, readonly Insn[], LandingPad]>([
    ['a range of two subprograms', 'bad-pad', 3, [exit], { ...at, begin: 3, end: 5 }],
    ['an empty range', 'bad-pad', 3, [exit], { ...at, begin: 3, end: 3 }],
    ['a range behind the program', 'bad-pad', 5, [exit], { ...at, begin: 9, end: 10 }],
    ['a range that begins in a second slot', 'bad-pad', 2, [exit], { ...at, begin: 2, end: 3 }],
    ['a range that ends in a second slot', 'bad-pad', 0, [exit], { ...at, end: 2 }],
    ['a pad that is not there', 'bad-pad', 0, [exit], { ...at, pad: 1 }],
    ['a pad in a second slot', 'bad-pad', 0, [...imm64(1, 1n), exit], { ...at, pad: 1 }],
    ['a pad that throws', 'bad-pad', 6, [call('bpf_throw'), exit], at],
    ['a pad that calls a subprogram', 'bad-call-target', 6, [callLocal(-3), exit], at],
    ['a pad that jumps into the program', 'jump-out-of-range', 6, [insn('ja', { off: -3 }), exit], at],
    ['a pad that does not end', 'falls-off-end', 6, [zero], at],
    ['an unknown code in a pad', 'unknown-opcode', 7, [zero, { ...zero, code: 0xff }], at],
  ])('buildProgram refuses %s', (_, code, pc, slots, pad) => {
    const made = built(slots, pad);
    expect(made.ok ? 'accepted' : [made.refusal.code, made.refusal.pc]).toEqual([code, pc]);
  });
});

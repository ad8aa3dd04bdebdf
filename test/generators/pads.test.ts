/** Landing pads from what the builder knows. That they are right the verifier says: src/subjects/landing-pads. */
import { describe, expect, test } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { PadTable, padCode, sharedPadCode } from '../../generators/pads.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { type Content, type FrameState, type Holding, NOTHING } from '../../generators/state.js';
import { printInstruction } from '../../src/asm/print.js';
import { throwPcsOf } from '../../src/cfg/calls.js';
import { padAt, withCleanup } from '../../src/isa/cleanup.js';
import { type Insn, insn } from '../../src/isa/insn.js';
import { buildProgram } from '../../src/isa/validate.js';

const task: Holding = { id: 1, home: 7, kind: 'task', type: -1, nullable: false };

function textOf(code: readonly Insn[]): string[] {
  const exit = insn('exit');
  const built = buildProgram({
    slots: [insn('mov64', { operand: { imm: 0 } }), exit],
    cleanup: { slots: code, pads: [{ begin: 0, end: 1, pad: 0 }], labels: new Map() },
  });
  if (!built.ok) throw new Error(built.refusal.message);
  const whole = withCleanup(built.program);
  return code.map((_, index) => printInstruction(whole, 2 + index).replace(/goto l?\?*(\d*)$/, 'goto $1'));
}

function stateOf(...holdings: readonly Holding[]): FrameState {
  const contents = new Array<Content>(16).fill(NOTHING);
  for (const { id, home, kind, guard } of holdings) {
    const is = guard !== undefined ? 'guarded' : kind === 'iter_num' ? 'resident' : 'held';
    contents[home] = { is, holding: id };
    if (guard !== undefined) contents[guard.flag] = { is: 'flag', holding: id };
  }
  return { contents, holdings };
}

const RESUME = ['r0 = 0', 'exit'];

describe('padCode', () => {
  test('padCode releases the latest first and resumes', () => {
    const slot: Holding = { id: 2, home: 11, kind: 'ring', type: -1, nullable: true };
    expect(textOf(padCode(stateOf(task, slot)))).toEqual([
      'r1 = *(u64 *)(r10 - 16)',
      'if r1 == 0 goto 6',
      'r2 = 0',
      'call bpf_ringbuf_discard',
      'r1 = r7',
      'call bpf_task_release',
      ...RESUME,
    ]);
  });

  test('padCode gives the address of what lives on the stack, of a caller that in its home', () => {
    const iterator: Holding = { id: 2, home: 11, kind: 'iter_num', type: -1, nullable: false };
    expect(textOf(padCode(stateOf(iterator)))).toEqual([
      'r1 = r10',
      'r1 += -16',
      'call bpf_iter_num_destroy',
      ...RESUME,
    ]);
    expect(textOf(padCode(stateOf({ ...iterator, remote: true })))).toEqual([
      'r1 = *(u64 *)(r10 - 16)',
      'call bpf_iter_num_destroy',
      ...RESUME,
    ]);
  });

  test('padCode asks the flag of a guarded holding what is in its home', () => {
    const guard = { flag: 8, otherwise: { kind: 'cgroup', type: -1 } } as const;
    expect(textOf(padCode(stateOf({ ...task, guard })))).toEqual([
      'r1 = r8',
      'if r1 == 0 goto 7',
      'r1 = r7',
      'call bpf_task_release',
      'goto 9',
      'r1 = r7',
      'call bpf_cgroup_release',
      ...RESUME,
    ]);
    expect(textOf(padCode(stateOf({ ...task, guard: { flag: 8, otherwise: undefined } })))).toHaveLength(6);
  });

  test('padCode counts what a callee is about to give, and is empty where nothing is owned', () => {
    expect(padCode(stateOf())).toEqual([]);
    expect(padCode(stateOf(), task)).toEqual(padCode(stateOf(task)));
  });
});

describe('sharedPadCode', () => {
  test('sharedPadCode is the pad of states that own the same, NULL where one has released it', () => {
    expect(sharedPadCode([stateOf(task), stateOf(task)])).toEqual(padCode(stateOf(task)));
    const released = stateOf();
    released.contents[7] = { is: 'zeroed', holding: 1 };
    expect(sharedPadCode([stateOf(task), released])).toEqual(padCode(stateOf({ ...task, nullable: true })));
    expect(sharedPadCode([stateOf(), stateOf()])).toEqual([]);
  });

  test('sharedPadCode gives up where the states own different things', () => {
    expect(sharedPadCode([stateOf(task), stateOf()])).toBeUndefined();
    expect(sharedPadCode([stateOf(task), stateOf({ ...task, id: 2 })])).toBeUndefined();
    const iterator: Holding = { id: 2, home: 11, kind: 'iter_num', type: -1, nullable: false };
    expect(sharedPadCode([stateOf(iterator), stateOf()])).toBeUndefined();
  });
});

describe('PadTable', () => {
  const [a, b] = [padCode(stateOf(task)), padCode(stateOf({ ...task, home: 8 }))];

  test('PadTable joins neighbours with the same pad, but not over a site without one', () => {
    const table = new PadTable();
    table.add('main', 10, [
      { at: 6, code: a },
      { at: 1, code: a },
      { at: 3, code: a },
      { at: 7, code: [] },
      { at: 8, code: a },
      { at: 9, code: b },
    ]);
    expect(table.pads).toEqual([
      { begin: 11, end: 17, pad: 0 },
      { begin: 18, end: 19, pad: 0 },
      { begin: 19, end: 20, pad: a.length },
    ]);
    expect(table.slots).toEqual([...a, ...b]);
  });

  test('PadTable gives every subprogram pads of its own', () => {
    const table = new PadTable();
    table.add('main', 0, [{ at: 1, code: a }]);
    table.add('other', 5, [{ at: 1, code: a }]);
    expect(table.pads.map(({ pad }) => pad)).toEqual([0, a.length]);
    expect([...table.labels]).toEqual([
      [0, 'pad1'],
      [a.length, 'pad2'],
    ]);
  });
});

describe('generate', () => {
  test('generate says of most throws what cleans up there', () => {
    let served = 0;
    let all = 0;
    for (const profile of PROFILE_NAMES) {
      for (let index = 0; index < 20; index++) {
        const { program } = generate(seededChoices('pads', index), PROFILES[profile]);
        expect(program.cleanup).toBeDefined();
        for (const pc of throwPcsOf(program)) {
          all++;
          if (padAt(program, pc) !== undefined) served++;
        }
      }
    }
    expect(served / all).toBeGreaterThan(0.4);
  });
});

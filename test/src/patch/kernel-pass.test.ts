/** The kernel-like pass: what each step makes of a program, what it tells, and that pcs, bounds and targets stay right. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawPlan } from '../../../oracles/patch-plan.js';
import { printProgram } from '../../../src/asm/print.js';
import type { PatchPlan, PatchStep } from '../../../src/contract/patch-plan.js';
import { insn } from '../../../src/isa/insn.js';
import { rowAt } from '../../../src/isa/program.js';
import { runKernelPass } from '../../../src/patch/kernel-pass.js';
import { patch } from '../../../src/patch/patch.js';
import { anyProgram } from '../../programs.js';
import { programOf } from '../subjects/states.js';
import { asItIs, checkedPass, reachedBut } from './checked-pass.js';

const program = programOf(`
main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto calm
    call guard
    r0 = 1
    goto end
calm:
    r2 = 0x100000001 ll
    r0 = 7
end:
    exit
guard:
    r0 = 0
    if r1 != 3 goto guard
    call bpf_throw
    exit
`);

const run = (plan: PatchPlan, dead: readonly number[] = [], of = program) =>
  checkedPass(asItIs(of), plan, reachedBut(of, dead));
const text = (plan: PatchPlan, dead?: readonly number[]) =>
  printProgram(run(plan, dead).program)
    .split('\n')
    .map((line) => line.trim());
const insert = (pc: number, before: number, after: number, filler: 0 | 6 | 'goto' = 0) =>
  ({ do: 'insert', pc, before, after, filler }) as const;

describe('runKernelPass', () => {
  test('insert: the instruction stands last, in the middle or first; one patch of that many slots', () => {
    for (const [before, after] of [
      [2, 0],
      [1, 2],
      [0, 1],
    ] as const) {
      const pass = run([insert(3, before, after)]);
      expect(pass.changes).toEqual([{ do: 'patch', off: 3, len: before + 1 + after }]);
      expect(pass.pcMap.toPrepared[3]).toBe(3 + before);
      expect(pass.pcMap.toPrepared[4]).toBe(4 + before + after);
    }
  });

  test('steps come one after the other, each in the pcs that the ones before it left', () => {
    const { changes, starts } = run([insert(3, 2, 0), insert(3, 1, 0), insert(0, 1, 0), insert(8, 0, 1)]);
    expect(changes).toEqual([
      { do: 'patch', off: 3, len: 3 },
      { do: 'patch', off: 5, len: 2 },
      { do: 'patch', off: 0, len: 2 },
      { do: 'patch', off: 12, len: 2 },
    ]);
    expect(starts).toEqual([0, 15]);
  });

  test('the next patch of an instruction puts its slots closer to it', () => {
    const lines = text([insert(8, 1, 1), insert(8, 1, 1, 6)]);
    expect(lines.slice(lines.indexOf('r0 = 7') - 2, lines.indexOf('r0 = 7') + 3)).toEqual([
      'r0 = r0',
      'r6 = r6',
      'r0 = 7',
      'r6 = r6',
      'r0 = r0',
    ]);
  });

  test('insert in front of a jump target runs on every way there, entry code on every way to the first instruction', () => {
    expect(text([insert(6, 1, 0, 6), { do: 'entry', subprogram: 'guard', slots: 1, filler: 1 }])).toEqual(
      expect.arrayContaining(['calm:', 'r6 = r6', 'guard:', 'r1 = r1']),
    );
    const lines = text([{ do: 'entry', subprogram: 'guard', slots: 1, filler: 1 }]);
    expect(lines.slice(lines.indexOf('guard:'), lines.indexOf('guard:') + 4)).toEqual([
      'guard:',
      'r1 = r1',
      'r0 = 0',
      'if r1 != 3 goto guard',
    ]);
  });

  test('split: a load becomes the address and the load; it can be patched no more', () => {
    const pass = run([{ do: 'split', pc: 1 }, insert(1, 1, 1), { do: 'split', pc: 1 }]);
    expect(printProgram(pass.program)).toContain('    r1 = r6\n    r1 = *(u32 *)(r1 + 48)\n');
    expect(pass.changes).toEqual([{ do: 'patch', off: 1, len: 2 }]);
    expect(pass.pcMap.toPrepared[1]).toBe(1);
  });

  test('remove dead: what is gone is not patched, what was decided is not blinded', () => {
    const dead = [4, 5, 6, 7, 8, 9, 13];
    const pass = run([{ do: 'remove', what: 'dead' }, insert(8, 1, 0), { do: 'blind' }], dead);
    expect(pass.changes).toEqual([{ do: 'remove', off: 4, count: 5 }]);
    expect([0, 1, 2, 3].map((pc) => pass.pcMap.toPrepared[pc])).toEqual([0, 1, 2, 3]);
  });

  test('remove dead: a decided branch, and what the verifier never reached, goes; two runs of slots', () => {
    // r1 is never 0, and guard always throws.
    const pass = run([{ do: 'remove', what: 'dead' }], [4, 5, 6, 7, 8, 9, 13]);
    expect(pass.changes).toEqual([{ do: 'remove', off: 4, count: 5 }]);
    expect(printProgram(pass.program)).toBe(
      `main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    goto l3
l3:
    call guard
calm:
    exit
guard:
    r0 = 0
    if r1 != 3 goto guard
    call bpf_throw
    exit
`,
    );
    expect(
      run(
        [
          { do: 'remove', what: 'dead' },
          { do: 'remove', what: 'nops' },
        ],
        [4, 5, 6, 7, 8, 9, 13],
      ).changes,
    ).toEqual([
      { do: 'remove', off: 4, count: 5 },
      { do: 'remove', off: 2, count: 1 },
    ]);
  });

  test('remove dead: a branch that is always taken becomes a goto to its target', () => {
    const pass = run([{ do: 'remove', what: 'dead' }], [3, 4, 5, 10, 11, 12, 13]);
    expect(pass.changes).toEqual([
      { do: 'remove', off: 3, count: 3 },
      { do: 'remove', off: 7, count: 4 },
    ]);
    expect(rowAt(pass.program, 2)?.shape).toBe('goto');
  });

  test('remove dead: a subprogram that nobody calls any more keeps its number, empty', () => {
    const chained = programOf(`
main:
    if r1 == 0 goto other
    call last
    exit
other:
    call first
    exit
first:
    exit
last:
    exit
`);
    const pass = run([{ do: 'remove', what: 'dead' }], [3, 4, 5], chained);
    expect(pass.program.subprograms.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['main', 0, 3],
      ['first', 3, 3],
      ['last', 3, 4],
    ]);
    expect(pass.program.subprogramOf[3]).toBe(2);
  });

  test('remove dead: what a patch put at a dead instruction goes with it; what was put behind a branch is live', () => {
    const plan: PatchPlan = [insert(4, 1, 1), insert(2, 0, 1), { do: 'remove', what: 'dead' }];
    const pass = run(plan, [3, 4, 5, 10, 11, 12, 13]);
    expect(pass.changes.slice(2)).toEqual([
      { do: 'remove', off: 4, count: 5 },
      { do: 'remove', off: 8, count: 4 },
    ]);
    expect(rowAt(pass.program, 2)?.shape).toBe('jump');
    // A branch that was decided does not fall through: nothing can be put behind it any more.
    const decided = run([{ do: 'remove', what: 'dead' }, insert(2, 0, 1)], [3, 4, 5, 10, 11, 12, 13]);
    expect(decided.changes.length).toBe(2);
  });

  test('remove nops: gotos to the next slot, inserted or not, one at a time', () => {
    const gotos = programOf(`
main:
    goto next
next:
    r0 = 0
    if r0 == 1 goto end
    goto end
end:
    exit
`);
    const pass = run(
      [insert(1, 2, 1, 'goto'), { do: 'remove', what: 'nops' }, { do: 'remove', what: 'nops' }],
      [],
      gotos,
    );
    expect(pass.changes).toEqual([
      { do: 'patch', off: 1, len: 4 },
      { do: 'remove', off: 0, count: 1 },
      { do: 'remove', off: 0, count: 1 },
      { do: 'remove', off: 0, count: 1 },
      { do: 'remove', off: 1, count: 1 },
      { do: 'remove', off: 2, count: 1 },
    ]);
    expect(printProgram(pass.program)).toBe('main:\n    r0 = 0\n    if r0 == 1 goto end\nend:\n    exit\n');
    const again = run([insert(1, 2, 1, 'goto'), { do: 'remove', what: 'nops' }, insert(1, 1, 0)], [], gotos);
    expect(again.changes.at(-1)).toEqual({ do: 'patch', off: 0, len: 2 });
  });

  test('blind: slots in front of constants; in the map, but nobody is told, and starts are those before', () => {
    const pass = run([insert(0, 1, 0), { do: 'blind' }]);
    expect(pass.changes).toEqual([{ do: 'patch', off: 0, len: 2 }]);
    expect(pass.starts).toEqual([0, 11]);
    // main: the branch, two moves and the 64-bit load; a move of 0 and registers are left alone.
    expect(pass.program.subprograms.map(({ start }) => start)).toEqual([0, 11 + 2 + 2 + 5 + 2]);
    expect(pass.pcMap.toPrepared[10]).toBe(22);
  });

  test('blind: shifts and moves of 0 are left alone, stores, jumps and other constants are not', () => {
    const constants = programOf(`
main:
    r1 = 0
    w1 = 0
    r1 <<= 3
    r1 >>= 3
    r1 s>>= 3
    r1 += 3
    w1 ^= 3
    *(u64 *)(r10 - 8) = 0
    if w1 == 3 goto end
end:
    r0 = r1
    exit
`);
    const pass = run([{ do: 'blind' }], [], constants);
    expect(Array.from({ length: 11 }, (_, pc) => pass.pcMap.toPrepared[pc])).toEqual([
      0, 1, 2, 3, 4, 7, 10, 13, 16, 17, 18,
    ]);
  });

  test('the steps follow the instructions of the original through a rewrite, and dead code is what serves it', () => {
    const rewritten = patch(program, [
      { do: 'entry', subprogram: 1, insns: [insn('st64', { dst: 10, off: -8, operand: { imm: 0 } })] },
      { do: 'after', pc: 4, insns: [insn('mov64', { dst: 3, operand: { imm: 3 } })] },
    ]);
    if (!rewritten.ok) throw new Error(rewritten.refusal.message);
    const plan: PatchPlan = [insert(10, 1, 0), { do: 'entry', subprogram: 'guard', slots: 1, filler: 0 }];
    expect(checkedPass(rewritten, plan, reachedBut(program)).changes).toEqual([
      { do: 'patch', off: 12, len: 2 },
      { do: 'patch', off: 11, len: 2 },
    ]);
    const dead = checkedPass(
      rewritten,
      [{ do: 'remove', what: 'dead' }],
      reachedBut(program, [3, 4, 5, 10, 11, 12, 13]),
    );
    expect(dead.changes).toEqual([
      { do: 'remove', off: 3, count: 4 },
      { do: 'remove', off: 7, count: 5 },
    ]);
  });

  test('a jump that gets too long: the kernel does not load the program', () => {
    const far = programOf(`main:\n    if r1 == 0 goto end\n${'    r0 = 0\n'.repeat(32_767)}end:\n    exit\n`);
    expect(runKernelPass(asItIs(far), [insert(5, 1, 0)], reachedBut(far))).toBeUndefined();
  });

  test('any plan for any program keeps pcs, bounds and targets right', () => {
    fc.assert(
      fc.property(
        anyProgram,
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 8 }),
        (of, numbers) => {
          let at = 0;
          const plan = drawPlan(of, () => numbers[at++ % numbers.length] ?? 0);
          const alive = plan.filter((step: PatchStep) => step.do !== 'remove' || step.what !== 'dead');
          checkedPass(asItIs(of), alive, reachedBut(of));
        },
      ),
      { numRuns: 150 },
    );
  });
});

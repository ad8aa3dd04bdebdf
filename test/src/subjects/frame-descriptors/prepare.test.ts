/** Descriptors on a program that was rewritten for them. */
import { describe, expect, test } from 'vitest';
import { insn } from '../../../../src/isa/insn.js';
import { patch } from '../../../../src/patch/patch.js';
import { EXACT } from '../../../../src/subjects/frame-descriptors/frame-descriptors.js';
import { prepareDescriptors, unchanged } from '../../../../src/subjects/frame-descriptors/prepare.js';
import { collectSound } from '../../../../src/subjects/frame-descriptors/sound.js';
import { analysisOf, CALLER_AND_GUARD, holding, inGuard, pointer, programOf, slot } from '../states.js';
import { releases, stoppedOf } from '../stopped.js';

const program = programOf(CALLER_AND_GUARD);
const analysis = analysisOf(program, [{ pc: 5, state: inGuard([], holding('task'), [slot(pointer('task', 1))]) }], {
  stackDepth: [8, 0],
});

describe('prepareDescriptors', () => {
  test('prepareDescriptors counts metadata, tells original pcs and unwinds by those of the rewrite', () => {
    const patched = patch(program, [{ do: 'entry', subprogram: 0, insns: [insn('st64', { dst: 10, off: -16 })] }]);
    const collected = collectSound(program, analysis);
    if (!patched.ok || !collected.ok) throw new Error('refused');
    const at = (pc: number) => patched.pcMap.toPrepared[pc] ?? -1;
    const { byPc, pcs } = collected.descriptors;
    const moved = {
      byPc: new Map([...byPc].map(([pc, descriptor]) => [at(pc), { ...descriptor, pc: at(pc) }])),
      pcs: pcs.map(at),
    };
    const prepared = prepareDescriptors(moved, EXACT, {
      program: patched.program,
      pcMap: patched.pcMap,
      reserved: [8, 0],
      cost: { stack: [16, 0], chain: 16, instructionsAdded: 1 },
    });
    expect(prepared.describe()).toEqual(['main 1: fp-8=task', 'guard 5: -']);
    expect(prepared.cost).toMatchObject({ metadataBytes: 16 + 120 + 24, instructionsAdded: 1 });
    const stopped = stoppedOf([
      { subprogram: 0, pc: 2, words: { 8: 0x50n } },
      { subprogram: 1, pc: 6 },
    ]);
    expect(releases(prepared.unwind, stopped)).toEqual(['0 fp-8 0x50 bpf_task_release kernel-object']);
  });

  test('unchanged is the program as it is', () => {
    const carrier = unchanged({ program, analysis, stopAt: 'throw' });
    expect(carrier.program).toBe(program);
    expect(carrier).toMatchObject({ reserved: [0, 0], cost: { stack: [8, 0], instructionsAdded: 0 } });
  });
});

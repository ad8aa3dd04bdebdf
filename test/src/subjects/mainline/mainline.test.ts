/** Mainline: no throw may hold anything. */
import { describe, expect, test } from 'vitest';
import { mainline } from '../../../../src/subjects/mainline/mainline.js';
import { analysisOf, CALLER_AND_GUARD, holding, inGuard, pointer, programOf } from '../states.js';

const program = programOf(CALLER_AND_GUARD);

describe('mainline', () => {
  test('mainline refuses a throw below a frame that holds something, in the words of the kernel', () => {
    const state = inGuard([pointer('task', 1)], holding('task'));
    const result = mainline.prepare({ program, analysis: analysisOf(program, [{ pc: 5, state }]), stopAt: 'throw' });
    expect(result).toEqual({
      ok: false,
      refusal: {
        code: 'held-reference',
        pc: 5,
        message: 'Unreleased reference id=1 alloc_insn=100 task#1; bpf_throw would lead to reference leak',
      },
    });
  });

  test('mainline accepts throws that hold nothing and unwinds nothing', () => {
    const throws = [{ pc: 5, state: inGuard([], []) }];
    const result = mainline.prepare({
      program,
      analysis: analysisOf(program, throws, { stackDepth: [16, 8] }),
      stopAt: 'throw',
    });
    if (!result.ok) throw new Error(result.refusal.message);
    expect(result.program).toBe(program);
    expect(result.cost).toEqual({ stack: [16, 8], chain: 32, metadataBytes: 0, instructionsAdded: 0 });
    expect([...result.unwind({ frames: [], trampoline: [0n, 0n, 0n, 0n], load: () => 0n })]).toEqual([]);
    expect(result.describe()).toEqual([]);
  });

  test('mainline stops at throws only', () => {
    const result = mainline.prepare({ program, analysis: analysisOf(program, []), stopAt: 'anywhere' });
    expect(!result.ok && result.refusal.code).toBe('unsupported-stop');
  });
});

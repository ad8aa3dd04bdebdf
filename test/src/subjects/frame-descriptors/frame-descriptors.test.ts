/** The two policies as subjects. */
import { describe, expect, test } from 'vitest';
import { rfcV1, rfcV2, sound } from '../../../../src/subjects/frame-descriptors/frame-descriptors.js';
import { analysisOf, CALLER_AND_GUARD, holding, inGuard, pointer, programOf, slot, ZERO } from '../states.js';

const program = programOf(CALLER_AND_GUARD);
const task = pointer('task', 1);

describe('frame descriptors', () => {
  test('leave the program as it is and cost metadata only', () => {
    const state = inGuard([ZERO], holding('task'), [slot(task)], { registers: [ZERO, ZERO, ZERO, ZERO] });
    const analysis = analysisOf(program, [{ pc: 5, state }], { stackDepth: [8, 0] });
    const result = sound.prepare({ program, analysis, stopAt: 'throw' });
    if (!result.ok) throw new Error(result.refusal.message);
    expect(result.program).toBe(program);
    expect(result.cost).toEqual({ stack: [8, 0], chain: 16, metadataBytes: 16 + 120 + 24, instructionsAdded: 0 });
    expect(result.reserved).toEqual([0, 0]);
    expect(result.describe()).toEqual(['main 1: fp-8=task', 'guard 5: -']);
  });

  test('stop at throws only', () => {
    for (const subject of [rfcV1, rfcV2]) {
      const result = subject.prepare({ program, analysis: analysisOf(program, []), stopAt: 'points' });
      expect(!result.ok && result.refusal.code).toBe('unsupported-stop');
    }
  });

  test('policies differ where two resources of one type number meet', () => {
    const throws = [
      { pc: 5, state: inGuard([task], holding('task')) },
      { pc: 5, state: inGuard([pointer('cgroup', 1)], holding('cgroup')) },
    ];
    const analysis = analysisOf(program, throws);
    expect(rfcV1.prepare({ program, analysis, stopAt: 'throw' }).ok).toBe(true);
    expect(sound.prepare({ program, analysis, stopAt: 'throw' }).ok).toBe(false);
  });
});

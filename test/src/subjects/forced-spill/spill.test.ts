/** Spilling until every resource has a place. */
import { describe, expect, test } from 'vitest';
import { spillUntilPlaced } from '../../../../src/subjects/forced-spill/spill.js';
import { describeDescriptors } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { describeChoice } from '../../../../src/subjects/frame-descriptors/sound.js';
import { DYNPTR_OR_TASK, RELEASED_BEFORE, RETURNED, TASK_OR_RECORD, walked } from './programs.js';

/** The pcs that are spilled, and the descriptors of the throw. */
function spilled(text: string) {
  const { program, analysis } = walked(text);
  const result = spillUntilPlaced(program, analysis);
  if (!result.ok) return result.refusal;
  const { attempt } = result;
  const collected = describeChoice(attempt.program, attempt.analysis, attempt.choice);
  if (!collected.ok) throw new Error(collected.refusal.message);
  const pcs = attempt.layout?.slots.map(({ pc }) => pc) ?? [];
  return [
    pcs.join(' '),
    ...describeDescriptors(attempt.program, collected.descriptors, (pc) => attempt.pcMap.toOriginal[pc] ?? -1),
  ];
}

describe('spillUntilPlaced', () => {
  test('spillUntilPlaced spills all that stand in a place where they meet', () => {
    expect(spilled(TASK_OR_RECORD)).toEqual(['3 9', 'main 12: fp-8=task? fp-16=ring?']);
  });

  test('spillUntilPlaced clears a slot where its resource is released', () => {
    expect(spilled(RELEASED_BEFORE)).toEqual(['3 15', 'main 18: fp-8=task? fp-16=ring?']);
  });

  test('spillUntilPlaced keeps the address of a dynptr', () => {
    expect(spilled(DYNPTR_OR_TASK)).toEqual(['8 11', 'main 14: fp-24=dynptr? fp-32=task?']);
  });

  test('spillUntilPlaced stores anew what is returned', () => {
    expect(spilled(RETURNED)).toEqual(['2 8', 'main 11: fp-8=task? fp-16=ring?']);
  });

  test('spillUntilPlaced leaves a program alone that needs no spill', () => {
    const { program, analysis } = walked(TASK_OR_RECORD.replace('call bpf_ringbuf_reserve', 'r0 = 0'));
    const result = spillUntilPlaced(program, analysis);
    expect(result.ok && result.attempt.program).toBe(program);
    expect(result.ok && result.attempt.layout).toBeUndefined();
  });

  test('spillUntilPlaced finds a place for what nobody has a pointer of', () => {
    const lost = TASK_OR_RECORD.replace('r6 = r0', 'r6 = 0');
    expect(spilled(lost)).toEqual(['3 9', 'main 12: fp-8=task? fp-16=ring?']);
  });
});

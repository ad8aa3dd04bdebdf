/** One attempt: a rewrite with its clears, verified, and what can be chosen in it. */
import { describe, expect, test } from 'vitest';
import { attemptWith, rejected, walkLimit } from '../../../../src/subjects/forced-spill/attempt.js';
import { WALK_LIMIT } from '../../../../src/verify/walk.js';
import { insertedIn, RELEASED_BEFORE, TASK_OR_RECORD, walked } from './programs.js';

function attempt(text: string, ...pcs: readonly number[]) {
  const { program, analysis } = walked(text);
  const attempted = attemptWith(program, analysis, new Set(pcs));
  if (!attempted.ok) throw new Error(attempted.refusal.message);
  return attempted.attempt;
}

describe('attemptWith', () => {
  test('attemptWith inserts stores and clears, and makes a choice in what results', () => {
    const made = attempt(RELEASED_BEFORE, 3, 15);
    expect(insertedIn(made)).toEqual([
      '-1: *(u64 *)(r10 - 8) = 0',
      '-1: *(u64 *)(r10 - 16) = 0',
      '3: *(u64 *)(r10 - 8) = r0',
      '8: *(u64 *)(r10 - 8) = 0',
      '15: *(u64 *)(r10 - 16) = r0',
    ]);
    expect(made.choice.selection.ok).toBe(true);
    expect(made.analysis.program).toBe(made.program);
  });

  test('attemptWith leaves a choice that fails to its caller', () => {
    expect(attempt(TASK_OR_RECORD, 3).choice.selection).toMatchObject({ ok: false, why: 'no-key' });
  });

  test('attemptWith refuses slots that do not fit', () => {
    const { program, analysis } = walked(TASK_OR_RECORD.replace('main:', 'main:\n    *(u64 *)(r10 - 504) = 0'));
    expect(attemptWith(program, analysis, new Set([4]))).toMatchObject({ ok: true });
    expect(attemptWith(program, analysis, new Set([4, 10]))).toMatchObject({
      ok: false,
      refusal: { code: 'stack-limit', message: 'combined stack size of the worst chain is 528. Too large' },
    });
  });
});

describe('rejected', () => {
  test('rejected tells of original pcs, and why a rewrite does not verify', () => {
    const { program, pcMap } = attempt(TASK_OR_RECORD, 3, 9);
    const pc = pcMap.toPrepared[12] ?? -1;
    const refusal = { code: 'invalid-access', pc, message: 'no' } as const;
    expect(rejected({ ok: true, program, pcMap }, refusal).refusal).toEqual({
      code: 'rewrite-rejected',
      pc: 12,
      message: 'the rewrite does not verify: invalid-access: no',
    });
    expect(rejected({ ok: false, refusal }).refusal).toEqual({ ...refusal, code: 'rewrite-rejected' });
  });
});

describe('walkLimit', () => {
  test('walkLimit allows a complete walk its length for each slot that was added, twice', () => {
    const { analysis } = walked(TASK_OR_RECORD);
    const { program } = attempt(TASK_OR_RECORD, 3, 9);
    expect(walkLimit(analysis, program)).toBe(2 * analysis.walked * 5);
    expect(walkLimit({ ...analysis, pruning: 'kernel-like' }, program)).toBe(2 * WALK_LIMIT * 5);
  });
});

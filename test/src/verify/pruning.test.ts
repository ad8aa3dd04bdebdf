/** The table of prunings. */
import { expect, it } from 'vitest';
import { isComplete, isPruning, PRUNING_NAMES, PRUNINGS } from '../../../src/verify/pruning.js';

it('PRUNINGS that are complete are those without checkpoints', () => {
  expect(PRUNING_NAMES).toEqual(['off', 'exact', 'kernel-like', 'kernel-like-every']);
  for (const name of PRUNING_NAMES.filter(isPruning)) {
    expect(isComplete(name)).toBe(PRUNINGS[name].checkpoints === undefined);
  }
});

it('isPruning knows no other words', () => {
  expect(['exact', 'Exact', 'toString', ''].map(isPruning)).toEqual([true, false, false, false]);
});

/** Refusals that designs share. */
import { describe, expect, test } from 'vitest';
import { heldReference, onlyAtThrows, referenceName } from '../../../src/subjects/refusal.js';
import { holding } from './states.js';

const [reference] = holding({ kind: 'cgroup', id: 3, ordinal: 2, acquiredAt: 4 });

describe('refusals', () => {
  test('heldReference says the kernel words and names the resource', () => {
    if (reference === undefined) throw new Error('no reference');
    expect(referenceName(reference)).toBe('cgroup#2');
    expect(heldReference(9, reference, '; more').refusal).toEqual({
      code: 'held-reference',
      pc: 9,
      message: 'Unreleased reference id=3 alloc_insn=4 cgroup#2; more',
    });
  });

  test('onlyAtThrows refuses every other granularity', () => {
    expect(onlyAtThrows('throw')).toBeUndefined();
    expect(onlyAtThrows('points')?.refusal.code).toBe('unsupported-stop');
    expect(onlyAtThrows('anywhere')?.refusal.message).toContain('anywhere');
  });
});

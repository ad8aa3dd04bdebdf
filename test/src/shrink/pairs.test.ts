/** Tests of removing pairs. */
import { describe, expect, it } from 'vitest';
import { removePairs } from '../../../src/shrink/pairs.js';
import { candidatesOf, programOf } from './text.js';

describe('removePairs', () => {
  it('removePairs tries every pair of a short program, near ones first', () => {
    const program = programOf('main:', 'r1 = 1', 'r2 = 2', 'r3 = 3', 'exit');
    expect(candidatesOf(removePairs, program)).toEqual([
      ['main:', 'r3 = 3', 'exit'],
      ['main:', 'r1 = 1', 'exit'],
      ['main:', 'r2 = 2', 'exit'],
    ]);
  });

  it('removePairs tries only matching pairs of a long one', () => {
    const filler = Array.from({ length: 50 }, (_, index) => `r3 += ${index + 2}`);
    const program = programOf('main:', '*(u64 *)(r10 - 8) = 1', ...filler, 'r4 = *(u64 *)(r10 - 8)', 'exit');
    const candidates = candidatesOf(removePairs, program);
    expect(candidates.length).toBeLessThan((52 * 51) / 2);
    expect(candidates).toContainEqual(['main:', ...filler, 'exit']);
  });
});

/** Tests of making one place of two. */
import { describe, expect, it } from 'vitest';
import { coalescePlaces } from '../../../src/shrink/coalesce.js';
import { candidatesOf, programOf } from './text.js';

describe('coalescePlaces', () => {
  it('coalescePlaces merges slots', () => {
    const program = programOf('main:', '*(u64 *)(r10 - 24) = 1', 'r1 = *(u64 *)(r10 - 8)', 'exit');
    expect(candidatesOf(coalescePlaces, program)).toEqual([
      ['main:', '*(u64 *)(r10 - 8) = 1', 'r1 = *(u64 *)(r10 - 8)', 'exit'],
    ]);
  });

  it('coalescePlaces merges callee-saved registers', () => {
    const program = programOf('main:', 'r6 = 1', 'r9 = 2', 'exit');
    expect(candidatesOf(coalescePlaces, program)).toEqual([['main:', 'r6 = 1', 'r6 = 2', 'exit']]);
  });

  it('coalescePlaces makes one register of the two of a copy', () => {
    const program = programOf('main:', 'r1 = 5', 'r2 = r1', 'r0 = r2', 'exit');
    expect(candidatesOf(coalescePlaces, program)).toContainEqual(['main:', 'r1 = 5', 'r0 = r1', 'exit']);
    expect(candidatesOf(coalescePlaces, program)).toContainEqual(['main:', 'r2 = 5', 'r0 = r2', 'exit']);
  });
});

/** Tests of moving stack slots. */
import { describe, expect, it } from 'vitest';
import { raiseSlots } from '../../../src/shrink/slots.js';
import { acceptAll, linesOf, programOf } from './text.js';

describe('raiseSlots', () => {
  it('raiseSlots closes gaps and keeps the place within a slot', () => {
    const program = programOf(
      'main:',
      '*(u64 *)(r10 - 40) = r1',
      'r2 = *(u32 *)(r10 - 36)',
      '*(u64 *)(r10 - 16) = r1',
      'exit',
    );
    let result = program;
    for (let round = 0; round < 3; round++) result = acceptAll(raiseSlots, result);
    const text = linesOf(result);
    expect(new Set(text.join(' ').match(/r10 - \d+/g))).toEqual(new Set(['r10 - 8', 'r10 - 4', 'r10 - 16']));
  });
});

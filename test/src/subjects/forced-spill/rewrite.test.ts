/** The stores of forced spills. */
import { describe, expect, test } from 'vitest';
import { insertSpills } from '../../../../src/subjects/forced-spill/rewrite.js';
import { layOutSlots } from '../../../../src/subjects/forced-spill/slots.js';
import { DYNPTR_OR_TASK, insertedIn, RETURNED, walked } from './programs.js';

describe('insertSpills', () => {
  test('insertSpills zeroes at entry, stores results behind their call and addresses in front of it', () => {
    const { program } = walked(DYNPTR_OR_TASK);
    const patched = insertSpills(program, layOutSlots(program, [16], new Set([8, 11])), []);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(insertedIn(patched)).toEqual([
      '-1: *(u64 *)(r10 - 24) = 0',
      '-1: *(u64 *)(r10 - 32) = 0',
      '8: *(u64 *)(r10 - 24) = r4',
      '11: *(u64 *)(r10 - 32) = r0',
    ]);
  });

  test('insertSpills zeroes each slot in its own subprogram', () => {
    const { program } = walked(RETURNED);
    const patched = insertSpills(program, layOutSlots(program, [0, 0], new Set([15])), []);
    if (!patched.ok) throw new Error(patched.refusal.message);
    const { start = 0 } = patched.program.subprograms[1] ?? {};
    expect(patched.pcMap.toOriginal[start]).toBe(-1);
    expect(insertedIn(patched)).toEqual(['-1: *(u64 *)(r10 - 8) = 0', '15: *(u64 *)(r10 - 8) = r0']);
  });

  test('insertSpills clears behind a call before it stores what the call returns', () => {
    const { program } = walked(RETURNED);
    const layout = layOutSlots(program, [0, 0], new Set([2]));
    const patched = insertSpills(program, layout, [{ pc: 2, offset: -8 }]);
    if (!patched.ok) throw new Error(patched.refusal.message);
    expect(insertedIn(patched).slice(1)).toEqual(['2: *(u64 *)(r10 - 8) = 0', '2: *(u64 *)(r10 - 8) = r0']);
  });
});

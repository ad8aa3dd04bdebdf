/** Where forced spills go. */
import { describe, expect, test } from 'vitest';
import { layOutSlots } from '../../../../src/subjects/forced-spill/slots.js';
import { DYNPTR_OR_TASK, RETURNED, walked } from './programs.js';

describe('layOutSlots', () => {
  test('layOutSlots puts a slot a pc below the deepest stack use, in ascending order', () => {
    const { program } = walked(RETURNED);
    const { slots, above, reserved, cost } = layOutSlots(program, [20, 0], new Set([14, 8, 2]));
    expect(slots.map(({ pc, subprogram, offset }) => `${pc} ${subprogram} ${offset}`)).toEqual([
      '2 0 -32',
      '8 0 -40',
      '14 1 -8',
    ]);
    expect(above).toEqual([24, 0]);
    expect(reserved).toEqual([16, 8]);
    expect(cost).toEqual({ stack: [40, 8], chain: 48 + 16 });
  });

  test('layOutSlots stores what a call returns, or the address of what it makes on the stack', () => {
    const { program } = walked(DYNPTR_OR_TASK);
    const { slots } = layOutSlots(program, [16], new Set([8, 11]));
    expect(slots.map(({ register }) => register)).toEqual([4, 0]);
    expect(layOutSlots(walked(RETURNED).program, [0, 0], new Set([2])).slots[0]?.register).toBe(0);
  });
});

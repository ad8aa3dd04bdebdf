/** The stack of instructions. */
import { expect, it } from 'vitest';
import { NO_SLOT, Trail } from '../../../src/verify/trail.js';

it('Trail keeps a slot for the youngest instruction only, and forgets what is cut off', () => {
  const trail = new Trail();
  trail.push(3, undefined);
  trail.noteSlot(2, 63);
  trail.push(4, undefined);
  expect([trail.pcs, trail.slots]).toEqual([
    [3, 4],
    [191, NO_SLOT],
  ]);
  trail.truncate(1);
  trail.push(9, undefined);
  expect([trail.length, trail.pcs, trail.slots]).toEqual([2, [3, 9], [191, NO_SLOT]]);
});

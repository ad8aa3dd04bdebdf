/** What is noted for the analysis. */
import { expect, it } from 'vitest';
import { type Notes, noteOwnership } from '../../../src/verify/context.js';

it('noteOwnership keeps one mark per pc and forgets a type that differs', () => {
  const notes: Notes = {
    stackDepth: [],
    maxOwned: [],
    maxClones: [],
    maxHeld: 0,
    hasClones: false,
    ownership: new Map(),
  };
  noteOwnership(notes, 4, 'release', 3, 1);
  noteOwnership(notes, 4, 'release', 3, 1);
  expect(notes.ownership.get(4)).toEqual({ pc: 4, does: 'release', kind: 'object', type: 1 });
  noteOwnership(notes, 4, 'release', 3, 0);
  noteOwnership(notes, 4, 'release', 3, 1);
  expect(notes.ownership.get(4)?.type).toBe(-1);
});

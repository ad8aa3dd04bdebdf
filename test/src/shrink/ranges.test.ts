/** Tests of removing ranges. */
import { describe, expect, it } from 'vitest';
import { removeRanges, removeSingles } from '../../../src/shrink/ranges.js';
import { acceptAll, candidatesOf, linesOf, programOf } from './text.js';

const PROGRAM = programOf('main:', 'r0 = 1', 'r2 = 2', 'r3 = 3', 'r4 = 4', 'exit');

describe('removeRanges', () => {
  it('removeRanges tries large runs first, single instructions last', () => {
    const sizes = candidatesOf(removeRanges, PROGRAM).map((lines) => 6 - lines.length);
    // What is left over at the front makes a shorter run.
    expect(sizes).toEqual([1, 2, 1, 1, 1, 1, 1]);
  });

  it('removeRanges leaves what cannot go when everything is accepted', () => {
    expect(linesOf(acceptAll(removeRanges, PROGRAM))).toEqual(['main:', 'exit']);
  });
});

describe('removeSingles', () => {
  it('removeSingles yields every program that lacks one instruction, last first', () => {
    const missing = ['r4 = 4', 'r3 = 3', 'r2 = 2', 'r0 = 1'];
    expect(candidatesOf(removeSingles, PROGRAM)).toEqual(
      missing.map((line) => linesOf(PROGRAM).filter((each) => each !== line)),
    );
  });
});

/** Removes ranges of instructions: halves, quarters, … single instructions (delta debugging). */
import type { Program } from '../isa/program.js';
import { pcsOf } from './listing.js';
import { type Candidates, type Reducer, type Sweep, sweep } from './reducer.js';
import { remove } from './rewrite.js';

/** Removes runs of 2^k instructions for falling k, 2^0 included. */
export const removeRanges: Sweep = {
  name: 'remove ranges',
  *edits(program) {
    for (const size of sizesOf(program)) yield* removeRuns(size).edits(program);
  },
  *reduce(program): Candidates {
    let current = program;
    for (const size of sizesOf(program)) current = yield* removeRuns(size).reduce(current);
    return current;
  },
};

/** Powers of two, the largest that fits first. */
function sizesOf(program: Program): readonly number[] {
  const sizes = [1];
  for (let size = 2; size <= pcsOf(program).length; size *= 2) sizes.unshift(size);
  return sizes;
}

function removeRuns(size: number): Sweep {
  return sweep(`remove ${size}`, function* (program) {
    const pcs = pcsOf(program);
    // Last instructions first: what uses a value goes before what makes it.
    for (let end = pcs.length; end > 0; end -= size) {
      const run = pcs.slice(Math.max(0, end - size), end);
      yield () => remove(program, run);
    }
  });
}

/** Every program that lacks one instruction; the driver ends with these. */
export const removeSingles: Reducer = removeRuns(1);

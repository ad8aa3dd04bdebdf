/** Removes ranges of instructions: halves, quarters, … single instructions (delta debugging). */
import { pcsOf } from './listing.js';
import { type Candidates, type Reducer, sweep } from './reducer.js';
import { remove } from './rewrite.js';

/** Removes runs of 2^k instructions for falling k, 2^0 included. */
export const removeRanges: Reducer = {
  name: 'remove ranges',
  *reduce(program): Candidates {
    let current = program;
    let size = 1;
    while (size * 2 <= pcsOf(program).length) size *= 2;
    for (; size >= 1; size /= 2) current = yield* removeRuns(size).reduce(current);
    return current;
  },
};

function removeRuns(size: number): Reducer {
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

/** Tests of the common shape of reducers. */
import { describe, expect, it } from 'vitest';
import { instructionCount } from '../../../src/isa/program.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { sweep } from '../../../src/shrink/reducer.js';
import { remove } from '../../../src/shrink/rewrite.js';
import { acceptAll, candidatesOf, programOf } from './text.js';

const PROGRAM = programOf('main:', 'r0 = 1', 'r2 = 2', 'r3 = 3', 'exit');
const drop = sweep('drop', function* (program) {
  for (const pc of pcsOf(program)) yield () => remove(program, [pc]);
});

describe('sweep', () => {
  it('sweep goes on with the accepted program where it stood', () => {
    expect(instructionCount(acceptAll(drop, PROGRAM))).toBe(1);
  });

  it('sweep passes by impossible edits', () => {
    expect(candidatesOf(drop, PROGRAM)).toHaveLength(3);
  });

  it('sweep returns the program it was given when nothing is accepted', () => {
    const candidates = drop.reduce(PROGRAM);
    let step = candidates.next();
    while (step.done !== true) step = candidates.next(false);
    expect(step.value).toBe(PROGRAM);
  });
});

/** Tests of deciding branches. */
import { describe, expect, it } from 'vitest';
import { decideBranches } from '../../../src/shrink/branches.js';
import { candidatesOf, programOf } from './text.js';

describe('decideBranches', () => {
  it('decideBranches drops the jump, then the code that only the fall-through needs', () => {
    const program = programOf('main:', 'if r1 == 0 goto l', 'r2 = 1', 'l:', 'exit');
    expect(candidatesOf(decideBranches, program)).toEqual([
      ['main:', 'r2 = 1', 'exit'].toSpliced(2, 0, 'l:'),
      ['main:', 'goto l', 'l:', 'exit'],
    ]);
  });
});

/** Tests of cutting subprograms. */
import { describe, expect, it } from 'vitest';
import { cutSubprograms } from '../../../src/shrink/subprograms.js';
import { candidatesOf, programOf } from './text.js';

describe('cutSubprograms', () => {
  it('cutSubprograms replaces all calls at once, then each alone', () => {
    const program = programOf('main:', 'call sub', 'call sub', 'exit', 'sub:', 'r0 = 1', 'exit');
    const sub = ['sub:', 'r0 = 1', 'exit'];
    expect(candidatesOf(cutSubprograms, program)).toEqual([
      ['main:', 'r0 = 0', 'r0 = 0', 'exit'],
      ['main:', 'r0 = 0', 'call sub', 'exit', ...sub],
      ['main:', 'call sub', 'r0 = 0', 'exit', ...sub],
    ]);
  });
});

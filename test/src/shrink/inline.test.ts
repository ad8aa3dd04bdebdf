/** Tests of inlining calls. */
import { describe, expect, it } from 'vitest';
import { inlineCalls } from '../../../src/shrink/inline.js';
import { candidatesOf, programOf } from './text.js';

describe('inlineCalls', () => {
  it('inlineCalls puts the body below the frame of the caller', () => {
    const program = programOf(
      'main:',
      '*(u64 *)(r10 - 16) = 1',
      'call guard',
      'r2 = r0',
      'exit',
      'guard:',
      '*(u64 *)(r10 - 8) = r1',
      'r2 = r10',
      'if r1 == 0 goto zero',
      'r0 = 1',
      'exit',
      'zero:',
      'r0 = map[events] ll',
      'exit',
    );
    expect(candidatesOf(inlineCalls, program)).toEqual([
      [
        'main:',
        '*(u64 *)(r10 - 16) = 1',
        '*(u64 *)(r10 - 24) = r1',
        'r2 = r10',
        'r2 += -16',
        'if r1 == 0 goto l7',
        'r0 = 1',
        'goto l10',
        'l7:',
        'r0 = map[events] ll',
        'goto l10',
        'l10:',
        'r2 = r0',
        'exit',
      ],
    ]);
  });

  it('inlineCalls leaves a callee that changes what its caller uses', () => {
    const program = programOf('main:', 'r6 = 1', 'call guard', 'exit', 'guard:', 'r6 = 2', 'r0 = r6', 'exit');
    expect(candidatesOf(inlineCalls, program)).toEqual([]);
  });
});

/** Tests of canonical names. */
import { describe, expect, it } from 'vitest';
import { canonicaliseNames } from '../../../src/shrink/labels.js';
import { acceptAll, linesOf, programOf } from './text.js';

describe('canonicaliseNames', () => {
  it('canonicaliseNames gives equal programs equal texts', () => {
    const one = programOf('start:', 'if r1 == 0 goto out', 'call a', 'out:', 'exit', 'a:', 'r0 = 0', 'exit');
    const two = programOf('main:', 'if r1 == 0 goto end', 'call b', 'end:', 'exit', 'b:', 'r0 = 0', 'exit');
    expect(linesOf(acceptAll(canonicaliseNames, one))).toEqual(linesOf(acceptAll(canonicaliseNames, two)));
  });
});

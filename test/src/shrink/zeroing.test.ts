/** Tests of zeroing results. */
import { describe, expect, it } from 'vitest';
import { zeroResults } from '../../../src/shrink/zeroing.js';
import { acceptAll, linesOf, programOf } from './text.js';

describe('zeroResults', () => {
  it('zeroResults makes every result a constant and comes to rest', () => {
    const program = programOf('main:', 'r6 = r1', 'r1 = 5', 'call bpf_task_from_pid', 'r7 = map[events] ll', 'exit');
    const result = acceptAll(zeroResults, program);
    expect(linesOf(result)).toEqual(['main:', 'r6 = 0', 'r1 = 0', 'r0 = 0', 'r7 = 0', 'exit']);
    expect(zeroResults.reduce(result).next().done).toBe(true);
  });
});

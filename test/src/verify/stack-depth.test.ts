/** Combined stack of call chains. */
import { describe, expect, it } from 'vitest';
import { stackRefusal } from '../../../src/verify/stack-depth.js';
import { programOf } from './programs.js';

const TREE = programOf(
  'main:\n    call a\n    call b\n    r0 = 0\n    exit\na:\n    r0 = 0\n    exit\nb:\n    call c\n    exit\nc:\n    r0 = 0\n    exit',
);

describe('stackRefusal', () => {
  it('rounds frames up to 16 and sums the worst chain', () => {
    expect(stackRefusal(TREE, [496, 8, 0, 8])).toBeUndefined();
    expect(stackRefusal(TREE, [496, 8, 8, 0])).toBeUndefined();
    expect(stackRefusal(TREE, [488, 8, 8, 8])).toEqual({
      code: 'stack-limit',
      pc: 6,
      message: 'combined stack size of 3 calls is 528. Too large',
    });
  });

  it('names the first call that is too much', () => {
    expect(stackRefusal(TREE, [512, 8, 8, 8])?.pc).toBe(0);
  });
});

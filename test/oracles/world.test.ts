import { describe, expect, it } from 'vitest';
import { fixedWorld } from '../../oracles/world.js';

describe('fixedWorld', () => {
  it('answers as written; what is missing is 0 and succeeds', () => {
    const source = fixedWorld({ cb: [5, -1], draw: [0x1_0000_0002n, 0x1_0000_0003n], fail: [2], fuel: 1 });
    expect([source.context(0), source.context(1), source.context(4)]).toEqual([5, 0xffff_ffff, 0]);
    expect([source.draw(32), source.draw(64), source.draw(64)]).toEqual([2n, 0x1_0000_0003n, 0n]);
    expect([1, 2, 3].map((attempt) => source.acquireFails(attempt))).toEqual([false, true, false]);
  });
});

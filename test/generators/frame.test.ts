import { describe, expect, it } from 'vitest';
import { frameBytes, lockReadable, newFrame } from '../../generators/frame.js';
import { Routine } from '../../generators/routine.js';
import { CTX, constant, NOTHING, SCALAR } from '../../generators/state.js';

describe('lockReadable', () => {
  it('fixes what is no scalar, lets scalars become others, and forgets their values', () => {
    const { state } = newFrame(new Routine('main'), { depth: 0, slots: 2, room: 1, first: 1 }, undefined);
    state.contents[6] = CTX;
    state.contents[10] = constant(4);
    const locks = lockReadable(state, new Uint8Array(12));
    expect([locks[6], locks[7], locks[10], locks[11]]).toEqual([2, 0, 1, 0]);
    expect(state.contents[10]).toEqual(SCALAR);
  });

  it('keeps the locks of outer loops', () => {
    const { state } = newFrame(new Routine('main'), { depth: 0, slots: 1, room: 1, first: 1 }, undefined);
    expect(lockReadable(state, new Uint8Array(11).fill(2))[8]).toBe(2);
  });
});

describe('newFrame', () => {
  it('knows nothing and owns nothing', () => {
    const frame = newFrame(new Routine('f'), { depth: 3, slots: 2, room: 1, first: 9 }, undefined);
    expect(frame.state.contents.every((content) => content === NOTHING)).toBe(true);
    expect([frame.depth, frame.arm, frame.loop, frame.state.holdings.length]).toEqual([3, 9, 9, 0]);
  });
});

describe('frameBytes', () => {
  it('rounds slots and table up to 16', () => {
    expect([frameBytes(0, 0), frameBytes(1, 0), frameBytes(2, 1), frameBytes(3, 1)]).toEqual([0, 16, 32, 48]);
  });
});

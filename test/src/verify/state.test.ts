/** The state of a path: frames, stack, references, and records of it. */
import { describe, expect, it } from 'vitest';
import { Arena } from '../../../src/verify/arena.js';
import { InternTable, NOT_INIT_WORD, TAG, UNKNOWN_WORD, ZERO_WORD } from '../../../src/verify/intern.js';
import { REF, State } from '../../../src/verify/state.js';

function twoFrames(): State {
  const state = new State();
  state.clear();
  state.pushFrame(0, -1);
  state.setRegister(6, ZERO_WORD);
  state.allocate(0, 16);
  state.setSlot(0, 1, 1);
  state.acquire(1, -1, 4);
  state.setRegister(1, UNKNOWN_WORD);
  state.pushFrame(2, 9);
  state.passArguments();
  state.acquire(3, 0, 11);
  return state;
}

describe('State', () => {
  it('pushFrame and passArguments leave nothing but R1–R5', () => {
    const state = twoFrames();
    expect([state.depth, state.subprogram(1), state.callsite(1), state.allocated(1)]).toEqual([2, 2, 9, 0]);
    expect([state.register(1), state.register(6)]).toEqual([UNKNOWN_WORD, NOT_INIT_WORD]);
    expect([state.registerOf(0, 1), state.registerOf(0, 6)]).toEqual([NOT_INIT_WORD, ZERO_WORD]);
    state.popFrame();
    expect(state.register(6)).toBe(ZERO_WORD);
  });

  it('allocate clears what it adds and keeps the rest', () => {
    const state = twoFrames();
    state.allocate(0, 24);
    expect([state.slot(0, 0), state.slot(0, 1), state.slot(0, 2), state.slot(0, 5)]).toEqual([0, 1, 0, 0]);
    state.allocate(0, 8);
    expect(state.allocated(0)).toBe(24);
  });

  it('acquire numbers references and gives them to the current frame', () => {
    const state = twoFrames();
    expect([state.ownedBy(0), state.ownedBy(1)]).toEqual([1, 1]);
    expect(state.refField(1, REF.ordinal)).toBe(2);
    expect([state.findRef(2), state.findRef(3)]).toEqual([1, -1]);
    state.dropRef(0);
    expect([state.refCount, state.findRef(2), state.refField(0, REF.acquiredAt)]).toEqual([1, 0, 11]);
    for (let n = 0; n < 40; n++) state.acquire(1, -1, n);
    expect(state.refField(40, REF.acquiredAt)).toBe(39);
  });

  it('restore makes the state that was saved', () => {
    const state = twoFrames();
    const arena = new Arena();
    const start = state.save(arena);
    const other = new State();
    other.clear();
    other.restore(arena, start);
    const again = new Arena();
    other.save(again);
    expect([...again.data.subarray(0, again.length)]).toEqual([...arena.data.subarray(start, arena.length)]);
    expect(other.register(1)).toBe(UNKNOWN_WORD);
  });

  it('replace reaches registers and spilled slots of all frames', () => {
    const table = new InternTable();
    const state = twoFrames();
    const task = table.pointer(TAG.kernel, 1, 0, 0, 1);
    state.setRegister(7, task);
    state.setSlot(0, 0, table.slot(0xffff, task));
    state.replace(
      table,
      (word) => table.ref(word) === 1,
      () => UNKNOWN_WORD,
    );
    expect(state.register(7)).toBe(UNKNOWN_WORD);
    expect(state.slot(0, 0)).toBe(table.slot(0xffff, UNKNOWN_WORD));
  });

  it('replace keeps the bytes of a slot', () => {
    const table = new InternTable();
    const state = twoFrames();
    const copy = table.withLink(UNKNOWN_WORD, 5);
    state.setSlot(0, 0, table.slot(0x55ff, copy));
    state.replace(
      table,
      (word) => table.link(word) === 5,
      () => ZERO_WORD,
    );
    expect(state.slot(0, 0)).toBe(table.slot(0x55ff, ZERO_WORD));
  });

  it('forget clears the scratch registers of a mask', () => {
    const state = twoFrames();
    state.setRegister(2, ZERO_WORD);
    state.forget(0b10);
    expect([state.register(1), state.register(2)]).toEqual([NOT_INIT_WORD, ZERO_WORD]);
  });

  describe('widenFrom', () => {
    const table = new InternTable();
    const scalar = (value: number) => table.scalar(table.scalars.immediate(value), 0);
    const spilled = (value: number) => table.slot(0xffff, scalar(value));
    /** A caller and, called from a pc, a callee; R6 of both and the first slot of the caller hold a number. */
    const calling = (callsite: number, value: number) => {
      const state = new State();
      state.clear();
      state.pushFrame(0, -1);
      state.setRegister(6, scalar(value));
      state.allocate(0, 8);
      state.setSlot(0, 0, spilled(value));
      state.pushFrame(1, callsite);
      state.setRegister(6, scalar(value));
      return state;
    };

    it('gives up scalars in registers and spilled ones that differ', () => {
      const arena = new Arena();
      const start = calling(3, 1).save(arena);
      const state = calling(3, 2);
      state.widenFrom(table, arena, start);
      expect([state.registerOf(0, 6), state.register(6)]).toEqual([UNKNOWN_WORD, UNKNOWN_WORD]);
      expect(state.slot(0, 0)).toBe(table.slot(0xffff, UNKNOWN_WORD));
    });

    it('compares nothing of frames that were called elsewhere', () => {
      const arena = new Arena();
      const start = calling(3, 1).save(arena);
      const state = calling(4, 2);
      state.widenFrom(table, arena, start);
      expect(state.register(6)).toBe(scalar(2));
    });
  });
});

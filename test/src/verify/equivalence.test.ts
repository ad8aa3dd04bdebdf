/** What a checkpoint asks of a state that arrives. */
import { describe, expect, it } from 'vitest';
import { KIND_NAMES, type Kind } from '../../../src/isa/kinds.js';
import { covers, type Demands } from '../../../src/verify/equivalence.js';
import {
  BYTE,
  InternTable,
  NOT_INIT_WORD,
  NULLABLE,
  RESIDENT_BYTES,
  TAG,
  UNKNOWN_WORD,
  ZERO_WORD,
} from '../../../src/verify/intern.js';
import { FIRST_SLOT, Marks } from '../../../src/verify/marks.js';
import { constant, UNKNOWN, zeroExtend } from '../../../src/verify/scalar.js';
import { State } from '../../../src/verify/state.js';

const table = new InternTable();
const known = (value: bigint) => table.scalar(table.scalars.intern(constant(value)), 0);
const below256 = table.scalars.intern(zeroExtend(UNKNOWN, 8));
const stack = (offset: number) => table.pointer(TAG.stack, 0, offset, 0, 0);
const task = (ref: number, nullable = false) =>
  table.pointer(nullable ? TAG.kernel | NULLABLE : TAG.kernel, 1, 0, nullable ? -ref : 0, ref);
const R7 = 7;

/** A state with one frame, whose R7, R8, … are these words. */
function state(...words: readonly number[]): State {
  const made = new State();
  made.clear();
  made.pushFrame(0, -1);
  for (const [index, word] of words.entries()) made.setRegister(R7 + index, word);
  return made;
}

function slotted(bytes: readonly number[], word: number): State {
  const made = state();
  made.allocate(0, 8);
  const packed = bytes.reduce((bits, kind, index) => bits | (kind << (2 * index)), 0);
  made.setSlot(0, 0, table.slot(packed, word));
  return made;
}

const eight = (kind: number) => Array.from({ length: 8 }, () => kind);

/** A checkpoint at this state of which all has been read. */
function demands(of: State, over: Partial<Demands> = {}): Demands {
  const read = new Marks();
  for (let frame = 0; frame < of.depth; frame++) read.addFrame(frame);
  return { state: of, lists: [[]], read, precise: new Marks(), allPrecise: false, ...over };
}

describe('covers', () => {
  it('looks at what was read only', () => {
    const read = new Marks();
    expect(covers(table, demands(state(stack(-8)), { read }), state(known(1n)), [[]])).toBe(true);
    read.add(0, R7);
    expect(covers(table, demands(state(stack(-8)), { read }), state(known(1n)), [[]])).toBe(false);
  });

  it.each([
    ['an equal pointer', stack(-8), stack(-8), true],
    ['another offset', stack(-8), stack(-16), false],
    ['another class', stack(-8), table.pointer(TAG.ctx, 0, -8, 0, 0), false],
    ['a pointer for a scalar', UNKNOWN_WORD, stack(-8), false],
    ['a scalar for a pointer', stack(-8), UNKNOWN_WORD, false],
    ['nothing for a scalar', UNKNOWN_WORD, NOT_INIT_WORD, false],
    ['a scalar for nothing', NOT_INIT_WORD, UNKNOWN_WORD, true],
    ['any scalar for any other', known(1n), known(2n), true],
    ['an object with a reference for one without', task(0), task(1), false],
    ['a maybe-NULL object for one that is not', task(1), task(1, true), false],
  ])('takes %s: %s', (_, old, now, expected) => {
    expect(covers(table, demands(state(old)), state(now), [[]])).toBe(expected);
  });

  it('compares scalars by range where they were needed', () => {
    const precise = new Marks();
    precise.add(0, R7);
    const wide = state(table.scalar(below256, 0));
    expect(covers(table, demands(wide, { precise }), state(known(255n)), [[]])).toBe(true);
    expect(covers(table, demands(wide, { precise }), state(known(256n)), [[]])).toBe(false);
    expect(covers(table, demands(wide), state(known(256n)), [[]])).toBe(true);
    expect(covers(table, demands(wide, { allPrecise: true }), state(known(256n)), [[]])).toBe(false);
  });

  it('compares copies of needed scalars: two that were one must be one', () => {
    const copies = (link: number, other: number) =>
      state(table.withLink(UNKNOWN_WORD, link), table.withLink(UNKNOWN_WORD, other));
    const precise = { allPrecise: true };
    expect(covers(table, demands(copies(1, 1), precise), copies(5, 5), [[]])).toBe(true);
    expect(covers(table, demands(copies(1, 1), precise), copies(5, 6), [[]])).toBe(false);
    expect(covers(table, demands(copies(1, 2), precise), copies(5, 5), [[]])).toBe(false);
    // An id that nothing else has is as good as none.
    expect(covers(table, demands(copies(0, 1), precise), copies(3, 0), [[]])).toBe(true);
    expect(covers(table, demands(copies(0, 0), precise), copies(3, 3), [[]])).toBe(false);
  });

  it('asks for one renaming of references over registers, slots and lists', () => {
    const both = (first: number, second: number) => state(task(first), task(second));
    const old = (lists: readonly (readonly number[])[]) => demands(both(1, 2), { lists });
    expect(covers(table, old([[1, 2]]), both(4, 7), [[4, 7]])).toBe(true);
    expect(covers(table, old([[1, 2]]), both(4, 7), [[7, 4]])).toBe(false);
    expect(covers(table, old([[1, 2]]), both(4, 4), [[4, 7]])).toBe(false);
    expect(covers(table, old([[1, 2]]), both(4, 7), [[4]])).toBe(false);
    expect(covers(table, demands(both(1, 1), { lists: [[1, 2]] }), both(4, 7), [[4, 7]])).toBe(false);
  });

  it('asks for as many references', () => {
    expect(covers(table, demands(state(), { lists: [[1]] }), state(), [[1, 2]])).toBe(false);
  });

  it('does not ask what a reference is a reference to', () => {
    const made = (kind: number) => {
      const one = state();
      one.acquire(kind, -1, 3);
      return one;
    };
    expect(covers(table, demands(made(1), { lists: [[1]] }), made(2), [[1]])).toBe(true);
  });

  it.each([
    ['misc for zero', eight(BYTE.zero), eight(BYTE.misc), false],
    ['zero for misc', eight(BYTE.misc), eight(BYTE.zero), true],
    ['invalid for misc', eight(BYTE.misc), eight(BYTE.invalid), true],
    ['a spill for invalid', eight(BYTE.invalid), eight(BYTE.spill), true],
    ['zero for a spill', eight(BYTE.spill), eight(BYTE.zero), false],
    ['a spill for zero', eight(BYTE.zero), eight(BYTE.spill), false],
    ['one misc byte for zero', eight(BYTE.zero), eight(BYTE.zero).with(5, BYTE.misc), false],
  ])('takes %s: bytes %#', (_, old, now, expected) => {
    const word = (bytes: readonly number[]) => (bytes.includes(BYTE.spill) ? ZERO_WORD : NOT_INIT_WORD);
    expect(covers(table, demands(slotted(old, word(old))), slotted(now, word(now)), [[]])).toBe(expected);
  });

  it('compares spilled words like registers, and slots that are not there as invalid ones', () => {
    const precise = new Marks();
    precise.add(0, FIRST_SLOT);
    const spilled = (word: number) => slotted(eight(BYTE.spill), word);
    expect(covers(table, demands(spilled(known(1n))), spilled(known(2n)), [[]])).toBe(true);
    expect(covers(table, demands(spilled(known(1n)), { precise }), spilled(known(2n)), [[]])).toBe(false);
    expect(covers(table, demands(spilled(stack(-8))), spilled(known(2n)), [[]])).toBe(false);
    expect(covers(table, demands(spilled(known(1n))), state(), [[]])).toBe(false);
    expect(covers(table, demands(state()), spilled(known(1n)), [[]])).toBe(true);
  });

  it('takes a dynptr or iterator for one of the same kind in the same condition, under its name', () => {
    const at = (kind: Kind, first: boolean, drained: boolean, ref: number) => {
      const made = state();
      made.allocate(0, 8);
      made.setSlot(0, 0, table.slot(RESIDENT_BYTES, table.resident(KIND_NAMES.indexOf(kind), first, drained, ref)));
      return made;
    };
    const old = demands(at('iter_num', true, false, 1), { lists: [[1]] });
    expect(covers(table, old, at('iter_num', true, false, 5), [[5]])).toBe(true);
    expect(covers(table, old, at('iter_num', true, true, 5), [[5]])).toBe(false);
    expect(covers(table, old, at('iter_num', false, false, 5), [[5]])).toBe(false);
    expect(covers(table, old, at('iter_task', true, false, 5), [[5]])).toBe(false);
    expect(covers(table, old, at('iter_num', true, false, 4), [[5]])).toBe(false);
    expect(covers(table, old, slotted(eight(BYTE.invalid), NOT_INIT_WORD), [[5]])).toBe(false);
    // Whoever has read bytes of which nothing was known may find anything there.
    const misc = demands(slotted(eight(BYTE.misc), NOT_INIT_WORD), { lists: [[1]] });
    expect(covers(table, misc, at('iter_num', true, false, 5), [[5]])).toBe(true);
    const zero = demands(slotted(eight(BYTE.zero), NOT_INIT_WORD), { lists: [[1]] });
    expect(covers(table, zero, at('iter_num', true, false, 5), [[5]])).toBe(false);
  });

  it('tells the result of an acquire from a cast that carries the same reference', () => {
    const result = table.pointer(TAG.socket | NULLABLE, 0, 0, -1, 1);
    const cast = (link: number, ref: number) => table.pointer(TAG.socket | NULLABLE, 0, 0, link, ref);
    const old = demands(state(result, cast(3, 1)), { lists: [[1]] });
    expect(covers(table, old, state(cast(-7, 7), cast(9, 7)), [[7]])).toBe(true);
    expect(covers(table, old, state(cast(9, 7), cast(9, 7)), [[7]])).toBe(false);
    expect(covers(table, old, state(cast(-7, 7), cast(-7, 7)), [[7]])).toBe(false);
  });

  it('compares frames and call sites, and of callers no R0 to R5', () => {
    const called = (callsite: number, inCaller: number) => {
      const made = state();
      made.setRegister(1, inCaller);
      made.pushFrame(1, callsite);
      return made;
    };
    const old = demands(called(5, stack(-8)), { lists: [[], []] });
    expect(covers(table, old, called(5, NOT_INIT_WORD), [[], []])).toBe(true);
    expect(covers(table, old, called(6, stack(-8)), [[], []])).toBe(false);
    expect(covers(table, old, state(), [[]])).toBe(false);
  });
});

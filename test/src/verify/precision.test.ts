/** Backtracking, rule by rule: a value that is needed behind the join is followed to where it was at the join. */
import { describe, expect, it } from 'vitest';
import { isDropped, joinText } from './joins.js';
import { verdictOf } from './programs.js';

/** Makes the value of R2 needed. */
const DECIDE = 'if r2 == 9 goto far';

/** R7 is 1 in one arm and 2 in the other. */
const isFollowed = (after: string, sub?: string) =>
  !isDropped({ left: 'r7 = 1', right: 'r7 = 2', after: `${after}; ${DECIDE}`, sub });
const spill = '*(u64 *)(r10 - 8) = r7';

describe('backtrack follows a value', () => {
  it.each([
    ['through a copy', 'r2 = r7'],
    ['through a copy of its low half', 'w2 = w7'],
    ['through a sign extension', 'r2 = (s8)r7'],
    ['through arithmetic with a constant', 'r2 = r7; r2 += 4; r2 *= 2'],
    ['through arithmetic as the second operand', 'r2 = 5; r2 += r7'],
    ['through negation and byte swap', 'r2 = r7; r2 = -r2; r2 = be16 r2'],
    ['through a spill', `${spill}; r2 = *(u64 *)(r10 - 8)`],
    ['through a narrow fill', `${spill}; r2 = *(u8 *)(r10 - 8)`],
    ['through a narrow spill', '*(u32 *)(r10 - 8) = r7; r2 = *(u32 *)(r10 - 8)'],
    [
      'through an ordered spill',
      'r3 = r10; r3 += -8; store_release((u64 *)(r3 + 0), r7); r2 = load_acquire((u64 *)(r3 + 0))',
    ],
    ['through a fetch', `${spill}; r2 = 1; r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)`],
    ['through an exchange', `${spill}; r2 = 1; r2 = xchg_64(r10 - 8, r2)`],
    ['through a compared exchange', `${spill}; r0 = 1; r2 = 1; r0 = cmpxchg_64(r10 - 8, r0, r2); r2 = r0`],
    ['through a comparison with another', 'r2 = *(u32 *)(r6 + 52); if r2 != r7 goto far'],
  ])('%s', (_, after) => {
    expect(isFollowed(after)).toBe(true);
  });

  it.each([
    ['into a callee', 'r1 = r7; call sub; r2 = 0', 'r0 = 0; if r1 == 9 goto s; r0 = 1; s:; exit'],
    [
      'into a callee of a callee',
      'r1 = r7; call sub; r2 = 0',
      'call leaf; exit; leaf:; r0 = 0; if r1 == 9 goto s; r0 = 1; s:; exit',
    ],
    ['out of a callee', 'r1 = r7; call sub; r2 = r0', 'r0 = r1; exit'],
    [
      'into memory of the caller',
      'r2 = r10; r2 += -8; r1 = r7; call sub; r2 = *(u64 *)(r10 - 8)',
      '*(u64 *)(r2 + 0) = r1; r0 = 0; exit',
    ],
    ['out of memory of the caller', `${spill}; r2 = r10; r2 += -8; call sub; r2 = r0`, 'r0 = *(u64 *)(r2 + 0); exit'],
  ])('%s', (_, after, sub) => {
    expect(isFollowed(`r2 = 0; ${after}`, sub)).toBe(true);
  });

  it('into a slot that was filled before the join', () => {
    const slots = { left: '*(u64 *)(r10 - 8) = 1', right: '*(u64 *)(r10 - 8) = 2' };
    expect(isDropped({ ...slots, after: `r2 = *(u64 *)(r10 - 8); ${DECIDE}` })).toBe(false);
    expect(isDropped({ ...slots, after: 'r2 = *(u64 *)(r10 - 8)' })).toBe(true);
  });

  it('past a checkpoint in between', () => {
    expect(isFollowed('r2 = r7; if r8 != 0 goto next; r3 = 0; next:; r3 = r2')).toBe(true);
  });

  it('to zero bytes, which keep no other trace of it', () => {
    const zero = { left: 'r7 = 0', right: 'r7 = 1' };
    expect(isDropped({ ...zero, after: '*(u8 *)(r10 - 1) = r7' })).toBe(false);
    expect(isDropped({ ...zero, after: '*(u8 *)(r10 - 8) = r7' })).toBe(true);
    expect(isDropped({ ...zero, after: 'r2 = r7; *(u8 *)(r10 - 1) = 0' })).toBe(true);
  });
});

describe('backtrack stops', () => {
  it.each([
    ['at a constant', 'r2 = r7; r2 = 4'],
    ['at a long constant', 'r2 = r7; r2 = 0x100000000 ll'],
    ['at a slot that is overwritten', `${spill}; *(u64 *)(r10 - 8) = 5; r2 = *(u64 *)(r10 - 8)`],
    ['at a load from elsewhere', `${spill}; r2 = *(u8 *)(r6 + 52); r2 &= 3`],
    ['at the result of a helper', 'r1 = r7; call bpf_get_prandom_u32; r2 = r0; r2 &= 3'],
  ])('%s', (_, after) => {
    expect(isFollowed(after)).toBe(false);
  });
});

describe('backtrack stops at a call', () => {
  it('in which R0 is made', () => {
    const after = 'r3 = r0; call bpf_get_prandom_u32; r2 = r0; r2 &= 3; if r2 == 9 goto far';
    expect(isDropped({ left: 'r0 = 1', right: 'r0 = 2', after })).toBe(true);
  });
});

describe('backtrack gives up', () => {
  it('where something is stored at an address that is needed: then all is needed', () => {
    const store = 'r8 = r10; r8 += -8; *(u64 *)(r8 + 0) = r6; r2 = r8';
    const decide = 'r2 -= r10; r2 &= 1; if r2 > 5 goto far; r3 = r7';
    expect(isDropped({ left: 'r7 = 1', right: 'r7 = 2', after: `${store}; ${decide}` })).toBe(false);
    expect(isDropped({ left: 'r7 = 1', right: 'r7 = 2', after: `r8 = r10; r2 = r8; ${decide}` })).toBe(true);
  });
});

describe('backtrack does not start', () => {
  it('at a number that takes the place of a pointer', () => {
    expect(isDropped({ left: 'r7 = 1', right: 'r7 = 2', after: 'r2 = r10; r2 = r7' })).toBe(true);
  });
});

describe('backtrack takes copies along', () => {
  it('that are copies where a checkpoint lies, whether compared or not', () => {
    const range = 'r3 = 4294967296 ll; if r8 >= r3 goto far; r2 = r7';
    const left = 'r7 = *(u32 *)(r6 + 52); r8 = r7';
    const right = 'r8 = *(u32 *)(r6 + 52); r7 = 4294967296 ll';
    expect(isDropped({ left, right, after: range })).toBe(false);
    expect(isDropped({ left, right, after: 'r2 = r7; r2 = r8' })).toBe(true);
  });

  it('that a jump compared and that are gone before the next checkpoint', () => {
    const after = 'if r7 != 1 goto on; r7 = 0; if r8 == 1 goto on; r2 = *(u64 *)(r8 + 0); on:; r2 = 0';
    const text = joinText({
      left: 'r7 = *(u32 *)(r6 + 52); r8 = r7',
      right: 'r7 = *(u32 *)(r6 + 52); r8 = *(u32 *)(r6 + 56)',
      after,
    });
    for (const pruning of ['off', 'kernel-like', 'kernel-like-every'] as const) {
      expect(verdictOf(text, pruning)).toContain("R8 invalid mem access 'scalar'");
    }
  });
});

it('backtrack that meets a needed pointer in use needs everything', () => {
  const difference = 'r3 = r10; r3 += -8; *(u64 *)(r3 + 0) = 0; r3 -= r6; r3 &= 7; if r3 > 7 goto far; r2 = r7';
  expect(isDropped({ left: 'r7 = 1', right: 'r7 = 2', after: difference })).toBe(false);
  expect(isDropped({ left: 'r7 = 1', right: 'r7 = 2', after: difference.replace('*(u64 *)(r3 + 0) = 0; ', '') })).toBe(
    true,
  );
});

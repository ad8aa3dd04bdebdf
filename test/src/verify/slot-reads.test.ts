/** What calls read through pointers to the stack: a slot that is read is compared, one that is not may hold anything. */
import { describe, expect, it } from 'vitest';
import { isDropped } from './joins.js';

/** fp-8 and fp-16 hold a pointer in one arm and numbers in the other. */
const arms = {
  left: '*(u64 *)(r10 - 8) = r10; *(u64 *)(r10 - 16) = r10',
  right: '*(u64 *)(r10 - 8) = 5; *(u64 *)(r10 - 16) = 5',
};
const LOOKUP = 'r4 = 0; r5 = 0; call bpf_sk_lookup_tcp';

describe('eachSlotRead visits memory', () => {
  it.each([
    ['all of what a helper is given', 'r1 = r6; r2 = r10; r2 += -16; r3 = 16', true],
    ['a slot behind the first', 'r1 = r6; r2 = r10; r2 += -24; r3 = 16', true],
    ['a slot of which it is given a part', 'r1 = r6; r2 = r10; r2 += -12; r3 = 4', true],
    ['nothing beside it', 'r1 = r6; r2 = r10; r2 += -24; r3 = 8', false],
  ])('%s', (_, set, read) => {
    expect(isDropped({ before: '*(u64 *)(r10 - 24) = 0', ...arms, after: `${set}; ${LOOKUP}` })).toBe(!read);
  });
});

describe('eachSlotRead visits dynptrs and iterators', () => {
  const it8 = 'r1 = r10; r1 += -8';
  const fresh = (start: number) => `${it8}; r2 = ${start}; r3 = 9; call bpf_iter_num_new`;
  const other = 'r1 = r10; r1 += -32; r2 = 0; r3 = 0; call bpf_iter_task_new';

  it('that are used, and only those', () => {
    // One arm has an iterator over numbers at fp-8, the other one over tasks at fp-32: one reference each.
    const one = { left: `*(u64 *)(r10 - 32) = 0; ${fresh(0)}`, right: `*(u64 *)(r10 - 8) = 0; ${other}` };
    expect(isDropped({ ...one, after: 'r2 = 0' })).toBe(true);
    expect(isDropped({ left: fresh(0), right: fresh(3), after: `${it8}; call bpf_iter_num_destroy` })).toBe(true);
  });

  it.each([
    [
      'an iterator',
      (fp: number) => `r1 = r10; r1 += -${fp}; r2 = 0; r3 = 9; call bpf_iter_num_new`,
      'call bpf_iter_num_destroy',
    ],
    [
      'a dynptr',
      (fp: number) => `r1 = map[rb] ll; r2 = 8; r3 = 0; r4 = r10; r4 += -${fp}; call bpf_ringbuf_reserve_dynptr`,
      'r2 = 0; call bpf_ringbuf_submit_dynptr',
    ],
  ])('%s by the place of its reference', (_, make, use) => {
    // Both arms make two, in another order: which of them lies at fp-16 can be told from its reference only.
    const both = { left: `${make(16)}; ${make(32)}`, right: `${make(32)}; ${make(16)}` };
    expect(isDropped({ ...both, after: `r1 = r10; r1 += -16; ${use}` })).toBe(false);
    expect(isDropped({ ...both, after: 'r1 = 0' })).toBe(true);
  });

  it('that are made anew, as written', () => {
    expect(isDropped({ ...arms, after: fresh(0) })).toBe(true);
    expect(isDropped({ ...arms, after: `r2 = *(u64 *)(r10 - 8); ${fresh(0)}` })).toBe(false);
    expect(
      isDropped({ ...arms, after: `${fresh(0)}; ${it8}; call bpf_iter_num_destroy; r2 = *(u64 *)(r10 - 8)` }),
    ).toBe(true);
  });

  it('of several slots, all of them', () => {
    const reserve = 'r1 = map[rb] ll; r2 = 8; r3 = 0; r4 = r10; r4 += -16; call bpf_ringbuf_reserve_dynptr';
    const spilled = { ...arms, after: `${reserve}; r1 = r10; r1 += -16; r2 = 0; call bpf_ringbuf_discard_dynptr` };
    expect(isDropped(spilled)).toBe(true);
  });
});

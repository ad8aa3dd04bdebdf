/** Read marks, who inherits them, when a checkpoint is made, and what a throw does not read. */
import { describe, expect, it } from 'vitest';
import type { Pruning } from '../../../src/verify/analysis.js';
import { isDropped, joinText } from './joins.js';
import { verdictOf, walkText } from './programs.js';

/** R7 is a pointer in one arm and a scalar in the other. */
const arms = { left: 'r7 = r10', right: 'r7 = 1' };
const isRead = (after: string) => !isDropped({ ...arms, after });

describe('Checkpoints mark as read', () => {
  it.each([
    ['what is copied', 'r2 = r7', true],
    ['what is spilled', '*(u64 *)(r10 - 8) = r7', true],
    ['what is compared', 'if r7 == r8 goto far', true],
    ['what is passed to a helper', 'r1 = r7; call bpf_get_prandom_u32', true],
    ['what is negated', 'r7 = -r7', true],
    ['not what is never touched', 'r2 = r8', false],
    ['not what is overwritten first', 'r7 = r8; r2 = r7', false],
    ['what a checkpoint further on has read', 'if r8 != 0 goto on; r2 = 0; on:; r2 = r7', true],
    ['not what is overwritten before that checkpoint', 'r7 = 0; if r8 != 0 goto on; r2 = 0; on:; r2 = r7', false],
  ])('%s', (_, after, expected) => {
    expect(isRead(after)).toBe(expected);
  });

  it.each([
    ['a slot that is loaded', 'r2 = *(u64 *)(r10 - 8)', true],
    ['not a slot that is only overwritten', '*(u64 *)(r10 - 8) = r8; r2 = *(u64 *)(r10 - 8)', false],
    ['a slot that was overwritten in part only', '*(u32 *)(r10 - 8) = 1; r2 = *(u64 *)(r10 - 8)', true],
    ['not a slot that a throw collects', 'r2 = 0', false],
  ])('%s', (_, after, expected) => {
    expect(isDropped({ left: '*(u64 *)(r10 - 8) = r10', right: '*(u64 *)(r10 - 8) = 5', after })).toBe(!expected);
  });

  it('an address that is loaded from', () => {
    const before = '*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0';
    const addresses = { before, left: 'r7 = r10; r7 += -8', right: 'r7 = r10; r7 += -16' };
    expect(isDropped({ ...addresses, after: 'r2 = *(u64 *)(r7 + 0)' })).toBe(false);
  });

  it('a slot of the caller that a callee loads', () => {
    const after = 'r2 = r10; r2 += -8; call sub';
    const slots = { left: '*(u64 *)(r10 - 8) = r10', right: '*(u64 *)(r10 - 8) = 5', after };
    expect(isDropped({ ...slots, sub: 'r0 = *(u64 *)(r2 + 0); r0 = 0; exit' })).toBe(false);
    expect(isDropped({ ...slots, sub: 'r0 = 0; exit' })).toBe(true);
  });

  it('an argument that a callee reads, and not one that it does not', () => {
    const passed = { left: 'r1 = r10', right: 'r1 = 5', after: 'call sub' };
    expect(isDropped({ ...passed, sub: 'r0 = 0; r2 = r1; exit' })).toBe(false);
    expect(isDropped({ ...passed, sub: 'call leaf; exit; leaf:; r0 = 0; r2 = r1; exit' })).toBe(false);
    // Not `r1 = r1`, which is a read: a throw follows at once.
    expect(isDropped({ left: 'r7 = r10', right: 'r7 = 5', after: 'call sub', sub: 'r0 = 0; exit' })).toBe(true);
  });

  it('a result that the caller reads after a join in the callee', () => {
    const text = (use: string) => `main:
    r7 = 0
    call sub
    ${use}
    r1 = 7
    call bpf_throw
    exit
sub:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto other
    r0 = r6
    goto join
other:
    r0 = 5
join:
    exit
`;
    expect(walkText(text('r2 = r0'), 'kernel-like-every').throws.length).toBe(2);
    expect(walkText(text('r0 = r7'), 'kernel-like-every').throws.length).toBe(1);
    const equal = text('r0 = r7').replace('r0 = r6', 'r0 = 5');
    const walked = [text('r0 = r7'), equal].map((each) => walkText(each, 'kernel-like-every').walked);
    expect(walked[0]).toBe(walked[1]);
  });

  it('R6 to R9 of a caller that reads them when the callee has returned', () => {
    const text = (use: string) => `main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    r7 = r10
    if r1 == 0 goto ask
    r7 = 1
ask:
    call sub
    ${use}
    r1 = 7
    call bpf_throw
    exit
sub:
    r6 = 0
    if r6 == 0 goto out
    r6 = 1
out:
    r0 = 0
    exit
`;
    expect(walkText(text('r2 = r7'), 'kernel-like-every').throws.length).toBe(2);
    expect(walkText(text('r2 = 0'), 'kernel-like-every').throws.length).toBe(1);
  });
});

describe('Checkpoints let a dropped path inherit', () => {
  /** The first path makes the checkpoint `late`, the second is dropped there and has made `early`, the third arrives at `early`. */
  const text = (second: string, third: string, use: string) => `main:
    r6 = r1
    r7 = 1
    r8 = 0
    r1 = *(u32 *)(r6 + 48)
    if r1 == 1 goto second
    goto late
second:
    r7 = ${second}
    r1 = *(u32 *)(r6 + 52)
    if r1 == 2 goto third
early:
    r8 = 0
    goto late
third:
    r7 = ${third}
    if r8 == 1 goto far
    goto early
late:
    ${use}
    r1 = 7
    call bpf_throw
    exit
far:
    r0 = 0
    exit
`;

  it('what was read', () => {
    expect(walkText(text('2', 'r10', 'r2 = r7'), 'kernel-like-every').throws.length).toBe(2);
    expect(walkText(text('2', 'r10', 'r2 = r8'), 'kernel-like-every').throws.length).toBe(1);
  });

  it('what was needed', () => {
    const decide = 'if r7 == 9 goto far';
    expect(walkText(text('1', '2', decide), 'kernel-like-every').throws.length).toBe(2);
    expect(walkText(text('1', '2', 'r2 = r7'), 'kernel-like-every').throws.length).toBe(1);
  });
});

describe('Checkpoints do not read at a throw', () => {
  const holding = {
    left: 'r1 = 1; call bpf_task_from_pid; r7 = r0',
    right: 'r1 = 1; call bpf_cgroup_from_id; r7 = r0',
    after: 'r2 = 0',
  };

  it('which resource a register holds', () => {
    expect(isDropped(holding)).toBe(true);
    const throws = (pruning: Pruning) => walkText(joinText(holding), pruning).throws.length;
    expect([throws('exact'), throws('kernel-like-every')]).toEqual([2, 1]);
  });

  it('but count the references of every frame', () => {
    expect(isDropped({ ...holding, right: 'r7 = 0' })).toBe(false);
  });

  it('copies of what is released or tested', () => {
    const before = 'r1 = 1; call bpf_task_from_pid; r7 = r0';
    const after = 'if r7 == 0 goto far; r1 = r7; call bpf_task_release';
    expect(isDropped({ before, left: 'r8 = r7', right: 'r8 = 5', after })).toBe(true);
    expect(isDropped({ before, left: 'r8 = r7', right: 'r8 = 5', after: `${after}; r2 = r8` })).toBe(false);
  });
});

describe('Checkpoints are made', () => {
  const text = (filler: string) =>
    `main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
${filler}    if r1 == 0 goto other
    r7 = r10
    goto join
other:
    r7 = 1
join:
    r1 = 7
    call bpf_throw
    exit
`;

  it('after 8 instructions', () => {
    // The instruction at which it is made counts.
    expect(walkText(text('    r8 = 0\n'), 'kernel-like').throws.length).toBe(2);
    expect(walkText(text('    r8 = 0\n    r9 = 0\n'), 'kernel-like').throws.length).toBe(1);
    expect(walkText(text(''), 'kernel-like-every').throws.length).toBe(1);
  });

  it('at a may_goto however soon', () => {
    const soon = text('    r8 = 0\n').replace('join:\n', 'join:\n    may_goto on\n    r0 = 0\non:\n');
    expect(walkText(soon, 'kernel-like').throws.length).toBe(2);
  });

  it('after 2 jumps', () => {
    const long = '    r8 = 0\n'.repeat(9);
    expect(walkText(text(long), 'kernel-like').throws.length).toBe(1);
    // One conditional jump, none that is not.
    const one = text(long)
      .replace('    goto join\nother:\n    r7 = 1\njoin', 'other')
      .replace('    r7 = r10\n', '    r7 = r10\n');
    expect(walkText(one, 'kernel-like').throws.length).toBe(2);
    expect(walkText(one, 'kernel-like-every').throws.length).toBe(1);
  });
});

describe('Checkpoints in loops', () => {
  it('of unknown length are not used before they are finished', () => {
    const text = `main:
    r8 = r10
    r8 += -8
loop:
    call bpf_get_prandom_u32
    if r0 == 0 goto out
    r8 = 5
    goto loop
out:
    r2 = *(u64 *)(r8 + 0)
    r0 = 0
    exit
`;
    for (const pruning of ['off', 'kernel-like-every'] as const) {
      expect(verdictOf(text, pruning)).toContain('infinite loop detected');
    }
  });

  it('that may_goto bounds have to do with what the first round does behind the loop', () => {
    const text = `main:
    r6 = r1
    r7 = r10
    r7 += -8
head:
    may_goto out
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto other
    goto join
other:
    r7 = 5
join:
    r0 = 0
    goto head
out:
    r2 = *(u64 *)(r7 + 0)
    r0 = 0
    exit
`;
    for (const pruning of ['off', 'exact', 'kernel-like', 'kernel-like-every'] as const) {
      expect(verdictOf(text, pruning), pruning).toContain("R7 invalid mem access 'scalar'");
    }
  });

  it('that may_goto bounds need what decides behind the loop', () => {
    const text = `main:
    r6 = r1
    r7 = 1
head:
    may_goto out
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto other
    goto join
other:
    r7 = 5
join:
    r0 = 0
    goto head
out:
    if r7 == 5 goto bad
    r0 = 0
    exit
bad:
    r2 = *(u64 *)(r7 + 0)
    r0 = 0
    exit
`;
    for (const pruning of ['off', 'kernel-like', 'kernel-like-every'] as const) {
      expect(verdictOf(text, pruning), pruning).toContain("R7 invalid mem access 'scalar'");
    }
  });

  it('that may_goto bounds end', () => {
    const text =
      'main:\n    r7 = 0\nhead:\n    may_goto out\n    call bpf_get_prandom_u32\n    r7 = r0\n    goto head\nout:\n    r0 = 0\n    exit';
    for (const pruning of ['kernel-like', 'kernel-like-every'] as const) {
      expect(verdictOf(text, pruning)).toBe('accepted');
    }
  });

  it('with a counter are counted to the end', () => {
    const text =
      'main:\n    r7 = 0\nloop:\n    r7 += 1\n    if r7 < 20 goto loop\n    r1 = 7\n    call bpf_throw\n    exit';
    expect(walkText(text, 'kernel-like-every').walked).toBe(walkText(text, 'off').walked);
  });
});

it('Checkpoints take a pointer where bytes of which nothing was known have been read, as the kernel does', () => {
  const text = joinText({
    left: '*(u64 *)(r10 - 8) = r8; *(u8 *)(r10 - 7) = 1',
    right: '*(u64 *)(r10 - 8) = r10',
    after: 'r2 = *(u32 *)(r10 - 8)',
  });
  expect(verdictOf(text, 'off')).toContain('invalid size of register fill');
  expect(verdictOf(text, 'kernel-like-every')).toBe('accepted');
});

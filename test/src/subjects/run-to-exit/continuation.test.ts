/** Which programs can run on after a stop. */
import { describe, expect, test } from 'vitest';
import type { StopAt } from '../../../../src/contract/prepared.js';
import { continuationOf } from '../../../../src/subjects/run-to-exit/continuation.js';
import { analyse } from '../../../../src/verify/walk.js';
import { programOf } from '../states.js';

function continued(text: string, stopAt: StopAt = 'throw') {
  const program = programOf(text);
  const analysis = analyse(program, { pruning: 'exact' });
  expect(analysis.refusal).toBeUndefined();
  return continuationOf({ program, analysis, stopAt });
}

/** A task is held in r6; `end` follows the throw in `guard`. */
const held = (after: string, guard: string) => `
main:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    if r6 == 0 goto done
    call guard
${after}
done:
    r0 = 0
    exit
guard:
    call bpf_get_prandom_u32
    if r0 != 1 goto fine
    r1 = 7
    call bpf_throw
${guard}
fine:
    r0 = 0
    exit
`;
const RELEASE = '    r1 = r6\n    call bpf_task_release';

describe('continuationOf', () => {
  test('continuationOf goes on at throws that find something held', () => {
    const made = continued(held(RELEASE, ''));
    if (!made.ok) throw new Error(made.refusal.message);
    expect([...made.continuation.pcs]).toEqual([12]);
  });

  test('continuationOf needs no clone where nothing is ever held', () => {
    const made = continued('main:\n    r1 = 7\n    call bpf_throw\n    r1 = 0\n    call bpf_task_release\n    exit');
    expect(made).toMatchObject({ ok: true, continuation: { clone: undefined } });
  });

  test.each([
    [
      'what a throw leaves behind is not released',
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    r1 = 7\n    call bpf_throw\n    r0 = 0\n    exit',
      5,
      'unreleased-reference: Unreleased reference id=1 alloc_insn=1; BPF_EXIT instruction in main',
    ],
    [
      'a register is read that the throw has lost',
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    r6 = r0\n    r1 = 7\n    call bpf_throw\n    r2 = r1\n    if r6 == 0 goto done\n    r1 = r6\n    call bpf_task_release\ndone:\n    r0 = 0\n    exit',
      5,
      'uninitialised-register',
    ],
    [
      'it asks again and again for what it never gets',
      held(
        RELEASE,
        '    r7 = 1\nagain:\n    r1 = 1\n    call bpf_task_from_pid\n    if r0 == 0 goto again\n    r1 = r0\n    call bpf_task_release',
      ),
      14,
      'infinite-loop',
    ],
    [
      'more stack is used than there is',
      held(RELEASE, '    *(u64 *)(r10 - 504) = 0').replace('    r6 = r0', '    r6 = r0\n    *(u64 *)(r10 - 16) = 0'),
      5,
      'stack-limit',
    ],
  ])('continuationOf refuses where %s', (_, text, pc, words) => {
    const made = continued(text);
    if (made.ok) throw new Error('accepted');
    expect(made.refusal.code).toBe('no-continuation');
    expect(made.refusal.message).toContain(words);
    expect(made.refusal.message).not.toContain('\n');
    expect(made.refusal.pc).toBe(pc);
  });

  test('continuationOf counts the stack that only the clone uses', () => {
    const made = continued(held(RELEASE, '    *(u64 *)(r10 - 48) = 0'));
    expect(made).toMatchObject({ ok: true, continuation: { stackDepth: [0, 48] } });
  });

  test('continuationOf asks more where a program may be stopped anywhere', () => {
    const made = continued(held(RELEASE, ''), 'anywhere');
    if (!made.ok) throw new Error(made.refusal.message);
    expect(Math.min(...made.continuation.pcs)).toBe(2);
    // The release is behind a throw that does not come in the clone, but for a stop in front of it.
    const once =
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    if r0 == 0 goto done\n    r6 = r0\n    call bpf_get_prandom_u32\n    if r0 == 1 goto done2\n    r1 = r6\n    call bpf_task_release\ndone:\n    r0 = 0\n    exit\ndone2:\n    r1 = r6\n    call bpf_task_release\n    r1 = 2\n    call bpf_throw\n    r1 = r6\n    call bpf_task_release\n    exit';
    expect(continued(once).ok).toBe(true);
    expect(continued(once, 'anywhere').ok).toBe(false);
  });
});

/** The reply read literally: what is spilled, and what follows. */
import { describe, expect, test } from 'vitest';
import { spillConflicts, storeSpills } from '../../../../src/subjects/forced-spill/literal.js';
import { describeDescriptors } from '../../../../src/subjects/frame-descriptors/descriptor.js';
import { DYNPTR_OR_TASK, insertedIn, RELEASED_BEFORE, RETURNED, TASK_OR_RECORD, walked } from './programs.js';

/** pcs that are spilled, and the descriptors, or the refusal. */
function spilled(text: string) {
  const { program, analysis } = walked(text);
  const { layout, collected } = spillConflicts(program, analysis);
  const pcs = layout.slots.map(({ pc }) => pc);
  if (!collected.ok) return { pcs, refusal: collected.refusal };
  return { pcs, known: describeDescriptors(program, collected.descriptors) };
}

describe('spillConflicts', () => {
  test('spillConflicts spills the resource at hand, then the one that conflicts with its erased register', () => {
    const { pcs, known } = spilled(TASK_OR_RECORD);
    expect(pcs).toEqual([3, 9]);
    expect(known?.[0]).toContain('fp-8=task? fp-16=ring?');
    expect(known?.[0]).toContain('r6=uninitialised');
  });

  test('spillConflicts leaves the entry of the other path in a slot', () => {
    const { pcs, known } = spilled(DYNPTR_OR_TASK);
    expect(pcs).toEqual([11]);
    expect(known?.[0]).toContain('fp-16=dynptr');
    expect(known?.[0]).toContain('fp-24=task?');
  });

  test('spillConflicts does not record what has been returned', () => {
    const { pcs, known } = spilled(RETURNED);
    expect(pcs).toEqual([8, 15]);
    expect(known?.[0]).not.toContain('task');
  });

  test('spillConflicts leaves a merge failed that has nothing to be stored in 8 bytes', () => {
    const { pcs, refusal } = spilled(DYNPTR_OR_TASK.replace('call bpf_task_from_pid', 'r0 = 5'));
    expect(pcs).toEqual([]);
    expect(refusal?.code).toBeUndefined();
    const numbers = DYNPTR_OR_TASK.replace(
      'r1 = 1\n    call bpf_task_from_pid\n    *(u64 *)(r10 - 16) = r0',
      'r1 = r10\n    r1 += -16\n    r2 = 0\n    r3 = 4\n    call bpf_iter_num_new',
    );
    expect(spilled(numbers)).toMatchObject({ pcs: [], refusal: { code: 'merge-failure' } });
  });

  test('spillConflicts leaves alone what merges, and gives up where there is no room', () => {
    expect(spilled(TASK_OR_RECORD.replace('call bpf_ringbuf_reserve', 'r0 = 0')).pcs).toEqual([]);
    const full = TASK_OR_RECORD.replace('main:', 'main:\n    *(u64 *)(r10 - 512) = 0');
    expect(spilled(full)).toMatchObject({ refusal: { code: 'stack-limit' } });
  });
});

describe('storeSpills', () => {
  test('storeSpills zeroes and stores, and clears nothing', () => {
    const { program, analysis } = walked(RELEASED_BEFORE);
    const { layout } = spillConflicts(program, analysis);
    const stored = storeSpills(program, analysis, layout);
    if (!stored.ok) throw new Error(stored.refusal.message);
    expect(insertedIn(stored)).toEqual([
      '-1: *(u64 *)(r10 - 8) = 0',
      '-1: *(u64 *)(r10 - 16) = 0',
      '3: *(u64 *)(r10 - 8) = r0',
      '15: *(u64 *)(r10 - 16) = r0',
    ]);
  });
});

/** Tests of what instructions read and write. */
import { describe, expect, it } from 'vitest';
import { accessAt, callableAt } from '../../../src/shrink/access.js';
import { programOf } from './text.js';

const of = (line: string, pc = 0) =>
  accessAt(line === 'exit' ? programOf('main:', line) : programOf('main:', line, 'exit'), pc);

describe('accessAt', () => {
  it.each([
    ['r1 = r2', [2], [1]],
    ['r1 += r2', [1, 2], [1]],
    ['r1 += 3', [1], [1]],
    ['r1 = 3', [], [1]],
    ['w1 = (s8)w2', [2], [1]],
    ['r1 = -r1', [1], [1]],
    ['r3 = be16 r3', [3], [3]],
    ['r1 = 0x1122334455667788 ll', [], [1]],
    ['r1 = *(u64 *)(r2 + 8)', [2], [1]],
    ['*(u64 *)(r2 + 8) = r3', [2, 3], []],
    ['*(u64 *)(r2 + 8) = 3', [2], []],
    ['lock *(u64 *)(r1 + 0) += r2', [1, 2], []],
    ['r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)', [1, 2], [2]],
    ['r2 = xchg_64(r1 + 0, r2)', [1, 2], [2]],
    ['r0 = cmpxchg_64(r1 + 0, r0, r2)', [0, 1, 2], [0]],
    ['r0 = load_acquire((u64 *)(r1 + 0))', [1], [0]],
    ['store_release((u64 *)(r1 + 0), r2)', [1, 2], []],
    ['call bpf_throw', [1], [0, 1, 2, 3, 4, 5]],
    ['call bpf_obj_new_impl', [1], [0, 1, 2, 3, 4, 5]],
    ['exit', [0], []],
  ])('accessAt of %s', (line, reads, writes) => {
    expect(of(line)).toMatchObject({ reads, writes });
  });

  it('accessAt names stack slots with R10 as base', () => {
    expect(of('*(u64 *)(r10 - 8) = r1').slot).toEqual({ offset: -8, does: 'write' });
    expect(of('r1 = *(u32 *)(r10 - 4)').slot).toEqual({ offset: -4, does: 'read' });
    expect(of('lock *(u64 *)(r10 - 16) += r2').slot).toEqual({ offset: -16, does: 'both' });
    expect(of('r1 = *(u64 *)(r2 - 8)').slot).toBeUndefined();
  });

  it('accessAt of a second slot is nothing', () => {
    expect(of('r1 = 0x1122334455667788 ll', 1)).toEqual({ reads: [], writes: [] });
  });
});

describe('callableAt', () => {
  it('callableAt knows helpers and kfuncs', () => {
    const program = programOf('main:', 'call bpf_task_from_pid', 'call bpf_ringbuf_reserve', 'exit');
    expect(callableAt(program, 0)?.acquires).toBe(true);
    expect(callableAt(program, 1)?.call.as).toBe('helper');
    expect(callableAt(program, 2)).toBeUndefined();
  });
});

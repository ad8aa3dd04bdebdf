import { describe, expect, it } from 'vitest';
import { CURRENT_TASK } from '../../../oracles/machine/callables.js';
import { ran } from './harness.js';

describe('runCallable', () => {
  it('draws from the world at the width of the helper', () => {
    const text =
      'main:\n    call bpf_get_prandom_u32\n    r6 = r0\n    call bpf_ktime_get_ns\n    r0 += r6\n    exit\n';
    expect(ran(text, { draw: [0x1_0000_0005n, 1n << 40n] }).outcome).toEqual({ how: 'exit', value: (1n << 40n) + 5n });
    expect(ran(text).outcome).toEqual({ how: 'exit', value: 0n });
  });

  it('throws with r1 and leaves the frames standing', () => {
    const machine = ran('main:\n    r1 = -1\n    call bpf_throw\n    r0 = 0\n    exit\n');
    expect(machine.outcome).toEqual({ how: 'throw', value: 0xffff_ffff_ffff_ffffn });
    expect([machine.pc, machine.depth, machine.executed]).toEqual([1, 1, 2]);
  });

  it('gives the current task always the same address; acquiring it adds references', () => {
    const machine = ran(`main:
    call bpf_get_current_task_btf
    r6 = r0
    r1 = r0
    call bpf_task_acquire
    r7 = r0
    r1 = r6
    call bpf_task_acquire
    r1 = r0
    call bpf_task_release
    r0 = 0
    exit
`);
    expect(machine.classify(machine.register(6))).toEqual({ is: 'object', object: CURRENT_TASK, off: 0 });
    expect(machine.register(7)).toBe(machine.register(6));
    expect(machine.ledger.names()).toEqual(['task#1']);
  });

  it('reserves NULL without an attempt for flags or a size that no record can have', () => {
    const reserve = (size: number, flags: number) =>
      `main:\n    r1 = map[events] ll\n    r2 = ${size}\n    r3 = ${flags}\n    call bpf_ringbuf_reserve\n    r6 = r0\n    r1 = 1\n    call bpf_task_from_pid\n    r0 = r6\n    exit\n`;
    expect(ran(reserve(8, 1)).ledger.names()).toEqual(['task#1']);
    expect(ran(reserve(4097, 0)).ledger.names()).toEqual(['task#1']);
    expect(ran(reserve(8, 1), { fail: [1] }).ledger.names()).toEqual([]);
    expect(ran(reserve(8, 0), { fail: [1] }).ledger.names()).toEqual(['task#1']);
    expect(ran(reserve(8, 0)).ledger.names()).toEqual(['ring#1', 'task#2']);
  });

  it('makes zeroed objects and poisoned records', () => {
    const object = ran(
      'main:\n    r1 = type[node] ll\n    call bpf_obj_new_impl\n    r0 = *(u64 *)(r0 + 8)\n    exit\n',
    );
    expect(object.outcome).toEqual({ how: 'exit', value: 0n });
    const ring = ran(
      'main:\n    r1 = map[events] ll\n    r2 = 8\n    r3 = 0\n    call bpf_ringbuf_reserve\n    r0 = *(u64 *)(r0 + 0)\n    exit\n',
    );
    expect(ring.classify(ring.register(0))).toEqual({ is: 'poison' });
  });

  it('faults when a released resource is used or released', () => {
    const afterDrop = (what: string) =>
      `main:\n    r1 = type[node] ll\n    call bpf_obj_new_impl\n    r6 = r0\n    r1 = r0\n    call bpf_obj_drop_impl\n    r1 = r6\n${what}    exit\n`;
    expect(ran(afterDrop('    r0 = *(u64 *)(r6 + 0)\n')).outcome).toMatchObject({ code: 'use-after-release', pc: 7 });
    expect(ran(afterDrop('    call bpf_obj_drop_impl\n')).outcome).toMatchObject({ code: 'bad-release' });
    const task =
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    r6 = r0\n    r1 = r0\n    call bpf_task_release\n    r1 = r6\n';
    expect(ran(`${task}    call bpf_task_acquire\n    exit\n`).outcome).toMatchObject({ code: 'use-after-release' });
  });

  it('faults on arguments of the wrong kind', () => {
    const wrong = (call: string) =>
      ran(`main:\n    call bpf_get_current_task_btf\n    r1 = r0\n    call ${call}\n    r0 = 0\n    exit\n`).outcome;
    expect(wrong('bpf_cgroup_acquire')).toMatchObject({ code: 'bad-argument' });
    expect(wrong('bpf_cgroup_ancestor')).toMatchObject({ code: 'bad-argument' });
    expect(wrong('bpf_obj_new_impl')).toMatchObject({ code: 'bad-argument' });
    expect(wrong('bpf_ringbuf_reserve')).toMatchObject({ code: 'bad-argument' });
    expect(wrong('bpf_task_release')).toMatchObject({ code: 'bad-release' });
  });

  it('traces callable, arguments and result', () => {
    const hash = (pid: number, fail: readonly number[] = []) =>
      ran(`main:\n    r1 = ${pid}\n    call bpf_task_from_pid\n    r0 = 0\n    exit\n`, { fail }).traceHash;
    expect(hash(1)).toBe(hash(1));
    expect(new Set([hash(1), hash(2), hash(1, [1])]).size).toBe(3);
  });
});

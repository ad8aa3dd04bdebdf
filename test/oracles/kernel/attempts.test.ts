import { describe, expect, it } from 'vitest';
import { attemptsOf } from '../../../oracles/kernel/attempts.js';
import { openLoader, type RunningKernel } from '../../../src/bridge/kernel/load.js';

const running = await openLoader();

/** A kernel in which every program leaves the same in R0; counts what it is asked. */
function kernelWith(retval: number | undefined): { readonly kernel: RunningKernel; readonly asked: () => number } {
  let asked = 0;
  const kernel: RunningKernel = {
    translate: () => ({ ok: false, reason: 'unknown-kfunc', detail: '' }),
    load: () => ({ verdict: 'accepted' }),
    run: () => {
      asked++;
      return retval === undefined ? undefined : [{ ok: true, retval, cb: [] }];
    },
    count: () => ({ programs: 0, maps: 0, btf: 0 }),
    close: () => {},
  };
  return { kernel, asked: () => asked };
}

describe('attemptsOf', () => {
  it('attemptsOf asks once for each callable and number', () => {
    const { kernel, asked } = kernelWith(1);
    const attempts = attemptsOf(kernel);
    expect(attempts.succeeds('bpf_task_from_pid', () => 7n)).toBe(true);
    expect(attempts.succeeds('bpf_task_from_pid', () => 7n)).toBe(true);
    expect(asked()).toBe(1);
    attempts.succeeds('bpf_task_from_pid', () => 8n);
    attempts.succeeds('bpf_obj_new_impl', () => 7n);
    attempts.succeeds('bpf_obj_new_impl', () => 8n);
    expect(asked()).toBe(3);
  });

  it('attemptsOf: R0 says what came of it; what does not load, or depends on more, is not known', () => {
    expect(attemptsOf(kernelWith(0).kernel).succeeds('bpf_sk_lookup_tcp', () => 0n)).toBe(false);
    expect(attemptsOf(kernelWith(undefined).kernel).succeeds('bpf_sk_lookup_tcp', () => 0n)).toBeUndefined();
    expect(attemptsOf(kernelWith(1).kernel).succeeds('bpf_cgroup_ancestor', () => 0n)).toBeUndefined();
  });

  it.skipIf(!running.ok)('attemptsOf: the running kernel has a cgroup 1 and room for objects', () => {
    if (!running.ok) return;
    const attempts = attemptsOf(running.value);
    expect(attempts.succeeds('bpf_obj_new_impl', () => 0n)).toBe(true);
    expect(attempts.succeeds('bpf_ringbuf_reserve', () => 0n)).toBe(true);
    expect(attempts.succeeds('bpf_cgroup_from_id', () => 0xffff_ffffn)).toBe(false);
    expect(typeof attempts.succeeds('bpf_task_from_pid', () => 1n)).toBe('boolean');
  });
});

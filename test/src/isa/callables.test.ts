import { describe, expect, it } from 'vitest';
import {
  CALLABLE_NAMES,
  CALLABLES,
  type CallableRow,
  callableByName,
  helperById,
  INTRINSIC_BASE,
  isIntrinsic,
  kfuncById,
  stackResource,
} from '../../../src/isa/callables.js';

describe('CALLABLES', () => {
  it('are found by id, name and alias, and no two share one', () => {
    for (const name of CALLABLE_NAMES) {
      const { call, aliases } = CALLABLES[name];
      expect(call.as === 'helper' ? helperById(call.id) : kfuncById(call.id)).toBe(name);
      for (const known of [name, ...(aliases ?? [])]) expect(callableByName(known)).toBe(name);
    }
    expect(callableByName('bpf_nothing')).toBeUndefined();
  });

  it('have the helper numbers of the kernel', () => {
    const numbers = {
      bpf_ktime_get_ns: 5,
      bpf_get_prandom_u32: 7,
      bpf_ringbuf_reserve: 131,
      bpf_get_current_task_btf: 158,
      bpf_sk_lookup_tcp: 84,
      bpf_sk_release: 86,
      bpf_sk_fullsock: 95,
      bpf_tcp_sock: 96,
      bpf_skc_lookup_tcp: 99,
      bpf_skc_to_tcp_sock: 137,
      bpf_ringbuf_reserve_dynptr: 198,
      bpf_ringbuf_submit_dynptr: 199,
      bpf_ringbuf_discard_dynptr: 200,
      bpf_dynptr_data: 203,
    };
    for (const [name, id] of Object.entries(numbers)) expect(helperById(id)).toBe(name);
  });

  it('release one of their own arguments, an owned object', () => {
    for (const name of CALLABLE_NAMES) {
      const { args, releases } = CALLABLES[name];
      const arg = releases === undefined ? undefined : args[releases];
      if (arg === undefined) continue;
      expect('owned' in arg ? arg.owned : arg.is === 'dynptr' || arg.is === 'iterator').toBe(true);
    }
  });

  it('acquire what they return, or what they make on the stack', () => {
    for (const name of CALLABLE_NAMES) {
      const row: CallableRow = CALLABLES[name];
      if (!row.acquires) continue;
      const made = row.returns.is === 'scalar' ? stackResource(row) : undefined;
      expect(made !== undefined || row.returns.is === 'object' || row.returns.is === 'socket').toBe(true);
    }
  });

  it('stackResource names the kind and the argument of what lives on the stack', () => {
    expect(stackResource(CALLABLES.bpf_ringbuf_reserve_dynptr)).toEqual({ kind: 'dynptr', arg: 3 });
    expect(stackResource(CALLABLES.bpf_iter_task_new)).toEqual({ kind: 'iter_task', arg: 0 });
    expect(stackResource(CALLABLES.bpf_iter_num_destroy)).toEqual({ kind: 'iter_num', arg: 0 });
    expect(stackResource(CALLABLES.bpf_task_from_pid)).toBeUndefined();
  });
});

describe('isIntrinsic', () => {
  it('begins at its base', () => {
    expect([isIntrinsic(INTRINSIC_BASE - 1), isIntrinsic(INTRINSIC_BASE), isIntrinsic(7)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

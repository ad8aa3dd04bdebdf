import { describe, expect, it } from 'vitest';
import {
  CALLABLE_NAMES,
  CALLABLES,
  callableByName,
  helperById,
  INTRINSIC_BASE,
  isIntrinsic,
  kfuncById,
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
    };
    for (const [name, id] of Object.entries(numbers)) expect(helperById(id)).toBe(name);
  });

  it('release one of their own arguments, an owned object', () => {
    for (const name of CALLABLE_NAMES) {
      const { args, releases } = CALLABLES[name];
      if (releases !== undefined) expect(args[releases]).toMatchObject({ is: 'object', owned: true });
    }
  });

  it('acquire only objects', () => {
    for (const name of CALLABLE_NAMES) {
      const { acquires, returns } = CALLABLES[name];
      if (acquires) expect(returns.is).toBe('object');
    }
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

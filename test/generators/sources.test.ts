import { describe, expect, it } from 'vitest';
import {
  ACQUIRERS,
  CASTS,
  CLONERS,
  DATA,
  DRAWS,
  ITERABLE,
  LENDABLE,
  LENDERS,
  MAKERS,
  OWNABLE,
  RELEASERS,
  STACKABLE,
  STEPPERS,
  serves,
  THROWERS,
} from '../../generators/sources.js';
import { CALLABLE_NAMES, CALLABLES } from '../../src/isa/callables.js';
import { KIND_NAMES } from '../../src/isa/kinds.js';

const names = (table: typeof ACQUIRERS) =>
  KIND_NAMES.flatMap((kind) => serves(table, kind).map(({ name }) => name)).sort();

describe('sources', () => {
  it('sort every callable by what it does', () => {
    const made = [...names(ACQUIRERS), ...names(MAKERS)].sort();
    expect(made).toEqual(CALLABLE_NAMES.filter((name) => CALLABLES[name].acquires).sort());
    expect(names(RELEASERS)).toEqual(CALLABLE_NAMES.filter((name) => CALLABLES[name].releases !== undefined).sort());
    expect(names(LENDERS)).toEqual(['bpf_get_current_task_btf']);
    expect(THROWERS).toEqual(['bpf_throw']);
    expect(DRAWS).toContain('bpf_get_prandom_u32');
    expect(names(STEPPERS)).toEqual(['bpf_iter_num_next', 'bpf_iter_task_next']);
    expect(CASTS).toEqual(['bpf_sk_fullsock', 'bpf_tcp_sock', 'bpf_skc_to_tcp_sock']);
    expect(DATA).toEqual(['bpf_dynptr_data', 'bpf_dynptr_slice']);
    expect(CLONERS).toEqual(['bpf_dynptr_clone']);
  });

  it('can acquire and release every kind', () => {
    expect([...OWNABLE, ...STACKABLE]).toEqual(KIND_NAMES);
    expect(ITERABLE).toEqual(['iter_num', 'iter_task']);
    expect(LENDABLE).toEqual(['task']);
  });

  it('offer for every kind a source that needs no other object', () => {
    for (const kind of OWNABLE) expect(serves(ACQUIRERS, kind).some(({ needs }) => needs === undefined)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { ACQUIRERS, DRAWS, LENDABLE, LENDERS, OWNABLE, RELEASERS, serves, THROWERS } from '../../generators/sources.js';
import { CALLABLE_NAMES, CALLABLES } from '../../src/isa/callables.js';
import { KIND_NAMES } from '../../src/isa/kinds.js';

const names = (table: typeof ACQUIRERS) =>
  KIND_NAMES.flatMap((kind) => serves(table, kind).map(({ name }) => name)).sort();

describe('sources', () => {
  it('sort every callable by what it does', () => {
    expect(names(ACQUIRERS)).toEqual(CALLABLE_NAMES.filter((name) => CALLABLES[name].acquires).sort());
    expect(names(RELEASERS)).toEqual(CALLABLE_NAMES.filter((name) => CALLABLES[name].releases !== undefined).sort());
    expect(names(LENDERS)).toEqual(['bpf_get_current_task_btf']);
    expect(THROWERS).toEqual(['bpf_throw']);
    expect(DRAWS).toContain('bpf_get_prandom_u32');
  });

  it('can acquire and release every kind', () => {
    expect(OWNABLE).toEqual(KIND_NAMES);
    expect(LENDABLE).toEqual(['task']);
  });

  it('offer for every kind a source that needs no other object', () => {
    for (const kind of OWNABLE) expect(serves(ACQUIRERS, kind).some(({ needs }) => needs === undefined)).toBe(true);
  });
});

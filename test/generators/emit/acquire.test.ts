import { describe, expect, it } from 'vitest';
import { ACQUIRERS, OWNABLE, serves } from '../../../generators/sources.js';
import { helperById, kfuncById } from '../../../src/isa/callables.js';
import { opAt } from '../../../src/isa/program.js';
import { behaveAll, kindsOf, profileOf, sample } from '../sample.js';

const ROWS = ['acquire', 'borrow', 'if-null', 'guard-throw'] as const;

describe('acquireCall', () => {
  it('comes to every acquiring callable of the table', () => {
    const called = new Set<string | undefined>();
    for (const { program } of sample(profileOf(ROWS), 500)) {
      for (let pc = 0; pc < program.length; pc++) {
        const id = program.imm[pc] ?? 0;
        if (opAt(program, pc) === 'call_helper') called.add(helperById(id));
        if (opAt(program, pc) === 'call_kfunc') called.add(kfuncById(id));
      }
    }
    expect(OWNABLE.flatMap((kind) => serves(ACQUIRERS, kind)).filter(({ name }) => !called.has(name))).toEqual([]);
  });
});

describe('keep', () => {
  it('makes programs that hold every kind at a throw and never fault', () => {
    const { wrongs, names } = behaveAll(profileOf(ROWS), 120);
    expect(wrongs).toEqual([]);
    expect([...kindsOf(names)].sort()).toEqual([...OWNABLE].sort());
  });
});

import { describe, expect, it } from 'vitest';
import type { MenuRowName } from '../../../generators/menu.js';
import { CASTS, DATA, STACKABLE } from '../../../generators/sources.js';
import { helperById, kfuncById } from '../../../src/isa/callables.js';
import { opAt } from '../../../src/isa/program.js';
import { behaveAll, kindsOf, profileOf, sample } from '../sample.js';

const ROWS: readonly MenuRowName[] = [
  'make-on-stack',
  'guarded-on-stack',
  'iterate',
  'dynptr-data',
  'dynptr-clone',
  'cast',
  'guard-throw',
  'if-null',
];

/** Names of the callables that programs of these rows call. */
function called(rows: readonly MenuRowName[], programs: number): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { program } of sample(profileOf(rows), programs)) {
    for (let pc = 0; pc < program.length; pc++) {
      const id = program.imm[pc] ?? 0;
      const op = opAt(program, pc);
      const name = op === 'call_helper' ? helperById(id) : op === 'call_kfunc' ? kfuncById(id) : undefined;
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

describe('what lives on the stack', () => {
  it('makes programs that hold every kind at a throw and never fault', () => {
    const { wrongs, names } = behaveAll(profileOf(ROWS), 150);
    expect(wrongs).toEqual([]);
    for (const kind of STACKABLE) expect([...kindsOf(names)]).toContain(kind);
  });

  it('passes dynptrs and iterators to subprograms that release them, and has them made by subprograms', () => {
    const rows = ['make-on-stack', 'call-drop', 'call-fill', 'guard-throw'] as const;
    const { wrongs, names } = behaveAll(profileOf(rows), 150);
    expect(wrongs).toEqual([]);
    for (const kind of STACKABLE) expect([...kindsOf(names)]).toContain(kind);
  });
});

describe('emitDynptrData, emitClone, emitCast', () => {
  it('come to every callable of their kind', () => {
    const names = called(ROWS, 120);
    for (const name of [...DATA, ...CASTS, 'bpf_dynptr_clone']) expect([...names]).toContain(name);
  });
});

describe('emitIterate', () => {
  it('steps both iterators', () => {
    const names = called(['iterate'], 40);
    for (const name of ['bpf_iter_num_next', 'bpf_iter_task_next']) expect([...names]).toContain(name);
  });
});

import { describe, expect, it } from 'vitest';
import { type Edit, editProgram } from '../../generators/edit.js';
import { insn } from '../../src/isa/insn.js';
import { slotsOf } from '../../src/isa/program.js';
import { program } from '../oracles/machine/harness.js';

const NOP = insn('ja');
const BASE = program(`main:
    if r1 == 0 goto l2
    call sub
l2:
    r0 = 0
    exit
sub:
    r0 = 1
    exit
`);
const SUB = 'sub:\n r0 = 1\n exit\n';
const edited = (edits: readonly (readonly [number, Edit])[]) => editProgram(BASE, new Map(edits));
const slots = (text: string) => slotsOf(program(text));
const slotsAfter = (edits: readonly (readonly [number, Edit])[]) => {
  const made = edited(edits);
  return made === undefined ? undefined : slotsOf(made);
};

describe('editProgram', () => {
  it('editProgram without edits is the program, names and labels included', () => {
    expect(edited([])).toEqual(BASE);
  });

  it('editProgram: jumps go to what stands before an instruction, calls and names follow', () => {
    const before = edited([[2, { before: [NOP] }]]);
    expect(before && slotsOf(before)).toEqual(
      slots(`main:\n if r1 == 0 goto l2\n call sub\nl2:\n goto l3\nl3:\n r0 = 0\n exit\n${SUB}`),
    );
    expect(before?.subprograms.map(({ name, start }) => [name, start])).toEqual([
      ['main', 0],
      ['sub', 5],
    ]);
    expect(slotsAfter([[1, { after: [NOP] }]])).toEqual(
      slots(`main:\n if r1 == 0 goto l3\n call sub\n goto l3\nl3:\n r0 = 0\n exit\n${SUB}`),
    );
  });

  it('editProgram: jumps to what is gone lead to what follows', () => {
    expect(slotsAfter([[2, { instead: [] }]])).toEqual(
      slots(`main:\n if r1 == 0 goto l2\n call sub\nl2:\n exit\n${SUB}`),
    );
  });

  it('editProgram: there is none where the result has no valid form', () => {
    expect(edited([[3, { instead: [] }]])).toBeUndefined();
  });
});

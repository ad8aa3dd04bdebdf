import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../src/case/case.js';
import { readCase } from '../../../src/case/read.js';
import { writeCase } from '../../../src/case/write.js';
import { instructionPcs } from '../../../src/cfg/edges.js';
import { insn } from '../../../src/isa/insn.js';
import type { Program } from '../../../src/isa/program.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { anyProgram } from '../../programs.js';

const built = buildProgram({ slots: [insn('mov64', { operand: { imm: 0 } }), insn('exit')] });
if (!built.ok) throw new Error(built.refusal.message);

const bare: Case = {
  title: 'a finding',
  origin: { by: 'fuzz', seed: '1', index: 5 },
  program: built.program,
  runs: [],
  refusals: [
    { subjects: ['mainline', 'a/b'], code: 'held-reference', words: 'task#1', pc: 1 },
    { subjects: ['c'], code: 'merge-failure', words: '', pc: 1 },
  ],
  known: [{ subject: 'c', defect: 'leak/nothing/unlisted/register/caller', reason: 'found by fuzzing' }],
  patches: [],
  expected: ['a b'],
};

const PAD = {
  slots: [
    insn('mov64', { dst: 0, operand: { imm: 0 } }),
    insn('jeq64', { dst: 0, operand: { imm: 0 }, off: 1 }),
    insn('ja'),
    insn('exit'),
  ],
  labels: new Map([
    [0, 'pad1'],
    [3, 'resume'],
  ]),
};
const mainEnd = ({ subprograms }: Program) => subprograms[0]?.end ?? 0;

describe('writeCase', () => {
  it('writes a case that nobody has laid out', () => {
    expect(writeCase(bare)).toBe(`;! case: a finding
;! origin: fuzz seed=1 index=5
;! known: c: leak/nothing/unlisted/register/caller ; found by fuzzing

main:
    r0 = 0
    exit                          ;! refuse: mainline a/b: held-reference task#1 ;! refuse: c: merge-failure

;> a b
`);
  });

  it('is inverted by readCase on random programs', () => {
    fc.assert(
      fc.property(anyProgram, fc.nat(), (program, at) => {
        // Names of duplicate types cannot be declared: a case keeps the first of each.
        const types = program.types.filter(
          ({ name }, index) => index === program.types.findIndex((t) => t.name === name),
        );
        const pcs = instructionPcs(program);
        const pc = pcs[at % pcs.length] ?? 0;
        const of: Case = {
          ...bare,
          program: { ...program, types, cleanup: { ...PAD, pads: [{ begin: 0, end: mainEnd(program), pad: 0 }] } },
          refusals: bare.refusals.map((refusal) => ({ ...refusal, pc })),
        };
        const text = writeCase(of);
        const read = readCase(text);
        if (!read.ok) throw new Error(`${JSON.stringify(read.errors)}\n${text}`);
        expect(writeCase(read.case)).toBe(text);
        expect(read.case.refusals).toEqual(of.refusals);
        expect(read.case.program.cleanup).toEqual(of.program.cleanup);
        expect(read.case.known).toEqual(of.known);
        expect(read.items.get(`instruction ${pc}`)).toBe(read.lines[pc]);
      }),
      { numRuns: 150 },
    );
  });
});

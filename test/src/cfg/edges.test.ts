import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { instructionPcs, prunePointsOf, successorsOf } from '../../../src/cfg/edges.js';

const parsed = parseProgram(`main:
    r1 = 0x1 ll
    if r1 == 0 goto out
    call leaf
    r0 = 0
loop:
    may_goto out
    goto loop
out:
    if r0 > 1 goto last
last:
    exit
leaf:
    r1 = 7
    call bpf_throw
    exit
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const { program } = parsed;

describe('successorsOf', () => {
  it('puts the fall-through first and names a target once', () => {
    expect([0, 2, 5, 6, 7, 8].map((pc) => successorsOf(program, pc))).toEqual([[2], [3, 7], [6, 7], [5], [8], []]);
  });

  it('lets calls fall through, bpf_throw included', () => {
    expect([successorsOf(program, 3), successorsOf(program, 10)]).toEqual([[4], [11]]);
  });
});

describe('instructionPcs', () => {
  it('leaves second slots out', () => {
    expect(instructionPcs(program)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('prunePointsOf', () => {
  it('marks conditional jumps, jump targets and returns of local calls', () => {
    const marked = [...prunePointsOf(program).entries()].filter(([, mark]) => mark === 1).map(([pc]) => pc);
    expect(marked).toEqual([2, 4, 5, 7, 8]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { blocksOf } from '../../../src/cfg/blocks.js';
import { successorsOf } from '../../../src/cfg/edges.js';
import { anyProgram } from '../../programs.js';

describe('blocksOf', () => {
  it('splits at jumps and targets, not at calls', () => {
    const parsed = parseProgram(`main:
    r1 = 0
    if r1 == 0 goto out
    call bpf_ktime_get_ns
    r1 = 0x1 ll
out:
    exit
`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    expect(blocksOf(parsed.program)).toEqual([
      { start: 0, end: 2, last: 1, subprogram: 0, successors: [2, 5], predecessors: [] },
      { start: 2, end: 5, last: 3, subprogram: 0, successors: [5], predecessors: [0] },
      { start: 5, end: 6, last: 5, subprogram: 0, successors: [], predecessors: [0, 2] },
    ]);
  });

  it('partitions every program, with edges between starts of one subprogram only', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        const blocks = blocksOf(program);
        const byStart = new Map(blocks.map((block) => [block.start, block]));
        let at = 0;
        for (const block of blocks) {
          expect(block.start).toBe(at);
          at = block.end;
          expect(block.successors).toEqual(successorsOf(program, block.last));
          for (const next of block.successors) {
            expect(byStart.get(next)?.subprogram).toBe(block.subprogram);
            expect(byStart.get(next)?.predecessors).toContain(block.start);
          }
        }
        expect(at).toBe(program.length);
      }),
    );
  });
});

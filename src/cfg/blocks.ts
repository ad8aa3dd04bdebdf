/** Basic blocks of a program: the longest runs of instructions that are entered at the top and left at the bottom. */
import { type Program, rowAt, targetAt } from '../isa/program.js';
import { instructionPcs, successorsOf } from './edges.js';

/** A basic block: slots [start, end) of one subprogram. */
export interface Block {
  readonly start: number;
  readonly end: number;
  /** pc of the last instruction, which is `end - 1` unless that is the second slot of a 64-bit immediate. */
  readonly last: number;
  readonly subprogram: number;
  /** Start pcs of the blocks that may follow, the fall-through first. */
  readonly successors: readonly number[];
  /** Start pcs of the blocks that may come before, ascending. */
  readonly predecessors: readonly number[];
}

/** All blocks in the order of their pcs. Calls end no block: control comes back, or leaves the program. */
export function blocksOf(program: Program): readonly Block[] {
  const pcs = instructionPcs(program);
  const leaders = new Set(program.subprograms.map(({ start }) => start));
  for (const [index, pc] of pcs.entries()) {
    const shape = rowAt(program, pc)?.shape;
    if (shape !== 'jump' && shape !== 'may_goto' && shape !== 'goto' && shape !== 'gotol' && shape !== 'exit') continue;
    const target = targetAt(program, pc);
    if (target !== undefined) leaders.add(target);
    const next = pcs[index + 1];
    if (next !== undefined) leaders.add(next);
  }
  const starts = [...leaders].sort((a, b) => a - b);
  const lastBefore = new Map<number, number>();
  for (const [index, pc] of pcs.entries()) lastBefore.set(pcs[index + 1] ?? program.length, pc);
  const successors = new Map<number, readonly number[]>();
  const predecessors = new Map<number, number[]>();
  for (const [index, start] of starts.entries()) {
    const last = lastBefore.get(starts[index + 1] ?? program.length) ?? start;
    const next = successorsOf(program, last);
    successors.set(start, next);
    for (const to of next) predecessors.set(to, [...(predecessors.get(to) ?? []), start]);
  }
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? program.length;
    return {
      start,
      end,
      last: lastBefore.get(end) ?? start,
      subprogram: program.subprogramOf[start] ?? 0,
      successors: successors.get(start) ?? [],
      predecessors: predecessors.get(start) ?? [],
    };
  });
}

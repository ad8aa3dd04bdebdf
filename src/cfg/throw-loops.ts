/** Throws within loops: Linux 6.18 meets a bug of its own on some of them (`verifier bug: scc exit: no visit info`). */
import type { Program } from '../isa/program.js';
import { callGraphOf, reachesThrow, throwPcsOf } from './calls.js';
import { instructionPcs, successorsOf } from './edges.js';

/**
 * Whether a throw, or a call of a subprogram that may throw, lies within a loop. The kernel may then answer with a warning
 * in its log and without a verdict, so whoever asks it should leave such programs out. Coarse: within a loop is what any
 * jump back leads over.
 */
export function mayThrowInLoop(program: Program): boolean {
  const graph = callGraphOf(program);
  const throwing = reachesThrow(program, graph);
  const sites = [
    ...throwPcsOf(program),
    ...graph.calls.filter(({ callee }) => throwing[callee] === true).map(({ pc }) => pc),
  ];
  const spans = instructionPcs(program).flatMap((pc) =>
    successorsOf(program, pc)
      .filter((to) => to <= pc)
      .map((to) => ({ first: to, last: pc })),
  );
  return sites.some((pc) => spans.some(({ first, last }) => first <= pc && pc <= last));
}

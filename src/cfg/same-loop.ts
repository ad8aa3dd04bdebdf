/** Whether two instructions lie on one loop, within a subprogram or by way of a call in it. */
import type { Program } from '../isa/program.js';
import { callGraphOf } from './calls.js';
import { successorsOf } from './edges.js';

/**
 * Some loop leads through both: one reaches the other and is reached from it. For an instruction of a subprogram that is
 * called stands the call, too, and its calls.
 */
export function onOneLoop(program: Program, first: number, second: number): boolean {
  const lifted = liftedBy(program);
  const places = lifted(second);
  for (const a of lifted(first)) {
    const reached = reachableFrom(program, a);
    if (places.some((b) => reached.has(b) && reachableFrom(program, b).has(a))) return true;
  }
  return false;
}

/** The pc itself, and those of all calls that lead to it. */
function liftedBy(program: Program): (pc: number) => readonly number[] {
  const { calls } = callGraphOf(program);
  const lifted = (pc: number): readonly number[] => {
    const own = program.subprogramOf[pc];
    return [pc, ...calls.filter(({ callee }) => callee === own).flatMap((call) => lifted(call.pc))];
  };
  return lifted;
}

/** pcs after one or more steps within the subprogram. */
function reachableFrom(program: Program, pc: number): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...successorsOf(program, pc)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...successorsOf(program, next));
  }
  return reached;
}

/** The call graph of a program, and which subprograms can reach a throw. Recursion never occurs: a Program has none. */
import { CALLABLES, type CallableName, helperById, kfuncById } from '../isa/callables.js';
import { type Program, rowAt, targetAt } from '../isa/program.js';
import { instructionPcs } from './edges.js';

/** A call of a subprogram. */
export interface CallEdge {
  /** pc of the call instruction. */
  readonly pc: number;
  readonly caller: number;
  readonly callee: number;
}

export interface CallGraph {
  /** All calls of subprograms in the order of their pcs. */
  readonly calls: readonly CallEdge[];
  /** By subprogram: the subprograms it calls, ascending, each once. */
  readonly callees: readonly (readonly number[])[];
  /** By subprogram: the subprograms that call it, ascending, each once. */
  readonly callers: readonly (readonly number[])[];
  /** All subprograms, every callee before its callers. */
  readonly order: readonly number[];
  /** By subprogram: frames of the longest chain of calls that starts in it, its own included. */
  readonly depth: readonly number[];
  /** Frames of the longest chain that starts in main; the kernel allows 8. */
  readonly maxDepth: number;
}

/** The call graph of a program. */
export function callGraphOf(program: Program): CallGraph {
  const calls = instructionPcs(program).flatMap((pc): CallEdge[] => {
    if (rowAt(program, pc)?.shape !== 'call-local') return [];
    const callee = program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0;
    return [{ pc, caller: program.subprogramOf[pc] ?? 0, callee }];
  });
  const each = (pick: (index: number) => readonly number[]) =>
    program.subprograms.map((_, index) => [...new Set(pick(index))].sort((a, b) => a - b));
  const callees = each((index) => calls.filter((edge) => edge.caller === index).map((edge) => edge.callee));
  const callers = each((index) => calls.filter((edge) => edge.callee === index).map((edge) => edge.caller));
  const order: number[] = [];
  const depth = program.subprograms.map(() => 0);
  const visit = (index: number): number => {
    const known = depth[index] ?? 0;
    if (known !== 0) return known;
    const own = 1 + Math.max(0, ...(callees[index] ?? []).map(visit));
    depth[index] = own;
    order.push(index);
    return own;
  };
  for (const index of program.subprograms.keys()) visit(index);
  return { calls, callees, callers, order, depth, maxDepth: depth[0] ?? 0 };
}

/** The helper or kfunc called at a pc; `undefined` for other instructions and for ids without a row. */
export function callableAt(program: Program, pc: number): CallableName | undefined {
  const shape = rowAt(program, pc)?.shape;
  if (shape === 'call-helper') return helperById(program.imm[pc] ?? 0);
  if (shape === 'call-kfunc') return kfuncById(program.imm[pc] ?? 0);
  return undefined;
}

/** pcs of the calls of throwing callables (bpf_throw), ascending. */
export function throwPcsOf(program: Program): readonly number[] {
  return instructionPcs(program).filter((pc) => {
    const name = callableAt(program, pc);
    return name !== undefined && CALLABLES[name].throws === true;
  });
}

/** Per subprogram: whether a throw is reachable from it, directly or through its callees (the kernel's might_throw). */
export function reachesThrow(program: Program, graph: CallGraph = callGraphOf(program)): readonly boolean[] {
  const marks = program.subprograms.map(() => false);
  for (const pc of throwPcsOf(program)) marks[program.subprogramOf[pc] ?? 0] = true;
  for (const index of graph.order) {
    if ((graph.callees[index] ?? []).some((callee) => marks[callee] === true)) marks[index] = true;
  }
  return marks;
}

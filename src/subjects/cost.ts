/** What every design pays for in the same coin: stack of the worst call chain, and the cost of a program left as it is. */
import { type CallGraph, callGraphOf } from '../cfg/calls.js';
import type { Cost } from '../contract/prepared.js';
import type { Program } from '../isa/program.js';

/** The most bytes of stack that the frames of one call chain may take together (MAX_BPF_STACK). */
export const STACK_LIMIT = 512;

/** A chain of calls: how many frames, and how many bytes they take together. */
export interface Chain {
  readonly bytes: number;
  readonly frames: number;
}

/**
 * The worst call chain of a program whose subprograms take `stack` bytes each; every frame is rounded up to 16 bytes, as
 * the kernel does with a JIT (round_up_stack_depth). Of equal chains the one with fewer frames.
 */
export function worstChain(program: Program, stack: readonly number[]): Chain {
  if (program.subprograms.length === 1) return { bytes: roundUp(stack[0] ?? 0, 16), frames: 1 };
  const graph = sharedCallGraph(program);
  const chains: Chain[] = [];
  let worst: Chain = { bytes: 0, frames: 1 };
  for (const index of graph.order) {
    let below: Chain = { bytes: 0, frames: 0 };
    for (const callee of graph.callees[index] ?? []) below = worse(below, chains[callee] ?? below);
    const chain = { bytes: roundUp(stack[index] ?? 0, 16) + below.bytes, frames: below.frames + 1 };
    chains[index] = chain;
    worst = worse(worst, chain);
  }
  return worst;
}

const graphs = new WeakMap<Program, CallGraph>();

/** The call graph of a program, computed once for all subjects that ask. */
export function sharedCallGraph(program: Program): CallGraph {
  const known = graphs.get(program);
  if (known !== undefined) return known;
  const graph = callGraphOf(program);
  graphs.set(program, graph);
  return graph;
}

function worse(a: Chain, b: Chain): Chain {
  return b.bytes > a.bytes || (b.bytes === a.bytes && b.frames < a.frames) ? b : a;
}

/** `bytes` rounded up to a multiple of `unit`. */
export function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}

/** The cost of a program that a design leaves as it is, plus the bytes of metadata it keeps beside it. */
export function unchangedCost(program: Program, stackDepth: readonly number[], metadataBytes = 0): Cost {
  const stack = program.subprograms.map((_, index) => roundUp(stackDepth[index] ?? 0, 8));
  return { stack, chain: worstChain(program, stack).bytes, metadataBytes, instructionsAdded: 0 };
}

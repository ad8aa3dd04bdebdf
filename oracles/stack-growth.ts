/**
 * What a design costs in stack, recomputed here from the call graph of the prepared program, so that a subject's own sums
 * are checked and not believed.
 */
import type { Cost } from '../src/contract/prepared.js';
import { type Program, rowAt, targetAt } from '../src/isa/program.js';
import { HarnessBug } from './harness-bug.js';

/** The kernel with a JIT rounds each frame to 16 bytes (round_up_stack_depth, kernel/bpf/verifier.c). */
const FRAME_ROUNDING = 16;

export interface Growth {
  /** Bytes added to the frame of each subprogram. */
  readonly perSubprogram: readonly number[];
  /** Bytes added to the worst chain of calls. */
  readonly chain: number;
}

/** Bytes of the worst chain of calls from main, each frame rounded up; `depths` in bytes per subprogram. */
export function worstChain(program: Program, depths: readonly number[]): number {
  const memo: (number | undefined)[] = [];
  const chainFrom = (index: number): number => {
    const known = memo[index];
    if (known !== undefined) return known;
    const subprogram = program.subprograms[index];
    let deepest = 0;
    for (let pc = subprogram?.start ?? 0; pc < (subprogram?.end ?? 0); pc++) {
      if (rowAt(program, pc)?.shape !== 'call-local') continue;
      deepest = Math.max(deepest, chainFrom(program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0));
    }
    const own = Math.ceil((depths[index] ?? 0) / FRAME_ROUNDING) * FRAME_ROUNDING;
    memo[index] = own + deepest;
    return own + deepest;
  };
  return chainFrom(0);
}

/** Growth of a prepared program over the original; throws a HarnessBug if the subject's own sum of the chain is wrong. */
export function stackGrowth(
  original: Program,
  depths: readonly number[],
  prepared: Program,
  cost: Cost,
  subject: string,
): Growth {
  const chain = worstChain(prepared, cost.stack);
  if (chain !== cost.chain) {
    throw new HarnessBug(`${subject} says its worst chain takes ${cost.chain} bytes; its frames sum up to ${chain}`);
  }
  return {
    perSubprogram: cost.stack.map((bytes, index) => bytes - Math.ceil((depths[index] ?? 0) / 8) * 8),
    chain: chain - worstChain(original, depths),
  };
}

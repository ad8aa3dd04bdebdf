/** Where the frames of a stopped state stand. */
import type { ThrowVisit } from './analysis.js';

/** pc of a frame: the instruction that stops the program in the innermost one, the call instruction in the others. */
export function pcOfFrame({ pc, state }: Pick<ThrowVisit, 'pc' | 'state'>, frame: number): number {
  return frame === state.depth - 1 ? pc : state.frame(frame + 1).callsite;
}

/**
 * The shrinking driver: runs the reducers in order, again and again, until none of them makes progress. It knows nothing
 * about programs but the predicate. Everything is counted in predicate calls, never in time, so that a shrink repeats.
 */
import { instructionCount, type Program } from '../isa/program.js';
import { decideBranches } from './branches.js';
import { removeCascades, removeMentions } from './cascades.js';
import { coalescePlaces } from './coalesce.js';
import { dropDeclarations } from './declarations.js';
import { inlineCalls } from './inline.js';
import { canonicaliseNames } from './labels.js';
import { simplifyOperands } from './operands.js';
import { removePairs } from './pairs.js';
import { removeRanges, removeSingles } from './ranges.js';
import type { Edit, Reducer, Sweep } from './reducer.js';
import { renumberRegisters } from './registers.js';
import { raiseSlots } from './slots.js';
import { cutSubprograms } from './subprograms.js';
import { unrolledLoops } from './unroll.js';
import { zeroResults } from './zeroing.js';

/** What removes most comes first; what only tidies comes last. */
export const REDUCERS: readonly Sweep[] = [
  cutSubprograms,
  decideBranches,
  removeMentions,
  removeRanges,
  removeCascades,
  inlineCalls,
  zeroResults,
  removePairs,
  coalescePlaces,
  simplifyOperands,
  renumberRegisters,
  raiseSlots,
  dropDeclarations,
  canonicaliseNames,
];

export interface ShrinkOptions {
  /** Predicate calls that may be made. */
  readonly calls?: number;
  /** Rounds over all reducers; a cap that is hit is a bug of a reducer whose measure does not fall. */
  readonly rounds?: number;
  readonly reducers?: readonly Reducer[];
  /** Larger programs from which a smaller one may be reached, tried when the reducers have nothing left. */
  readonly detours?: (program: Program) => Iterable<Edit>;
}

export interface Shrunk {
  readonly program: Program;
  readonly calls: number;
  readonly rounds: number;
  /** `minimal`: no reducer makes progress and no single instruction can be removed. Otherwise which bound was hit. */
  readonly ended: 'minimal' | 'out of calls' | 'out of rounds';
}

const CALLS = 6000;
const ROUNDS = 40;

/**
 * The smallest program that the reducers reach from an interesting one. `stillInteresting` must be a pure function; it
 * is asked about each candidate, which is always a valid program, and is not asked about the program given.
 */
export function shrink(
  program: Program,
  stillInteresting: (candidate: Program) => boolean,
  options: ShrinkOptions = {},
): Shrunk {
  const { calls: limit = CALLS, rounds: roundLimit = ROUNDS, reducers = REDUCERS, detours = unrolledLoops } = options;
  let current = program;
  let calls = 0;
  const run = (reducer: Reducer): boolean => {
    const before = current;
    const candidates = reducer.reduce(current);
    for (let step = candidates.next(); step.done !== true; ) {
      if (calls >= limit) return current !== before;
      calls++;
      const accepted = stillInteresting(step.value);
      if (accepted) current = step.value;
      step = candidates.next(accepted);
    }
    return current !== before;
  };
  let rounds = 0;
  const descend = (): Shrunk['ended'] => {
    for (let round = 1; round <= roundLimit; round++) {
      rounds++;
      let progress = false;
      for (const reducer of reducers) progress = run(reducer) || progress;
      if (calls >= limit) return 'out of calls';
      if (progress) continue;
      if (run(removeSingles)) continue;
      return calls >= limit ? 'out of calls' : 'minimal';
    }
    return 'out of rounds';
  };
  // Running out of calls on a detour leaves the program that was minimal before it.
  const ended = descend();
  for (let better = true; better && ended === 'minimal'; ) {
    better = false;
    const best = current;
    for (const edit of detours(best)) {
      const detour = edit();
      if (detour === undefined || calls++ >= limit || !stillInteresting(detour)) continue;
      current = detour;
      if (descend() === 'minimal' && instructionCount(current) < instructionCount(best)) {
        better = true;
        break;
      }
      current = best;
    }
  }
  return { program: current, calls, rounds, ended };
}

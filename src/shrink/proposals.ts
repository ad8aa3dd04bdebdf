/**
 * The smaller programs that all reducers propose for one program, as one lazy sequence. For those who drive a shrink by
 * themselves and only say where they went on: fast-check, say, which asks for the children of one value after another.
 */
import type { Program } from '../isa/program.js';
import { REDUCERS } from './shrink.js';

/** Where in the sequence a proposal stands: the number of its reducer, and of the edit among those of that reducer. */
export interface Position {
  readonly reducer: number;
  readonly edit: number;
}

/** A smaller program, and where to go on once it has been accepted. */
export interface Proposal {
  readonly program: Program;
  readonly at: Position;
}

const START: Position = { reducer: 0, edit: 0 };

/**
 * Every proposal of every reducer exactly once, from a position on and round to it again. What was proposed before the
 * position failed on the program this one was made of and rarely helps now, so it comes last. A program is one from which
 * nothing can go when all of its proposals have been refused.
 */
export function* proposals(program: Program, from: Position = START): Generator<Proposal> {
  for (let step = 0; step <= REDUCERS.length; step++) {
    const reducer = (from.reducer + step) % REDUCERS.length;
    const [first, end] = [step === 0 ? from.edit : 0, step === REDUCERS.length ? from.edit : Number.POSITIVE_INFINITY];
    let edit = -1;
    for (const make of REDUCERS[reducer]?.edits(program) ?? []) {
      edit++;
      if (edit < first) continue;
      if (edit >= end) break;
      const candidate = make();
      if (candidate !== undefined) yield { program: candidate, at: { reducer, edit } };
    }
  }
}

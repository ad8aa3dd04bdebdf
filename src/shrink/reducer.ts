/** What a reducer is: a lazy sequence of candidates that learns, after each, whether it was still interesting. */
import type { Program } from '../isa/program.js';

/**
 * Yields candidates made of the program it was given or of the last candidate that was accepted (`true` comes back for
 * it), and returns the last accepted one.
 */
export type Candidates = Generator<Program, Program, boolean>;

/** One way of making programs simpler; its measure strictly decreases, so that repeating it ends. */
export interface Reducer {
  readonly name: string;
  reduce(program: Program): Candidates;
}

/** A reducer whose edits of one program can also be listed, for those who choose among them on their own. */
export interface Sweep extends Reducer {
  /** In the order in which `reduce` makes them while none is accepted. */
  edits(program: Program): Iterable<Edit>;
}

/** An edit that may turn out to be impossible. */
export type Edit = () => Program | undefined;

/**
 * The common shape of reducers: one sweep over the possible edits of a program in a fixed order; an accepted edit is
 * followed by the edits of the new program from the position where it stood. What a sweep passes by, the driver's next
 * round finds.
 */
export function sweep(name: string, edits: (program: Program) => Iterable<Edit>): Sweep {
  return {
    name,
    edits,
    *reduce(program) {
      let current = program;
      let from = 0;
      for (;;) {
        const accepted: Accepted | undefined = yield* firstAccepted(edits(current), from);
        if (accepted === undefined) return current;
        current = accepted.program;
        from = accepted.at;
      }
    },
  };
}

interface Accepted {
  readonly program: Program;
  readonly at: number;
}

function* firstAccepted(edits: Iterable<Edit>, from: number): Generator<Program, Accepted | undefined, boolean> {
  let at = -1;
  for (const edit of edits) {
    at++;
    if (at < from) continue;
    const candidate = edit();
    if (candidate !== undefined && (yield candidate)) return { program: candidate, at };
  }
  return undefined;
}

/**
 * Run to exit (fast-path termination): a stopped program goes on in a clone of itself in which nothing is acquired any more,
 * and its own release code is the cleanup. No tables, nothing on any run that is not stopped; but what follows the stop must
 * be such that a program can run it, so a compiler that knows `bpf_throw` not to return must not know it here.
 */
import type { ReadonlyInts } from '../../contract/ints.js';
import type { Unwind } from '../../contract/prepared.js';
import type { Program } from '../../isa/program.js';
import { identityMap } from '../../patch/patch.js';
import { unchangedCost } from '../cost.js';
import type { Subject } from '../subject.js';
import { type Continuation, continuationOf } from './continuation.js';

export const runToExit: Subject = {
  name: 'run-to-exit',
  stops: 'anywhere',
  prepare(input) {
    const continued = continuationOf(input);
    if (!continued.ok) return continued;
    const { program } = input;
    const { continuation } = continued;
    const { clone, pcs, stackDepth, walked } = continuation;
    const pcMap = identityMap(program);
    // The clone is kept beside the program, 8 bytes a slot.
    const bytes = 8 * (clone?.program.length ?? 0);
    return {
      ok: true,
      program,
      pcMap,
      cost: unchangedCost(program, stackDepth, bytes),
      reserved: program.subprograms.map(() => 0),
      intrinsics: [],
      walkedBeside: walked,
      unwind: unwinder(continuation, pcMap.toOriginal),
      // The clone is that of the program as verified: a frame goes on where its instruction was then.
      maintain: (pass) => unwinder(continuation, pass.pcMap.toOriginal),
      describe: () => [...pcs].sort((a, b) => a - b).map((pc) => describeStop(program, continuation, pc)),
    };
  },
};

function unwinder({ clone, pcs }: Continuation, toOriginal: ReadonlyInts): Unwind {
  return ({ frames }) => {
    const at = frames.map(({ pc }) => toOriginal[pc] ?? -1);
    const stopped = at.at(-1) ?? -1;
    if (clone === undefined || !pcs.has(stopped)) return [];
    const resumed = at.map((pc, frame) =>
      frame === at.length - 1 ? (clone.resumeAt[pc] ?? 0) : (clone.callAt[pc] ?? -1) + 1,
    );
    return [{ do: 'resume', program: clone.program, pcs: resumed }];
  };
}

/** `main 7: goes on at 8`. */
function describeStop(program: Program, { clone }: Continuation, pc: number): string {
  const name = program.subprograms[program.subprogramOf[pc] ?? 0]?.name ?? '?';
  return `${name} ${pc}: goes on at ${clone?.resumeAt[pc] ?? 0} of the clone`;
}

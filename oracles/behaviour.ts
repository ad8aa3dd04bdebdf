/**
 * Judges whether a rewrite changed the program: in the same world it must end in the same way with the same R0, memory,
 * ledger, call trace and fuel as the original.
 */
import type { Outcome } from '../src/contract/outcome.js';
import type { FindingVerdict } from '../src/contract/verdict.js';
import type { CleanupFault } from './cleanup.js';
import type { Machine } from './machine/machine.js';
import { outcomeText } from './outcome.js';

/** What of a run is compared. */
export interface RunDigest {
  readonly outcome: Outcome;
  /** Original pc of the instruction that ended the run: a wrong pc map shows here. */
  readonly pc: number;
  readonly executed: number;
  readonly traceHash: number;
  readonly memoryHash: number;
  /** What is held, with the original pcs of the acquiring calls. */
  readonly holds: string;
}

/** Digest of the run the machine has just finished. */
export function digest(machine: Machine): RunDigest {
  return {
    outcome: machine.outcome,
    pc: machine.pc,
    executed: machine.executed,
    traceHash: machine.traceHash,
    memoryHash: machine.memoryHash(),
    holds: machine.ledger
      .held()
      .map((entry) => `${machine.ledger.name(entry)}@${machine.ledger.acquiredAt(entry)}`)
      .join(' '),
  };
}

/** The first difference between the original's run and the rewrite's, or `undefined` if there is none. */
export function compareRuns(original: RunDigest, rewrite: RunDigest): CleanupFault | undefined {
  const fault = rewrite.outcome.how === 'fault' ? rewrite.outcome : undefined;
  if (fault !== undefined && (fault.code === 'table-overflow' || fault.code === 'stack-overflow')) {
    return difference(fault.code, fault.message);
  }
  const before = outcomeText(original.outcome);
  const after = outcomeText(rewrite.outcome);
  if (before !== after)
    return difference('behaviour-differs', `the original ends in ${before}, the rewrite in ${after}`);
  for (const [key, word] of COMPARED) {
    if (original[key] !== rewrite[key]) {
      return difference(
        'behaviour-differs',
        `${word}: ${original[key]} in the original, ${rewrite[key]} in the rewrite`,
      );
    }
  }
  return undefined;
}

const COMPARED = [
  ['holds', 'held resources differ'],
  ['traceHash', 'the traces of calls differ'],
  ['memoryHash', 'memory differs'],
  ['pc', 'the runs end at different instructions'],
  ['executed', 'the number of executed original instructions differs'],
] as const satisfies readonly (readonly [keyof RunDigest, string])[];

function difference(verdict: FindingVerdict, detail: string): CleanupFault {
  return {
    defect: { verdict, claim: 'same-behaviour', truth: 'difference', location: 'nowhere', frame: 'thrower' },
    detail,
  };
}

/** What the judge says about one program: types only. */
import type { PatchPlan } from '../src/contract/patch-plan.js';
import type { Cost } from '../src/contract/prepared.js';
import type { Refusal } from '../src/contract/refusal.js';
import type { FindingVerdict, Verdict } from '../src/contract/verdict.js';
import type { StopPoint, World } from './world.js';

/**
 * The identity of a finding (with its subject): what the design claimed, what was really there, where, in whose frame.
 * Kinds, addresses and pcs are evidence, not identity. Printed as `verdict/claim/truth/location/frame` (defect.ts).
 */
export interface Defect {
  readonly verdict: FindingVerdict;
  /**
   * What the design claimed: a word of its own without slashes or blanks, e.g. `kernel-object`, or `nothing`; `patched` if
   * the design is right as long as no kernel patches the program.
   */
  readonly claim: string;
  readonly truth: DefectTruth;
  readonly location: 'register' | 'stack' | 'table' | 'nowhere';
  readonly frame: 'thrower' | 'caller';
}

export type DefectTruth =
  | 'non-owned-pointer'
  | 'scalar'
  | 'uninitialised'
  | 'other-kind'
  | 'already-released'
  | 'foreign-register'
  | 'unlisted'
  | 'difference';

/** One release that a subject asked for, and what it did. */
export interface ReleaseRecord {
  /** Index of the frame, 0 = main, and the name of its subprogram. */
  readonly frame: number;
  readonly subprogram: string;
  /** `fp-8`, `r7`, `table[0]`. */
  readonly location: string;
  readonly address: bigint;
  readonly destructor: string;
  readonly because: string;
  /** The resource that was there (`task#1`), if any. */
  readonly resource: string | undefined;
  /** `nothing`: a destructor found an empty dynptr or iterator, which is right. */
  readonly effect: 'released' | 'nothing' | 'already-released' | 'wrong-destructor' | 'garbage';
}

/** What shows a finding: one world, what each side did. */
export interface Evidence {
  readonly world: World;
  readonly stop: StopPoint | undefined;
  /** pc of the instruction that stopped the program, original. */
  readonly pc: number;
  /** Names of the resources held there. */
  readonly holds: readonly string[];
  readonly releases: readonly ReleaseRecord[];
  /** What a kernel does to the program before it runs; absent if the program as verified shows the finding. */
  readonly patches?: PatchPlan;
  /** One sentence for people. */
  readonly detail: string;
}

export interface SubjectVerdict {
  readonly verdict: Verdict;
  readonly defect?: Defect;
  readonly evidence?: Evidence;
  readonly refusal?: Refusal;
  /** For a refusal: the subjects that accepted the program and were right in every explored world. */
  readonly curableBy?: readonly string[];
  /** What it released in the first of the worlds that ended in a throw. For a prepared program. */
  readonly releases?: readonly ReleaseRecord[];
  /** For a prepared program. */
  readonly cost?: Cost;
  /** Bytes added to the frame of each subprogram, and to the worst chain. */
  readonly growth?: { readonly perSubprogram: readonly number[]; readonly chain: number };
  /** Stops within what the design has inserted, in all worlds, and how many of them it did not clean up right. */
  readonly window?: { readonly stops: number; readonly exposed: number };
  /** Instructions of the design executed in all worlds, beside the original ones. */
  readonly executed?: { readonly original: number; readonly added: number };
}

/** The truth in one world. */
export interface TruthRow {
  readonly world: World;
  /** `exit 0`, `throw 7`, `fault bad-address`, `fuel`. */
  readonly outcome: string;
  /** What the ledger holds there. */
  readonly holds: readonly string[];
}

/** How much was at stake in one program: an agreement about nothing is worth nothing. */
export interface Stakes {
  readonly worlds: number;
  /** Every world was enumerated. */
  readonly enumerated: boolean;
  readonly throwRuns: number;
  /** Stops between throws, over all worlds, and at how many of them something was held. */
  readonly stopRuns: number;
  readonly stopsHolding: number;
  /** Held at each throw that ran. */
  readonly heldAtThrow: readonly number[];
  /** Some run threw while two frames held something. */
  readonly heldInTwoFrames: boolean;
  /** Some throw pc was reached by states that differ in what they hold or where. */
  readonly differingStates: boolean;
  /** Throw pcs of the program that some path of the verifier reaches, and how many of them ran. */
  readonly throwPcs: number;
  readonly throwPcsRun: number;
  /** Instructions executed by the original program over all worlds. */
  readonly executed: number;
}

export interface Judgement {
  /** Why the program does not verify; then every subject's verdict is `refused`. */
  readonly refusal: Refusal | undefined;
  readonly subjects: ReadonlyMap<string, SubjectVerdict>;
  readonly truth: readonly TruthRow[];
  readonly stakes: Stakes;
}

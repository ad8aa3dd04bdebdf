/** The interface of a subject: one design for cleaning up after a throw. */
import type { Knowledge } from '../contract/knowledge.js';
import type { Cost, Intrinsic, PcMap, StopAt, Unwind } from '../contract/prepared.js';
import type { Refusal } from '../contract/refusal.js';
import type { Program } from '../isa/program.js';
import type { KernelPass } from '../patch/kernel-pass.js';
import type { Analysis, ThrowVisit } from '../verify/analysis.js';

/** A program that a subject has accepted, ready to run and to unwind. */
export interface Prepared {
  readonly ok: true;
  /** The original, or this design's rewrite of it. */
  readonly program: Program;
  readonly pcMap: PcMap;
  readonly cost: Cost;
  /** Bytes at the end of each subprogram's frame that belong to the design. */
  readonly reserved: readonly number[];
  readonly intrinsics: readonly Intrinsic[];
  /** Instructions of code beside the program that a verifier walked for this design: of a clone, of landing pads. */
  readonly walkedBeside?: number;
  readonly unwind: Unwind;
  /**
   * The unwinder after a kernel has patched the prepared program, the pcs a design keeps moved as that design says. A design
   * that keeps none leaves this out: its `unwind` does not care what was patched.
   */
  maintain?(pass: KernelPass): Unwind;
  /** What the design knows, for people: one line per descriptor or table, `main 7: r7=task?`. */
  describe(): readonly string[];
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export interface PrepareInput {
  readonly program: Program;
  /** One walk, shared by all subjects. It has no refusal. */
  readonly analysis: Analysis;
  readonly stopAt: StopAt;
  /** The states in which the program can be stopped; absent: those of `analysis.throws`. */
  readonly stops?: readonly ThrowVisit[];
}

/** Names of subjects: words and slashes, because corpus files, baselines and paths of findings carry them. */
export const SUBJECT_NAME = /^[\w.-]+(\/[\w.-]+)*$/;

export interface Subject {
  /** `design/policy`, e.g. `frame-descriptors/rfc-v1`. */
  readonly name: string;
  /** The finest stop granularity it supports. */
  readonly stops: 'throw' | 'points' | 'anywhere';
  prepare(input: PrepareInput): Prepared | Refused;
  /** What it knows of the program and why, also of one that it refuses; `undefined` if there is nothing to say. */
  know?(input: PrepareInput): Knowledge | undefined;
}

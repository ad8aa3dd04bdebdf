/** A case: one corpus file as values. docs/corpus-format.md is its manual, corpus/readme.bpf its example. */

import type { StopPoint, World } from '../../oracles/world.js';
import type { FaultCode } from '../contract/outcome.js';
import type { PatchPlan } from '../contract/patch-plan.js';
import type { StopAt } from '../contract/prepared.js';
import type { RefusalCode } from '../contract/refusal.js';
import type { Program } from '../isa/program.js';
import type { Pruning } from '../verify/analysis.js';

/** The pruning of a case that names none. */
export const DEFAULT_PRUNING: Pruning = 'exact';

/** Fuel of a run that does not say how much it has, in original instructions. */
export const DEFAULT_FUEL = 100_000;

/** How a run is to end. */
export type ExpectedOutcome =
  | { readonly how: 'exit' | 'throw'; readonly value: bigint }
  | { readonly how: 'stop' | 'fuel' }
  | { readonly how: 'fault'; readonly code: FaultCode };

/** `run`: the truth in one world. */
export interface ExpectedRun {
  readonly world: World;
  readonly stop: StopPoint | undefined;
  readonly outcome: ExpectedOutcome;
  /** What the ledger holds at the end: `task#1`, by kind and order of success, in that order. */
  readonly holds: readonly string[];
}

/** `refuse`: who refuses the case at a pc, and why. The subject name `verifier` stands for the walk all subjects share. */
export interface ExpectedRefusal {
  readonly subjects: readonly string[];
  readonly code: RefusalCode;
  /** Part of the message; may be empty. */
  readonly words: string;
  readonly pc: number;
}

/** `known`: a finding that is accepted for a reason. */
export interface KnownDefect {
  readonly subject: string;
  /** As printed by oracles/defect.ts; opaque here. */
  readonly defect: string;
  readonly reason: string;
}

export type Origin = { readonly by: 'hand' } | { readonly by: 'fuzz'; readonly seed: string; readonly index: number };

/** What is left to people: the order of directives, comments and blank lines; kept when a case is written back. */
export interface Layout {
  /** Directives in the order in which they stand: `KEY n`. */
  readonly order: readonly string[];
  /** Lines before an item, as they stand. Items: `KEY n` of a directive, `label pc`, `instruction pc`, `expected`. */
  readonly before: ReadonlyMap<string, readonly string[]>;
  /** What stands behind a label or instruction: blanks up to the first `;`, and the text after the comment's `;`. */
  readonly trailing: ReadonlyMap<string, { readonly gap: number; readonly comment: string | undefined }>;
}

export interface Case {
  /** One sentence: the title of the test. */
  readonly title: string;
  readonly origin: Origin | undefined;
  /** Under which pruning the subjects see the program; absent: exact. */
  readonly pruning?: Pruning | undefined;
  /** Where programs are stopped; absent: at throws. */
  readonly stopAt?: StopAt | undefined;
  readonly program: Program;
  readonly runs: readonly ExpectedRun[];
  readonly refusals: readonly ExpectedRefusal[];
  readonly known: readonly KnownDefect[];
  /** What a kernel does to the program before it runs; empty: it runs as verified only. */
  readonly patches: PatchPlan;
  /** The `;>` lines without their sigil. */
  readonly expected: readonly string[];
  /** Absent for a case that no person has written. */
  readonly layout?: Layout;
}

/** The plans under which a case is judged beside its program as it is: the one it names, or none. */
export function plansOf({ patches }: Pick<Case, 'patches'>): readonly PatchPlan[] {
  return patches.length === 0 ? [] : [patches];
}

/** The name that stands for the shared walk in `refuse`. */
export const VERIFIER = 'verifier';

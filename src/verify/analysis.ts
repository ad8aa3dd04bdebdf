/** What one walk of the verifier says about a program: the types that subjects and oracles read. */
import type { Refusal } from '../contract/refusal.js';
import type { Kind } from '../isa/kinds.js';
import type { Program } from '../isa/program.js';
import type { Reference, Slot, Value } from './value.js';

/** Prunings that drop nothing (`off`), or only exact repetitions (`exact`, prune.ts): every throw state is seen. */
export type CompletePruning = 'off' | 'exact';

/** Which states a walk may drop; see pruning.ts. */
export type Pruning = CompletePruning | 'kernel-like' | 'kernel-like-every';

/** One frame of an abstract state. */
export interface FrameView {
  readonly subprogram: number;
  /** pc of the call instruction in the caller, or -1 in frame 0. */
  readonly callsite: number;
  /** Deepest stack offset this path has accessed in the frame, as a positive number of bytes, rounded up to 8. */
  readonly allocated: number;
}

/** An abstract state, read-only. Registers are 0..10; slot 0 is fp-8, slot 1 is fp-16, … slot 63 is fp-512. */
export interface StateView {
  readonly depth: number;
  frame(index: number): FrameView;
  register(frame: number, register: number): Value;
  slot(frame: number, slot: number): Slot;
  /** In the order of acquisition. */
  readonly references: readonly Reference[];
}

/** One arrival of the walk at a throw, in exploration order; the state is after the call was modelled (R0–R5 dead). */
export interface ThrowVisit {
  /** pc of the throwing instruction. */
  readonly pc: number;
  readonly state: StateView;
  /** In a recorded walk: index of the node that throws. */
  readonly node?: number;
}

/**
 * What an acquiring or releasing call at a pc does, the same on all paths that reach it; `clone`: a dynptr with a reference
 * has a second place from here on.
 */
export interface OwnershipMark {
  readonly pc: number;
  readonly does: 'acquire' | 'release' | 'clone';
  readonly kind: Kind;
  /** Struct type number for local objects; -1 for other kinds, or when several types are released at this pc. */
  readonly type: number;
}

export interface Analysis {
  readonly program: Program;
  readonly pruning: Pruning;
  /** Why the walk refuses the program; `undefined` if it verifies (throws with held resources allowed). */
  readonly refusal: Refusal | undefined;
  readonly throws: readonly ThrowVisit[];
  readonly ownership: readonly OwnershipMark[];
  /** Bytes of stack per subprogram over all paths, rounded up to 8. */
  readonly stackDepth: readonly number[];
  /** Per subprogram, the largest number of references that one frame of it owned at once. */
  readonly maxOwned: readonly number[];
  /** Per subprogram, the largest number of further places that dynptrs had, in all frames, while it owned something. */
  readonly maxClones: readonly number[];
  /** The largest number of references held at once, by all frames together. */
  readonly maxHeld: number;
  /** Instructions processed. */
  readonly walked: number;
  /** pcs of original instructions reached, as a bitmap by pc (1 = reached). */
  readonly reached: Uint8Array;
}

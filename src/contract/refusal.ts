import type { Location } from './location.js';

/** Reasons for which a program is refused before the verifier walks it (the kernel's add_subprog, check_subprogs, check_cfg). */
export type FormRefusal =
  | 'unknown-opcode'
  | 'reserved-field'
  | 'bad-register'
  | 'empty-program'
  | 'jump-out-of-range'
  | 'jump-into-imm64'
  | 'falls-off-end'
  | 'bad-call-target'
  | 'unreachable-insn'
  | 'recursion'
  | 'bad-pad';

/** Reasons for which the walk refuses a program; the words of each are the kernel's. */
export type WalkRefusal =
  | 'uninitialised-register'
  | 'frame-pointer-write'
  | 'invalid-arithmetic'
  | 'invalid-comparison'
  | 'invalid-access'
  | 'misaligned-access'
  | 'invalid-store'
  | 'null-dereference'
  | 'bad-argument'
  | 'unknown-callable'
  | 'unreleased-reference'
  | 'call-depth'
  | 'stack-limit'
  | 'infinite-loop'
  | 'too-complex';

/** Reasons for which a subject refuses a program that the walk accepts. */
export type SubjectRefusal =
  | 'held-reference'
  | 'merge-failure'
  | 'no-destructor'
  | 'stack-limit'
  | 'table-unbounded'
  | 'unsupported-stop'
  | 'no-continuation'
  | 'no-pads'
  | 'pad-rejected'
  | 'rewrite-rejected';

export type RefusalCode = FormRefusal | WalkRefusal | SubjectRefusal;

/** One side of a failed merge: what a path holds at the conflicting location. */
export interface MergeSide {
  /** The entry in words, e.g. `task` or `uninitialised`. */
  readonly what: string;
  /** pc of the instruction that acquired it, where there is one. */
  readonly acquiredAt?: number;
}

/** Why a program was refused: a closed code, the pc it is about and the kernel's words. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Original pc, in 8-byte slots. */
  readonly pc: number;
  readonly message: string;
  /** Index of the subprogram whose frame is meant, where the refusal is about a location. */
  readonly subprogram?: number;
  readonly location?: Location;
  readonly left?: MergeSide;
  readonly right?: MergeSide;
}

/** What a finished subprogram expects and gives back, so that later calls can use it again. */
import type { Routine } from './routine.js';
import type { Species } from './state.js';

/** `guard` throws unless its argument allows it; `make` returns a resource; `drop` releases its argument; `fill` stores one in the caller's frame. */
export type Role = 'guard' | 'work' | 'make' | 'drop' | 'fill';

/** Arguments are R1, R2, … in order. */
export type Parameter =
  | { readonly is: 'scalar' }
  | { readonly is: 'ctx' }
  /** Stays the caller's. */
  | ({ readonly is: 'borrowed'; readonly nullable: boolean } & Species)
  /** Becomes the callee's. */
  | ({ readonly is: 'owned'; readonly nullable: boolean } & Species)
  /** Address of an 8-byte slot of the caller, which holds 0. */
  | ({ readonly is: 'cell' } & Species);

export interface Signature {
  readonly routine: Routine;
  readonly role: Role;
  readonly parameters: readonly Parameter[];
  readonly returns: Species | undefined;
  readonly returnsNull: boolean;
  /** Frames of the longest chain below it. */
  readonly height: number;
  /** Stack bytes of the worst chain from it on, tables included. */
  readonly bytes: number;
  /** Estimated instructions one call costs a verifier. */
  readonly work: number;
}

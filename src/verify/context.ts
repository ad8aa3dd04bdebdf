/** What obligations and transfer see of a walk: the program, the state of the path, and what is noted for the analysis. */
import type { Refusal } from '../contract/refusal.js';
import { KIND_NAMES } from '../isa/kinds.js';
import type { Program } from '../isa/program.js';
import type { OwnershipMark } from './analysis.js';
import type { InternTable } from './intern.js';
import type { Visits } from './iterate.js';
import type { Rules } from './rules.js';
import type { State } from './state.js';

/** Returned by a transfer instead of a pc: the path ends here. */
export const PATH_ENDS = -1;

/** What is noted on the way. */
export interface Notes {
  /** Bytes by subprogram, not rounded. */
  readonly stackDepth: number[];
  readonly maxOwned: number[];
  readonly maxClones: number[];
  maxHeld: number;
  /** Some dynptr was cloned so far. */
  hasClones: boolean;
  readonly ownership: Map<number, OwnershipMark>;
}

/** What a store leaves in a slot: a spilled word, zero bytes that are none, or bytes of which nothing is known. */
export type StackWrite = 'spill' | 'zero' | 'data';

/** Who has to know what is done to stack slots (checkpoints.ts; registers it finds in the instructions). */
export interface StackWitness {
  /** A slot is read; `fill`: the result depends on the word that is spilled there. */
  read(frame: number, slot: number, fill: boolean): void;
  /** A slot is written; `whole`: all 8 bytes. */
  write(frame: number, slot: number, whole: boolean, what: StackWrite): void;
}

export interface Context {
  readonly program: Program;
  readonly rules: Rules;
  readonly table: InternTable;
  readonly state: State;
  /** States at calls that step iterators (iterate.ts); they last as long as the walk. */
  readonly visits: Visits;
  readonly notes: Notes;
  /** Inserted calls are accepted. */
  readonly intrinsics: boolean;
  readonly witness?: StackWitness | undefined;
  /** Keeps the current state for later, to go on at a jump's target (`taken`) or at `pc` itself. */
  push(pc: number, taken: boolean): void;
  /** The current state is one in which the instruction throws. */
  throws(pc: number): void;
}

/** What an instruction requires; `undefined` if the current state has it. */
export type Obligation = (context: Context, pc: number) => Refusal | undefined;

/** Does what an instruction does to the current state; returns the next pc or PATH_ENDS. Its obligation holds. */
export type Transfer = (context: Context, pc: number) => number;

/** Notes an acquire or release at a pc; a struct type that is not the same on all paths becomes -1. */
export function noteOwnership(notes: Notes, pc: number, does: OwnershipMark['does'], kind: number, type: number): void {
  const known = notes.ownership.get(pc);
  if (known !== undefined && (known.type === type || known.type === -1)) return;
  const name = KIND_NAMES[kind] ?? 'task';
  notes.ownership.set(pc, { pc, does, kind: name, type: known === undefined ? type : -1 });
}

/** Notes how much the current frame owns, and all frames together. */
export function noteOwned({ notes, state }: Context): void {
  const subprogram = state.subprogram(state.depth - 1);
  const owned = state.ownedBy(state.depth - 1);
  if (owned > (notes.maxOwned[subprogram] ?? 0)) notes.maxOwned[subprogram] = owned;
  if (state.refCount > notes.maxHeld) notes.maxHeld = state.refCount;
}

import type { Program } from '../isa/program.js';
import type { Location } from './location.js';

/** One frame of a stopped program. All addresses and words are unsigned 64-bit. */
export interface StoppedFrame {
  /** Index of the subprogram, the same in the original and in a rewrite. */
  readonly subprogram: number;
  /** pc in the *prepared* program: the stopping instruction of the innermost frame, the call instruction of the others. */
  readonly pc: number;
  /** Value of R10 in this frame. Frame memory is [fp - 512, fp). */
  readonly fp: bigint;
  /**
   * The words the prologue of this frame pushed, counted upwards from sp: the callee-saved registers R6..R9 that appear
   * in the subprogram's instructions as they finally run, pushed in ascending order, so that index 0 holds the highest.
   */
  readonly pushed: readonly bigint[];
}

/** What a kernel could read when a program has been stopped: frames, memory, pushed registers; nothing else. */
export interface StoppedView {
  /** Outermost (main) first; the last is the frame that stopped. */
  readonly frames: readonly StoppedFrame[];
  /** R6, R7, R8, R9 as the trampoline pushed them: their values when the program stopped. */
  readonly trampoline: readonly [bigint, bigint, bigint, bigint];
  /** R0..R5 of the frame that stopped, if it was stopped between its throws; a call of bpf_throw leaves nothing in them. */
  readonly scratch?: readonly bigint[];
  /** Little-endian load of 8 bytes from frame memory. An address outside of it reads as 0. */
  load(address: bigint): bigint;
}

/** What a subject asks for while unwinding, executed one at a time by the machine. */
export type UnwindStep =
  | {
      readonly do: 'release';
      /** Index into `StoppedView.frames`. */
      readonly frame: number;
      readonly from: Location;
      /** What the destructor gets: the resource's address (or the slot's, for a resource that lives on the stack). */
      readonly address: bigint;
      /** Name of the destructor. */
      readonly destructor: string;
      /** The claim in a few words, e.g. `entry of type kernel-object`. Part of a finding's identity: no addresses, no pcs. */
      readonly because: string;
    }
  /** Runs the code at a pc of the prepared program as a subroutine of a frame, up to its exit: a landing pad. */
  | { readonly do: 'run'; readonly frame: number; readonly pc: number }
  /**
   * The stopped program goes on in another one, up to the exit of main. All frames stay as they are; `pcs` says by frame,
   * main first, where each goes on: the innermost one at once, the others when what they have called returns. After a throw
   * R0 to R5 are lost, after a stop they are what they were.
   */
  | { readonly do: 'resume'; readonly program: Program; readonly pcs: readonly number[] };

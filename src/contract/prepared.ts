import type { ReadonlyInts } from './ints.js';
import type { StoppedView, UnwindStep } from './unwind.js';

/** Where a program may be stopped; see docs/architecture.md. */
export type StopAt = 'throw' | 'points' | 'anywhere' | 'window';

/** Original pcs against pcs of a rewrite. Both in 8-byte slots. */
export interface PcMap {
  /** By original pc: where that very instruction (or what replaced it) now is; -1 if it was removed. */
  readonly toPrepared: ReadonlyInts;
  /** By prepared pc: the original pc of the instruction, or -1 for an inserted one. */
  readonly toOriginal: ReadonlyInts;
  /**
   * By prepared pc: the original instruction it belongs to (its own pc for an original one); -1 for code at a
   * subprogram's entry. A stop before an original pc is a stop before the first slot that serves it.
   */
  readonly serves?: ReadonlyInts;
}

/** What a design costs for one program. */
export interface Cost {
  /** Bytes of frame per subprogram, after the design's additions, rounded up to 8. */
  readonly stack: readonly number[];
  /** Bytes of the worst call chain, each frame rounded up to 16. */
  readonly chain: number;
  readonly metadataBytes: number;
  readonly instructionsAdded: number;
}

/** What an inserted call may see and do. Stores outside the reserved bytes of a frame fault the run. */
export interface IntrinsicView {
  /** Number of active frames; the current one is the last. */
  readonly depth: number;
  /** Subprogram of an active frame, 0 = outermost. */
  subprogram(frame: number): number;
  /** Value of R0..R9 in the current frame. */
  register(register: number): bigint;
  /** 8 bytes at fp + offset of an active frame. */
  load(frame: number, offset: number): bigint;
  store(frame: number, offset: number, value: bigint): void;
  /** Reports that the table has no room: the run ends in the fault `table-overflow`. */
  overflow(message: string): void;
}

/** An inserted call: it has no effect for the verifier, preserves R0–R9 and touches reserved bytes only. */
export interface Intrinsic {
  /** pc in the prepared program. */
  readonly pc: number;
  readonly name: string;
  run(view: IntrinsicView): void;
}

/** How a stopped program is cleaned up. */
export type Unwind = (stopped: StoppedView) => Iterable<UnwindStep>;

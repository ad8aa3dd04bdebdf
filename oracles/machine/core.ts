/** The state that instructions act on: registers, frames, memory, ledger, and the counters of one run. */
import type { FaultCode, Outcome } from '../../src/contract/outcome.js';
import type { Intrinsic, PcMap } from '../../src/contract/prepared.js';
import type { Program } from '../../src/isa/program.js';
import { Ledger } from '../ledger.js';
import type { WorldSource } from '../world.js';
import {
  CTX_HIGH,
  CTX_LOW,
  FILL_BYTE,
  FRAME_HIGH,
  framePointerLow,
  MAX_FRAMES,
  POISON_LOW,
  POISONED,
  poisonHigh,
} from './address.js';
import { Code, HALT } from './code.js';
import { Memory, mix } from './memory.js';
import { RegisterFile } from './register-file.js';

/** Times a may_goto falls through per frame (kernel: BPF_MAX_LOOPS). */
export const MAY_GOTO_BUDGET = 0x80_0000;

/** Names and sizes the behaviours need; a bare program has none. */
export type Names = Pick<Program, 'subprograms' | 'types' | 'maps'>;

/** Handles a release while code cleans up, a landing pad or a clone: the unwinder judges it instead of faulting. */
export type PadRelease = (address: bigint, destructor: string, pc: number) => void;

/** Registers and frames as they were. */
export interface SavedFrames {
  readonly ints: Int32Array;
  readonly saved: Int32Array;
  readonly subprograms: Int32Array;
  readonly calls: Int32Array;
  readonly depth: number;
}

export class Core {
  readonly file = new RegisterFile();
  readonly memory = new Memory();
  /** What runs: the loaded program, or the one that a stopped program goes on in. */
  code = new Code();
  ledger = new Ledger();
  names: Names = { subprograms: [], types: [], maps: [] };
  pcMap: PcMap | undefined;
  intrinsics: ReadonlyMap<number, Intrinsic> = new Map();
  reserved: readonly number[] = [];
  stackDepth: readonly number[] | undefined;
  subprogramOf: { readonly [pc: number]: number } = [];
  /** No poison and no clobbering: what the plug-in protocol expects of registers. */
  bare = false;

  outcome: Outcome | undefined;
  attempts = 0;
  traceHash = 0;
  padRelease: PadRelease | undefined;
  /** Depth at which `exit` ends the run: 1, or that of a frame whose landing pad runs. */
  baseDepth = 1;

  readonly frameSubprogram = new Int32Array(MAX_FRAMES);
  /** Prepared pc of the call instruction in the caller; -1 for frame 0. */
  readonly frameCall = new Int32Array(MAX_FRAMES);
  readonly #budget = new Int32Array(MAX_FRAMES);
  /** R6..R9 of every frame that is not the current one. */
  readonly #savedInts = new Int32Array(MAX_FRAMES * 8);
  readonly #savedWords = new BigUint64Array(this.#savedInts.buffer);

  /** Everything as it is before the first instruction. */
  begin(source: WorldSource | undefined): void {
    const { file, memory } = this;
    memory.reset(source, this.bare);
    this.ledger.clear();
    memory.makePermanent(memory.addKernelObject('task')); // object 0: the current task
    this.outcome = undefined;
    this.attempts = 0;
    this.traceHash = 0x811c9dc5 | 0;
    this.baseDepth = 1;
    this.padRelease = undefined;
    for (let register = 0; register < 10; register++) this.poison(register, POISONED.atEntry);
    if (!this.bare) file.setHalves(1, CTX_LOW, CTX_HIGH);
    this.#enter(0, -1);
  }

  get depth(): number {
    return this.memory.depth;
  }

  /** Makes a register recognisably uninitialised. */
  poison(register: number, why: number): void {
    if (this.bare) this.file.setHalves(register, 0, 0);
    else this.file.setHalves(register, POISON_LOW, poisonHigh(register, why));
  }

  /** What a call leaves of R1..R5. */
  clobberArguments(): void {
    if (this.bare) return;
    for (let register = 1; register <= 5; register++) this.poison(register, POISONED.byCall);
  }

  /** A local call: R6..R9 are saved, the callee sees poison in all but its arguments. False: too deep. */
  pushFrame(subprogram: number, callPc: number): boolean {
    const frame = this.memory.depth;
    if (frame >= MAX_FRAMES) return false;
    for (let half = 0; half < 8; half++) this.#savedInts[(frame - 1) * 8 + half] = this.file.ints[12 + half] ?? 0;
    if (!this.bare) {
      this.poison(0, POISONED.atEntry);
      for (let register = 6; register <= 9; register++) this.poison(register, POISONED.atEntry);
    }
    this.#enter(subprogram, callPc);
    return true;
  }

  /** Return from a local call; returns the pc of the call instruction. */
  popFrame(): number {
    const frame = this.memory.depth - 1;
    this.setDepth(frame);
    this.clobberArguments();
    this.ledger.returnTo(frame - 1);
    this.memory.residents.leave(frame);
    return this.frameCall[frame] ?? 0;
  }

  /** Makes an outer frame current again, with its R6..R9 and R10. */
  setDepth(depth: number): void {
    const { file, memory } = this;
    memory.depth = depth;
    for (let half = 0; half < 8; half++) file.ints[12 + half] = this.#savedInts[(depth - 1) * 8 + half] ?? 0;
    file.setHalves(10, framePointerLow(depth - 1), FRAME_HIGH);
  }

  /** True value of R6..R9 in any active frame, unsigned. */
  calleeSaved(frame: number, register: number): bigint {
    if (frame === this.memory.depth - 1) return this.file.value(register);
    return this.#savedWords[frame * 4 + register - 6] ?? 0n;
  }

  /** One half (0 low, 1 high) of R0..R9 of the current frame, or of R6..R9 of any. */
  half(frame: number, register: number, half: 0 | 1): number {
    if (frame === this.memory.depth - 1) return this.file.ints[register * 2 + half] ?? 0;
    return this.#savedInts[frame * 8 + (register - 6) * 2 + half] ?? 0;
  }

  /** Keeps the current frame's R6..R9 where `setDepth` finds them. */
  saveCurrent(): void {
    const at = (this.memory.depth - 1) * 8;
    for (let half = 0; half < 8; half++) this.#savedInts[at + half] = this.file.ints[12 + half] ?? 0;
  }

  /** Copies of registers and frames, to be put back by `restoreFrames`. */
  saveFrames(): SavedFrames {
    return {
      ints: this.file.ints.slice(0, 22),
      saved: this.#savedInts.slice(),
      subprograms: this.frameSubprogram.slice(),
      calls: this.frameCall.slice(),
      depth: this.memory.depth,
    };
  }

  restoreFrames(from: SavedFrames): void {
    this.file.ints.set(from.ints);
    this.#savedInts.set(from.saved);
    this.frameSubprogram.set(from.subprograms);
    this.frameCall.set(from.calls);
    this.memory.depth = from.depth;
  }

  /** Whether a may_goto of the current frame still falls through. */
  spendMayGoto(): boolean {
    const frame = this.memory.depth - 1;
    const left = this.#budget[frame] ?? 0;
    if (left === 0) return false;
    this.#budget[frame] = left - 1;
    return true;
  }

  /** Rolls a call into the trace: number of the callable, argument registers, R0 unless void. */
  trace(callable: number, args: number, returns: boolean): void {
    const { ints } = this.file;
    let hash = mix(this.traceHash, callable);
    for (let half = 2; half < 2 + args * 2; half++) hash = mix(hash, ints[half] ?? 0);
    this.traceHash = returns ? mix(mix(hash, ints[0] ?? 0), ints[1] ?? 0) : hash;
  }

  originalPc(pc: number): number {
    if (this.pcMap === undefined) return pc;
    const own = this.pcMap.toOriginal[pc] ?? -1;
    return own >= 0 ? own : (this.pcMap.serves?.[pc] ?? -1);
  }

  /** Ends the run in a fault; answers HALT. */
  fault(code: FaultCode, pc: number, message: string): number {
    this.outcome = { how: 'fault', code, pc: this.originalPc(pc), message };
    return HALT;
  }

  #enter(subprogram: number, callPc: number): void {
    const frame = this.memory.depth;
    this.memory.depth = frame + 1;
    this.memory.enterFrame(frame, this.bare ? 0 : FILL_BYTE);
    this.frameSubprogram[frame] = subprogram;
    this.frameCall[frame] = callPc;
    this.#budget[frame] = MAY_GOTO_BUDGET;
    this.file.setHalves(10, framePointerLow(frame), FRAME_HIGH);
  }
}

/**
 * The machine: runs a program in a world and knows what it holds. Load once, run often; results stay readable until the
 * next run. It is the truth that subjects are judged by, and shares no code with them or with the verifier.
 */
import type { Outcome } from '../../src/contract/outcome.js';
import type { Intrinsic, PcMap } from '../../src/contract/prepared.js';
import type { StoppedView, UnwindStep } from '../../src/contract/unwind.js';
import type { Insn } from '../../src/isa/insn.js';
import type { Program } from '../../src/isa/program.js';
import type { Ledger } from '../ledger.js';
import type { StopPoint, WorldSource } from '../world.js';
import { classifyValue, FRAME_BYTES, objectHigh, objectLow, type Place } from './address.js';
import { Code, DOES_ALU, DOES_JUMP, HALT, usedCalleeSaved } from './code.js';
import { Core } from './core.js';
import { reservedOf } from './intrinsic.js';
import { hashFrame } from './memory.js';
import { rawSlots } from './raw-slots.js';
import { type UnwindResult, unwindStopped } from './unwinding.js';
import { stoppedView } from './view.js';

/** What the machine needs of a prepared program (or of an original: the program alone). */
export interface Loadable {
  readonly program: Program;
  readonly pcMap?: PcMap;
  /** Bytes at the end of each subprogram's used stack that belong to the design. */
  readonly reserved?: readonly number[];
  /** Bytes of stack each subprogram uses in all, the reserved ones included. */
  readonly stackDepth?: readonly number[];
  readonly intrinsics?: readonly Intrinsic[];
}

/** Instructions that code may execute that cleans up: as many as a verifier walks. */
const CLEANUP_FUEL = 1_000_000;
const NO_INTRINSICS: ReadonlyMap<number, Intrinsic> = new Map();
const NEVER = -1;

export class Machine {
  readonly #core = new Core();
  #used: Uint8Array = new Uint8Array(1);
  #reached: Uint8Array = new Uint8Array(0);
  #outcome: Outcome = { how: 'fuel' };
  #executed = 0;
  #executedAdded = 0;
  #stoppedAt = 0;
  /** The program that the last stopped one went on in, decoded behind the constants of the loaded one. */
  readonly #other = new Code();
  #continued: Program | undefined;
  #constants = 0;
  #view: StoppedView | undefined;
  /** Called with the pc of every original instruction before it runs; original pcs. */
  observer: ((pc: number) => void) | undefined;

  /** Decodes a program; `reached` starts anew. */
  load(loadable: Loadable): void {
    const { program, pcMap } = loadable;
    const core = this.#core;
    core.bare = false;
    core.names = program;
    core.pcMap = pcMap;
    core.reserved = loadable.reserved ?? [];
    core.stackDepth = loadable.stackDepth;
    core.intrinsics = new Map(loadable.intrinsics?.map((intrinsic) => [intrinsic.pc, intrinsic]));
    core.subprogramOf = program.subprogramOf;
    this.#load(program, pcMap?.toOriginal);
    this.#used = usedCalleeSaved(program, program.subprograms.length);
    this.#reached = new Uint8Array(program.length);
  }

  /**
   * Decodes slots that no verifier has seen and that need not be a Program (plug-in protocol): nothing is poisoned and
   * calls clobber nothing. Answers what is wrong with them, or `undefined`.
   */
  loadSlots(slots: readonly Insn[]): string | undefined {
    const core = this.#core;
    const runnable = rawSlots(slots);
    if (typeof runnable === 'string') return runnable;
    core.bare = true;
    core.names = { subprograms: [], types: [], maps: [] };
    core.pcMap = undefined;
    core.reserved = [];
    core.stackDepth = undefined;
    core.intrinsics = new Map();
    core.subprogramOf = runnable.subprogramOf;
    this.#load(runnable, undefined);
    this.#used = usedCalleeSaved(runnable, 1);
    this.#reached = new Uint8Array(slots.length);
    return undefined;
  }

  #load(program: Parameters<Code['load']>[0], original: PcMap['toOriginal'] | undefined): void {
    const { code, file } = this.#core;
    code.load(program, original, file);
    this.#constants = file.constants;
    this.#continued = undefined;
  }

  /** Runs in a world, for at most `fuel` original instructions, up to the stop point if there is one. */
  run(source: WorldSource, fuel: number, stop?: StopPoint): void {
    this.#core.begin(source);
    this.#start(fuel, stop);
  }

  /** Runs up to the given visit (counted from 1) of a slot of the program that is loaded, inserted or not. */
  runToSlot(source: WorldSource, fuel: number, slot: number, visit: number): void {
    this.#core.begin(source);
    this.#view = undefined;
    this.#finish(this.#interpret(0, fuel, slot, slot, visit, this.observer));
  }

  /** Runs slots of `loadSlots`: R1 = address of the memory, R2 = its length (0, 0 if there is none). */
  runSlots(memory: Uint8Array, fuel: number): void {
    const core = this.#core;
    core.begin(undefined);
    if (memory.length > 0) {
      const object = core.memory.addObject('input', -1, memory.length, 0);
      const at = core.memory.locate(objectLow(object), objectHigh(object), 0, memory.length, true);
      core.memory.bytes.set(memory, at);
      core.file.setHalves(1, objectLow(object), objectHigh(object));
      core.file.setHalves(2, memory.length, 0);
    }
    this.#start(fuel, undefined);
  }

  /** How the last run ended. */
  get outcome(): Outcome {
    return this.#outcome;
  }

  /** What the last run acquired and holds. */
  get ledger(): Ledger {
    return this.#core.ledger;
  }

  /** Original instructions executed. */
  get executed(): number {
    return this.#executed;
  }

  /** Inserted instructions executed. */
  get executedAdded(): number {
    return this.#executedAdded;
  }

  /** Rolling hash over all helper and kfunc calls: callable, arguments, result. */
  get traceHash(): number {
    return this.#core.traceHash;
  }

  /** Original pc where the run ended. */
  get pc(): number {
    return this.#core.originalPc(this.#stoppedAt);
  }

  /** By prepared pc: 1 if it ran in any run since `load`. */
  get reached(): Uint8Array {
    return this.#reached;
  }

  /** Active frames. */
  get depth(): number {
    return this.#core.depth;
  }

  /** Subprogram of an active frame, 0 = main's. */
  subprogram(frame: number): number {
    return this.#core.frameSubprogram[frame] ?? 0;
  }

  /** Original pc of the call instruction that made a frame, in its caller; -1 for frame 0. */
  callsite(frame: number): number {
    const pc = this.#core.frameCall[frame] ?? -1;
    return pc < 0 ? -1 : this.#core.originalPc(pc);
  }

  /** R0..R10 of the current frame, unsigned. */
  register(register: number): bigint {
    return this.#core.file.value(register);
  }

  /** R6..R9 of any active frame, unsigned: of an outer frame as saved at its call. */
  savedRegister(frame: number, register: number): bigint {
    return this.#core.calleeSaved(frame, register);
  }

  /** Lower half of a register (`place` 0..9) of a frame or of the 8 bytes at R10 + `place` (negative), signed. */
  low(frame: number, place: number): number {
    return place < 0 ? this.#frameInt(frame, place) : this.#core.half(frame, place, 0);
  }

  /** The same for the upper half. */
  high(frame: number, place: number): number {
    return place < 0 ? this.#frameInt(frame, place + 4) : this.#core.half(frame, place, 1);
  }

  /** Both halves, unsigned. */
  word(frame: number, place: number): bigint {
    if (place < 0) return this.frameWord(frame, place);
    return frame === this.depth - 1 ? this.register(place) : this.savedRegister(frame, place);
  }

  #frameInt(frame: number, offset: number): number {
    const at = this.#core.memory.frameIndex(frame, offset, 4);
    return at === undefined ? 0 : this.#core.memory.view.getInt32(at, true);
  }

  /** A byte of an active frame at R10 + offset; 0 outside of it. */
  frameByte(frame: number, offset: number): number {
    const at = this.#core.memory.frameIndex(frame, offset, 1);
    return at === undefined ? 0 : (this.#core.memory.bytes[at] ?? 0);
  }

  /** 8 bytes of an active frame at R10 + offset; 0 outside of it. */
  frameWord(frame: number, offset: number): bigint {
    const at = this.#core.memory.frameIndex(frame, offset, 8);
    return at === undefined ? 0n : this.#core.memory.view.getBigUint64(at, true);
  }

  /** Word `__sk_buff.cb[word]` as the last run left it, unsigned; `undefined` if it never touched it. */
  contextWord(word: number): number | undefined {
    return this.#core.memory.contextWord(word);
  }

  /** What a 64-bit value is, taken as an address. */
  classify(value: bigint): Place {
    return this.classifyHalves(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  /** The same, of its halves. */
  classifyHalves(low: number, high: number): Place {
    const { memory, names } = this.#core;
    return classifyValue(low, high, memory.objects, names.maps.length);
  }

  /** What an object of the last run is (`input`: plug-in memory), its struct type number or -1, whether it lives. */
  object(object: number): { readonly kind: string; readonly type: number; readonly live: boolean } {
    const { memory } = this.#core;
    return { kind: memory.kindOf(object) ?? 'none', type: memory.typeOf(object), live: memory.isLive(object) };
  }

  /** Object of the dynptr or iterator at R10 + offset of a frame, or -1. */
  residentAt(frame: number, offset: number): number {
    return this.#core.memory.residents.at(frame, offset);
  }

  /** Hash of the context, all live objects and the active frames without reserved bytes and words never written. */
  memoryHash(): number {
    const { memory, frameSubprogram } = this.#core;
    let hash = memory.hashHeap(0x811c9dc5 | 0);
    for (let frame = 0; frame < memory.depth; frame++) {
      const { from, to } = reservedOf(this.#core, frameSubprogram[frame] ?? 0);
      hash = hashFrame(hash, memory, frame, FRAME_BYTES + from, FRAME_BYTES + to);
    }
    return hash >>> 0;
  }

  /** The public view of the stopped program; valid until the next run. */
  stopped(): StoppedView {
    this.#view ??= stoppedView(this.#core, this.#stoppedAt, this.#used);
    return this.#view;
  }

  /** Executes a cleanup on a copy of the ledger: the run's results stay as they are, and several can be tried. */
  unwind(steps: Iterable<UnwindStep>): UnwindResult {
    const reached = this.#reached;
    // What cleans up is no run of the program.
    this.#reached = new Uint8Array(0);
    try {
      return unwindStopped(this.#core, steps, {
        here: (pc) => {
          this.#interpret(pc, CLEANUP_FUEL, NEVER, NEVER, 0, undefined);
        },
        elsewhere: (program, pc) => this.#goOn(program, pc),
      });
    } finally {
      this.#reached = reached;
    }
  }

  /** Runs another program on the state as it is. */
  #goOn(program: Program, pc: number): void {
    const core = this.#core;
    const { code, subprogramOf, pcMap, intrinsics } = core;
    if (this.#continued !== program) {
      this.#other.load(program, undefined, core.file, this.#constants);
      this.#continued = program;
    }
    core.code = this.#other;
    core.subprogramOf = program.subprogramOf;
    core.pcMap = undefined;
    core.intrinsics = NO_INTRINSICS;
    try {
      this.#interpret(pc, CLEANUP_FUEL, NEVER, NEVER, 0, undefined);
    } finally {
      core.code = code;
      core.subprogramOf = subprogramOf;
      core.pcMap = pcMap;
      core.intrinsics = intrinsics;
    }
  }

  #start(fuel: number, stop: StopPoint | undefined): void {
    const map = this.#core.pcMap;
    const own = stop === undefined ? NEVER : map === undefined ? stop.pc : (map.toPrepared[stop.pc] ?? NEVER);
    let first = own;
    while (
      first > 0 &&
      stop !== undefined &&
      map?.serves?.[first - 1] === stop.pc &&
      map.toOriginal[first - 1] === -1
    ) {
      first--;
    }
    this.#view = undefined;
    this.#finish(this.#interpret(0, fuel, first, own, stop?.visit ?? 0, this.observer));
  }

  #finish(done: { readonly pc: number; readonly executed: number; readonly added: number }): void {
    this.#executed = done.executed;
    this.#executedAdded = done.added;
    this.#stoppedAt = done.pc;
    this.#outcome = this.#core.outcome ?? { how: 'fuel' };
  }

  /**
   * The loop. A stop point is reached at the first slot that serves its instruction, or at the instruction itself where
   * a jump leads past those. Inserted instructions cost no fuel, but cannot run for ever.
   */
  #interpret(
    start: number,
    fuel: number,
    stopFirst: number,
    stopOwn: number,
    stopVisit: number,
    observer: ((pc: number) => void) | undefined,
  ): { readonly pc: number; readonly executed: number; readonly added: number } {
    const core = this.#core;
    const { code, file } = core;
    const { does, dst, src, target, added: isAdded, alu, test, step } = code;
    const reached = this.#reached;
    const { length } = code;
    const addedLimit = fuel * 64 + 100_000;
    let pc = start;
    let executed = 0;
    let added = 0;
    let visits = 0;
    let counted = false;
    for (;;) {
      if (pc < 0 || pc >= length) {
        core.fault('bad-instruction', pc, `no instruction at ${pc}`);
        break;
      }
      if (pc === stopFirst || pc === stopOwn) {
        if (!counted) visits++;
        counted = pc !== stopOwn;
        if (visits === stopVisit) {
          core.outcome = { how: 'stop' };
          break;
        }
      }
      if (isAdded[pc] === 1) {
        if (++added > addedLimit) {
          core.outcome = { how: 'fuel' };
          break;
        }
      } else {
        if (executed >= fuel) {
          core.outcome = { how: 'fuel' };
          break;
        }
        executed++;
        observer?.(core.originalPc(pc));
      }
      reached[pc] = 1;
      const kind = does[pc];
      if (kind === DOES_ALU) {
        alu[pc]?.(file, dst[pc] ?? 0, src[pc] ?? 0);
        pc++;
      } else if (kind === DOES_JUMP) {
        pc = test[pc]?.(file, dst[pc] ?? 0, src[pc] ?? 0) === true ? (target[pc] ?? 0) : pc + 1;
      } else {
        const next: number = step[pc]?.(core, pc) ?? HALT;
        if (next === HALT && core.outcome !== undefined) break;
        pc = next;
      }
    }
    return { pc, executed, added };
  }
}

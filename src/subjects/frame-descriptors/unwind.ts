/**
 * Walks the frames of a stopped program and releases what their descriptors list. How a policy walks is data: the posted
 * series (rfc-v1) leaves a frame whose pc has no descriptor without restoring the registers it saved, and clears a saved
 * register once released; ours restores always and clears nothing.
 */
import type { Unwind } from '../../contract/prepared.js';
import type { StoppedView, UnwindStep } from '../../contract/unwind.js';
import type { Program } from '../../isa/program.js';
import { claimOf } from '../destructors.js';
import { type Descriptor, type Entry, locationOf, registerOf, SLOTS } from './descriptor.js';

export interface WalkPolicy {
  /** A frame of a subprogram with a table, but without a descriptor for its pc, is left without restoring registers. */
  readonly skipsUnlisted: boolean;
  /** A register that was released reads as 0 in the frames further out. */
  readonly clearsReleased: boolean;
}

/** What an unwinder knows of its program. */
export interface Listed {
  /** By pc of the program that runs. */
  readonly byPc: ReadonlyMap<number, Descriptor>;
  /** Subprograms that have a table, be it an empty one by now. */
  readonly tables: ReadonlySet<number>;
  /** The program whose instructions say which registers each prologue has pushed. */
  readonly prologues: Program;
  /** Bytes of stack per subprogram, a multiple of 8: what lies above the pushed words. */
  readonly stack: readonly number[];
}

/** The unwinder of a program with these descriptors. It reads nothing but the stopped view. */
export function unwinder({ byPc, tables, prologues, stack }: Listed, policy: WalkPolicy): Unwind {
  // Most prepared programs are unwound many times or never: what each frame pushed is looked up at the first unwinding.
  let used: readonly (readonly number[])[] | undefined;
  return function* (stopped: StoppedView): Iterable<UnwindStep> {
    used ??= savedBySubprogram(prologues);
    // What the trampoline pushed stands for R6..R9 of the innermost frame.
    const saved: bigint[] = [...stopped.trampoline];
    for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {
      const stoppedFrame = stopped.frames[frame];
      if (stoppedFrame === undefined) continue;
      const { subprogram, pc, fp } = stoppedFrame;
      const descriptor = byPc.get(pc);
      if (descriptor === undefined && policy.skipsUnlisted && tables.has(subprogram)) continue;
      for (const entry of descriptor?.stack ?? []) {
        const slot = BigInt.asUintN(64, fp - BigInt(8 * (entry.place + 1)));
        yield* release(frame, entry, entry.spill === 'spill' ? stopped.load(slot) : slot);
      }
      for (const entry of descriptor?.registers ?? []) {
        if (entry === undefined) continue;
        const register = entry.place - SLOTS;
        for (const step of release(frame, entry, saved[register] ?? 0n)) {
          yield step;
          if (policy.clearsReleased) saved[register] = 0n;
        }
      }
      if (frame === stopped.frames.length - 1) {
        for (const entry of descriptor?.scratch ?? []) {
          if (entry !== undefined) yield* release(frame, entry, stopped.scratch?.[registerOf(entry.place)] ?? 0n);
        }
      }
      if (frame === 0) continue;
      const registers = used[subprogram] ?? [];
      registers.forEach((register, index) => {
        saved[register - 6] = wordAboveSp(stopped, frame, registers.length - 1 - index, stack[subprogram] ?? 0);
      });
    }
  };
}

/**
 * The word at sp + 8 × index of a frame. Above the pushed words lies the frame's own stack, its lowest word first, and above
 * that the frame pointer of its caller; only an unwinder that is wrong about what was pushed reads so far.
 */
function wordAboveSp(stopped: StoppedView, frame: number, index: number, stack: number): bigint {
  const { pushed = [], fp = 0n } = stopped.frames[frame] ?? {};
  const offset = 8 * (index - pushed.length) - stack;
  if (index < pushed.length) return pushed[index] ?? 0n;
  if (offset < 0) return stopped.load(BigInt.asUintN(64, fp + BigInt(offset)));
  return offset === 0 ? (stopped.frames[frame - 1]?.fp ?? 0n) : 0n;
}

function* release(frame: number, entry: Entry, value: bigint): Iterable<UnwindStep> {
  if (entry.holds === undefined || value === 0n) return;
  yield {
    do: 'release',
    frame,
    from: locationOf(entry.place),
    address: BigInt.asUintN(64, value - BigInt(entry.offset)),
    destructor: entry.destructor,
    because: claimOf(entry.holds),
  };
}

const known = new WeakMap<Program, readonly (readonly number[])[]>();

/** What each subprogram's prologue pushes, computed once for all unwinders of a program. */
function savedBySubprogram(program: Program): readonly (readonly number[])[] {
  let saved = known.get(program);
  if (saved === undefined) {
    saved = program.subprograms.map(({ start, end }) => savedRegisters(program, start, end));
    known.set(program, saved);
  }
  return saved;
}

/** The callee-saved registers that appear in slots [start, end), ascending (detect_reg_usage of the JIT). */
export function savedRegisters(program: Program, start: number, end: number): readonly number[] {
  let seen = 0;
  for (let pc = start; pc < end; pc++) seen |= (1 << (program.dst[pc] ?? 0)) | (1 << (program.src[pc] ?? 0));
  return [6, 7, 8, 9].filter((register) => (seen & (1 << register)) !== 0);
}

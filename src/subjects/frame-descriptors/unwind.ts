/**
 * Walks the frames of a stopped program and releases what their descriptors list. How a policy walks is data: the posted
 * series (rfc-v1) leaves a frame whose pc has no descriptor without restoring the registers it saved, and clears a saved
 * register once released; ours restores always and clears nothing.
 */
import type { Unwind } from '../../contract/prepared.js';
import type { StoppedView, UnwindStep } from '../../contract/unwind.js';
import type { Program } from '../../isa/program.js';
import { claimOf } from '../destructors.js';
import { type Descriptors, type Entry, locationOf, SLOTS } from './descriptor.js';

export interface WalkPolicy {
  /** A frame of a subprogram with a table, but without a descriptor for its pc, is left without restoring registers. */
  readonly skipsUnlisted: boolean;
  /** A register that was released reads as 0 in the frames further out. */
  readonly clearsReleased: boolean;
}

/** The unwinder of a program with these descriptors. It reads nothing but the stopped view. */
export function unwinder(program: Program, descriptors: Descriptors, policy: WalkPolicy): Unwind {
  // Most prepared programs are unwound many times or never: what each frame pushed is looked up at the first unwinding.
  let used: readonly (readonly number[])[] | undefined;
  const tables = new Set([...descriptors.byPc.values()].map(({ subprogram }) => subprogram));
  return function* (stopped: StoppedView): Iterable<UnwindStep> {
    used ??= program.subprograms.map(({ start, end }) => savedRegisters(program, start, end));
    // What the trampoline pushed stands for R6..R9 of the innermost frame.
    const saved: bigint[] = [...stopped.trampoline];
    for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {
      const stoppedFrame = stopped.frames[frame];
      if (stoppedFrame === undefined) continue;
      const { subprogram, pc, fp, pushed } = stoppedFrame;
      const descriptor = descriptors.byPc.get(pc);
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
      if (frame === 0) continue;
      const registers = used[subprogram] ?? [];
      registers.forEach((register, index) => {
        saved[register - 6] = pushed[registers.length - 1 - index] ?? 0n;
      });
    }
  };
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

/** The callee-saved registers that appear in slots [start, end), ascending (detect_reg_usage of the JIT). */
export function savedRegisters(program: Program, start: number, end: number): readonly number[] {
  const seen = new Set<number>();
  for (let pc = start; pc < end; pc++) {
    seen.add(program.dst[pc] ?? 0);
    seen.add(program.src[pc] ?? 0);
  }
  return [6, 7, 8, 9].filter((register) => seen.has(register));
}

/**
 * What becomes of the pcs of descriptors when a kernel patches the verified program: a row per policy. `posted` is the
 * arithmetic of the 2024 series, faults included; `exact` (ours) asks the patcher where each instruction is.
 *
 * Posted, word by word. Patching one instruction at `off` into several moves what lies behind it; a pc equal to `off` stays,
 * wherever in the patch the instruction itself ends up: a throw or call with code put in front of it keeps a descriptor that
 * no frame will ever match. Removing slots deletes the descriptors in them, the tables stay. Once, before the JIT, a pc is
 * made relative to its subprogram, plus one, to index the JIT's list of where the code of each instruction ends, which is
 * the return address of a call there. What the JIT itself inserts (blinding) is in that list, but pcs do not follow.
 */
import type { KernelChange } from '../../contract/patch-plan.js';
import type { Program } from '../../isa/program.js';
import type { KernelPass } from '../../patch/kernel-pass.js';
import type { Descriptor, Descriptors } from './descriptor.js';

/** Descriptors by pc of the program that finally runs. */
export type ByPc = ReadonlyMap<number, Descriptor>;

export interface PcPolicy {
  /** Where the descriptors are after the pass. */
  move(descriptors: Descriptors, pass: KernelPass): ByPc;
  /** The program whose instructions say which registers the prologues have pushed. */
  prologues(verified: Program, pass: KernelPass): Program;
}

export const PC_POLICIES = {
  posted: {
    move({ byPc }, pass) {
      const moved = new Map<number, Descriptor>();
      for (const [at, descriptor] of byPc) {
        const pc = pass.changes.reduce<number | undefined>(follow, at);
        if (pc === undefined) continue;
        const ends = instructionEnds(pass.program, descriptor.subprogram);
        const callsite = ends(pc - (pass.starts[descriptor.subprogram] ?? 0) + 1);
        moved.set(callsite, descriptor);
      }
      return moved;
    },
    prologues: (verified) => verified,
  },
  exact: {
    move({ byPc }, { pcMap }) {
      const moved = new Map<number, Descriptor>();
      for (const [at, descriptor] of byPc) {
        const pc = pcMap.toPrepared[at] ?? -1;
        // Only what no run reaches is ever removed.
        if (pc >= 0) moved.set(pc, descriptor);
      }
      return moved;
    },
    prologues: (_, { program }) => program,
  },
} as const satisfies Record<string, PcPolicy>;

/** A pc after one change, or `undefined` if its descriptor is deleted (adjust_subprog_frame_descs of the series). */
function follow(pc: number | undefined, change: KernelChange): number | undefined {
  if (pc === undefined) return undefined;
  if (change.do === 'patch') return pc <= change.off ? pc : pc + change.len - 1;
  if (pc < change.off) return pc;
  return pc < change.off + change.count ? undefined : pc - change.count;
}

/**
 * The JIT's list for a subprogram: element 0 is the end of the prologue, element n the end of the nth slot. An end is told
 * as the pc of the slot that ends there: what a stopped frame gives as its pc.
 */
function instructionEnds(program: Program, subprogram: number): (index: number) => number {
  const start = program.subprograms[subprogram]?.start ?? 0;
  return (index) => start + index - 1;
}

/**
 * Where forced spills go: a new 8-byte slot for each pc, below the subprogram's deepest stack use. What is stored there is the
 * result of the call at that pc; for a dynptr or iterator, which cannot move, the address of its slots, which the call gets as
 * an argument.
 */
import { callableAt } from '../../cfg/calls.js';
import type { Cost } from '../../contract/prepared.js';
import { CALLABLES, stackResource } from '../../isa/callables.js';
import type { Program } from '../../isa/program.js';
import { roundUp, worstChain } from '../cost.js';

const SLOT_BYTES = 8;

/** A slot, and the call that fills it. */
export interface SpillSlot {
  /** Original pc of the call. */
  readonly pc: number;
  readonly subprogram: number;
  /** From the frame pointer, in bytes; negative. */
  readonly offset: number;
  /** What is stored: R0 behind the call, or an argument register in front of it. */
  readonly register: number;
}

/** The slots of a program. */
export interface SlotLayout {
  readonly slots: readonly SpillSlot[];
  /** By subprogram: bytes of stack above the slots, and bytes of the slots. */
  readonly above: readonly number[];
  readonly reserved: readonly number[];
  readonly cost: Pick<Cost, 'stack' | 'chain'>;
}

/** Gives each pc its slot, in ascending order; `stackDepth` is what the program itself uses. */
export function layOutSlots(program: Program, stackDepth: readonly number[], pcs: ReadonlySet<number>): SlotLayout {
  const above = program.subprograms.map((_, index) => roundUp(stackDepth[index] ?? 0, 8));
  const reserved = program.subprograms.map(() => 0);
  const slots = [...pcs]
    .sort((a, b) => a - b)
    .map((pc): SpillSlot => {
      const subprogram = program.subprogramOf[pc] ?? 0;
      const bytes = (reserved[subprogram] ?? 0) + SLOT_BYTES;
      reserved[subprogram] = bytes;
      return { pc, subprogram, offset: -((above[subprogram] ?? 0) + bytes), register: storedRegister(program, pc) };
    });
  const stack = above.map((bytes, index) => bytes + (reserved[index] ?? 0));
  return { slots, above, reserved, cost: { stack, chain: worstChain(program, stack).bytes } };
}

/** R0, or the argument that points to the slots which a call makes a dynptr or iterator of. */
function storedRegister(program: Program, pc: number): number {
  const name = callableAt(program, pc);
  const resource =
    name === undefined || CALLABLES[name].returns.is !== 'scalar' ? undefined : stackResource(CALLABLES[name]);
  return resource === undefined ? 0 : resource.arg + 1;
}

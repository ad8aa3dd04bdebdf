/**
 * The instructions of the current path, oldest first, with what backtracking has to know of each. The walk is depth
 * first, so this is a stack: a pending branch remembers how long it was.
 */
import type { Marks } from './marks.js';

/** The instruction moved no register to or from a stack slot. */
export const NO_SLOT = -1;

export class Trail {
  readonly pcs: number[] = [];
  /** Frame × 64 + slot that a register was spilled to or filled from (the kernel's INSN_F_STACK_ACCESS), or NO_SLOT. */
  readonly slots: number[] = [];
  /** Of a jump that compared a scalar with copies: all locations that had the value. */
  readonly copies: (Marks | undefined)[] = [];

  get length(): number {
    return this.pcs.length;
  }

  push(pc: number, copies: Marks | undefined): void {
    this.pcs.push(pc);
    this.slots.push(NO_SLOT);
    this.copies.push(copies);
  }

  /** The youngest instruction has moved a register to or from a slot. */
  noteSlot(frame: number, slot: number): void {
    this.slots[this.slots.length - 1] = frame * 64 + slot;
  }

  truncate(length: number): void {
    this.pcs.length = length;
    this.slots.length = length;
    this.copies.length = length;
  }
}

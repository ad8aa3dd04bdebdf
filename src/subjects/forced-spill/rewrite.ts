/**
 * Inserts forced spills: plain stores, which the verifier sees like any other. Slots are zeroed at the entry of their
 * subprogram, filled at their call and, where a design says so, cleared behind an instruction that releases what they hold.
 */
import { type Insn, insn } from '../../isa/insn.js';
import type { Program } from '../../isa/program.js';
import { type Edit, type Patched, patch } from '../../patch/patch.js';
import type { SlotLayout } from './slots.js';

/** A slot that holds nothing any more behind the instruction at an original pc. */
export interface Clear {
  readonly pc: number;
  readonly offset: number;
}

/** The program with its spills. A refusal means that the patcher could not do it (a jump got too long). */
export function insertSpills(program: Program, { slots }: SlotLayout, clears: readonly Clear[]): Patched {
  // Cleared first: a call may release one resource and return the next.
  const edits: Edit[] = clears.map(({ pc, offset }) => ({ do: 'after', pc, insns: [zero(offset)] }));
  for (const { pc, subprogram, offset, register } of slots) {
    edits.push({ do: 'entry', subprogram, insns: [zero(offset)] });
    const insns = [insn('stx64', { dst: 10, src: register, off: offset })];
    edits.push({ do: register === 0 ? 'after' : 'before', pc, insns });
  }
  return patch(program, edits, 'trusted');
}

function zero(off: number): Insn {
  return insn('st64', { dst: 10, off, operand: { imm: 0 } });
}

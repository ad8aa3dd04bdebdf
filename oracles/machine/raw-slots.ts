/** Slots that no verifier has seen and that need not be a Program (plug-in protocol), decoded far enough to run. */
import { columnsOf } from '../../src/isa/columns.js';
import type { Insn } from '../../src/isa/insn.js';
import { decodeOp, OP_ROWS, OP_SECOND_SLOT } from '../../src/isa/op.js';
import { zeroInts } from '../../src/isa/slab.js';
import { type Code, hasBadRegister } from './code.js';

/** What the machine's code is made of, and the subprogram of every slot: all are main. */
export type RawSlots = Parameters<Code['load']>[0] & { readonly subprogramOf: Int32Array };

/** The slots as columns, or in a word what is wrong with them. */
export function rawSlots(slots: readonly Insn[]): RawSlots | string {
  const op = zeroInts(slots.length);
  for (const [pc, slot] of slots.entries()) {
    if (op[pc] === OP_SECOND_SLOT) continue;
    const number = decodeOp(slot.code, slot.src, slot.off, slot.imm);
    const row = OP_ROWS[number];
    if (row === undefined) return `unknown opcode ${slot.code.toString(16).padStart(2, '0')} at instruction ${pc}`;
    op[pc] = number;
    if (row.shape !== 'imm64') continue;
    if (pc + 1 === slots.length) return `instruction ${pc} lacks its second half`;
    op[pc + 1] = OP_SECOND_SLOT;
  }
  const runnable = { ...columnsOf(slots), op, subprogramOf: zeroInts(slots.length) };
  const bad = hasBadRegister(runnable);
  return bad < 0 ? runnable : `no such register at instruction ${bad}`;
}

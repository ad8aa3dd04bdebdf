/** The fields of slots as columns, writable: what a program is made of before it is one. */
import type { Insn } from './insn.js';
import { zeroInts } from './slab.js';

/** One element per 8-byte slot; the fields are those of `Insn`. */
export interface Columns {
  readonly length: number;
  readonly code: Int32Array;
  readonly dst: Int32Array;
  readonly src: Int32Array;
  readonly off: Int32Array;
  readonly imm: Int32Array;
}

/** Columns of this many slots, all zero. */
export function emptyColumns(length: number): Columns {
  return {
    length,
    code: zeroInts(length),
    dst: zeroInts(length),
    src: zeroInts(length),
    off: zeroInts(length),
    imm: zeroInts(length),
  };
}

/** Writes one slot, field by field: every generated and every patched program comes through here. */
export function setSlot(columns: Columns, at: number, slot: Insn): void {
  columns.code[at] = slot.code;
  columns.dst[at] = slot.dst;
  columns.src[at] = slot.src;
  columns.off[at] = slot.off;
  columns.imm[at] = slot.imm;
}

/** The columns of slots that are objects. */
export function columnsOf(slots: readonly Insn[]): Columns {
  const columns = emptyColumns(slots.length);
  let at = 0;
  for (const slot of slots) setSlot(columns, at++, slot);
  return columns;
}

/** Programs as bytes: the 8-byte little-endian slots of RFC 9669 section 3, as a kernel loads them. */
import type { Insn } from './insn.js';
import { type Program, slotAt } from './program.js';

/** Bytes of one slot. */
const SLOT_BYTES = 8;

/** Slots read from bytes, or why they are none. */
export type Decoded =
  | { readonly ok: true; readonly slots: readonly Insn[] }
  | { readonly ok: false; readonly message: string };

/** All slots of a program, 8 bytes each: opcode, src << 4 | dst, 16-bit offset, 32-bit immediate. */
export function encodeProgram(program: Program): Uint8Array {
  const bytes = new Uint8Array(program.length * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  for (let pc = 0; pc < program.length; pc++) {
    const { code, dst, src, off, imm } = slotAt(program, pc);
    const at = pc * SLOT_BYTES;
    view.setUint8(at, code);
    view.setUint8(at + 1, (src << 4) | dst);
    view.setInt16(at + 2, off, true);
    view.setInt32(at + 4, imm, true);
  }
  return bytes;
}

/**
 * Splits bytes into slots without judging them (`buildProgram` does that). Fails only if the length is no multiple of 8.
 */
export function decodeSlots(bytes: Uint8Array): Decoded {
  if (bytes.length % SLOT_BYTES !== 0) {
    return { ok: false, message: `${bytes.length} bytes are no whole number of ${SLOT_BYTES}-byte instructions` };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slots = Array.from({ length: bytes.length / SLOT_BYTES }, (_, pc): Insn => {
    const at = pc * SLOT_BYTES;
    const registers = view.getUint8(at + 1);
    return {
      code: view.getUint8(at),
      dst: registers & 0x0f,
      src: registers >> 4,
      off: view.getInt16(at + 2, true),
      imm: view.getInt32(at + 4, true),
    };
  });
  return { ok: true, slots };
}

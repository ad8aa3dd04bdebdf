/**
 * Stores to and loads from stack slots (check_stack_write_fixed_off, check_stack_read_fixed_off of a privileged load).
 *
 * At an 8-aligned offset a pointer, a scalar with any known bound and a non-zero immediate make spill bytes; any other
 * constant 0 makes zero bytes, any other store misc bytes. A non-spill store into a spilled slot first turns all of it
 * to misc; a narrow spill leaves its other bytes misc. Accesses are aligned, so none crosses a slot. Other rules: rules.ts.
 */
import type { Context } from './context.js';
import { BYTE, NOT_INIT_WORD, RESIDENT_BYTES, UNKNOWN_WORD, ZERO_WORD } from './intern.js';
import { UNKNOWN_SHAPE } from './scalar-table.js';

const ALL_MISC = 0x5555;

/** The bits of `count` bytes of one kind, from `byte` on. */
function packed(kind: number, byte: number, count: number): number {
  let bits = 0;
  for (let index = byte; index < byte + count; index++) bits |= kind << (2 * index);
  return bits;
}

function slotOf(offset: number): number {
  return (-offset - 1) >> 3;
}

/** Extends what a frame has allocated down to an offset, and the depth of its subprogram. */
export function touchStack({ state, notes }: Context, frame: number, offset: number): void {
  const bytes = (-offset + 7) & ~7;
  if (bytes <= state.allocated(frame)) return;
  state.allocate(frame, bytes);
  const subprogram = state.subprogram(frame);
  if (bytes > (notes.stackDepth[subprogram] ?? 0)) notes.stackDepth[subprogram] = bytes;
}

/** How many spilled bytes a slot has, all from its lowest byte on. */
export function spilledBytes(bytes: number): number {
  let count = 0;
  while (count < 8 && ((bytes >> (2 * count)) & 3) === BYTE.spill) count++;
  return count;
}

/**
 * Stores `size` bytes of a word at fp + `offset` of a frame. `immediate`: the word is an immediate of the instruction.
 * Returns the word with the id that the spill gave it: source and slot are copies from now on.
 */
export function storeToStack(
  context: Context,
  frame: number,
  offset: number,
  size: number,
  word: number,
  immediate: boolean,
): number {
  const { state, table } = context;
  touchStack(context, frame, offset);
  const slot = slotOf(offset);
  const byte = offset & 7;
  const isZero = word === ZERO_WORD;
  const spills = byte === 0 && isSpilled(context, word, immediate);
  context.witness?.write(frame, slot, size === 8, spills ? 'spill' : isZero ? 'zero' : 'data');
  if (!spills) {
    write(context, frame, offset, size, isZero ? BYTE.zero : BYTE.misc);
    return word;
  }
  const bytes = packed(BYTE.spill, 0, size) | beside(context, frame, slot, size);
  if (!table.isScalar(word)) {
    state.setSlot(frame, slot, table.slot(bytes, word));
    return word;
  }
  const fits = (table.scalars.width[table.parameter(word)] ?? 64) <= 8 * size;
  const linked = fits && !immediate ? giveLink(context, word) : word;
  state.setSlot(frame, slot, table.slot(bytes, fits ? linked : table.bare(word)));
  return linked;
}

/** Whether a word stored at the start of a slot is kept there. */
function isSpilled({ table, rules }: Context, word: number, immediate: boolean): boolean {
  if (rules.spills === 'every' || !table.isScalar(word)) return true;
  return table.scalars.isUnbounded[table.parameter(word)] === 0 && !(immediate && word === ZERO_WORD);
}

/** What becomes of the bytes of a slot behind a spill of `size` (mark_stack_slot_misc). */
function beside({ state, table, rules }: Context, frame: number, slot: number, size: number): number {
  if (rules.spills === 'bounded') return packed(BYTE.misc, size, 8 - size);
  const old = table.bytes(state.slot(frame, slot));
  let bytes = 0;
  for (let byte = size; byte < 8; byte++) {
    const kind = old === RESIDENT_BYTES ? BYTE.misc : (old >> (2 * byte)) & 3;
    bytes |= packed(kind === BYTE.spill ? BYTE.misc : kind, byte, 1);
  }
  return bytes;
}

/** Stores `size` bytes of which nothing is known at fp + `offset` of a frame. */
export function scrambleStack(context: Context, frame: number, offset: number, size: number): void {
  touchStack(context, frame, offset);
  context.witness?.write(frame, slotOf(offset), size === 8, 'data');
  write(context, frame, offset, size, BYTE.misc);
}

function write({ state, table }: Context, frame: number, offset: number, size: number, kind: number): void {
  const slot = slotOf(offset);
  const byte = offset & 7;
  const old = state.slot(frame, slot);
  const base = table.spill(old) === NOT_INIT_WORD ? table.bytes(old) : ALL_MISC;
  const bytes = (base & ~packed(3, byte, size)) | packed(kind, byte, size);
  state.setSlot(frame, slot, table.slot(bytes, NOT_INIT_WORD));
}

/** A scalar that is about to be copied gets an id, so that both copies learn from a test of one. */
export function giveLink({ state, table }: Context, word: number): number {
  if (!table.isScalar(word) || table.isConstant(word) || table.link(word) !== 0) return word;
  return table.withLink(word, ++state.lastLink);
}

/** The word that loading instruction `op` makes of `size` bytes at fp + `offset` of a frame. */
export function loadFromStack(context: Context, op: number, frame: number, offset: number, size: number): number {
  const { state, table } = context;
  touchStack(context, frame, offset);
  const slot = state.slot(frame, slotOf(offset));
  const byte = offset & 7;
  const bytes = table.bytes(slot);
  const spilled = spilledBytes(bytes);
  const copies = spilled >= size && byte === 0;
  const mask = packed(3, byte, size);
  const zeroSpill = !copies && (bytes & mask) === mask && table.bare(table.spill(slot)) === ZERO_WORD;
  context.witness?.read(frame, slotOf(offset), copies || zeroSpill);
  if (spilled === 8 && size === 8) return table.spill(slot);
  if (copies) return narrowed(context, op, table.spill(slot));
  const allZero = (bytes & mask) === packed(BYTE.zero, byte, size);
  return narrowed(context, op, allZero || zeroSpill ? ZERO_WORD : UNKNOWN_WORD);
}

/** What loading instruction `op` makes of a word: a copy, if it keeps the value, else a scalar of its own. */
export function narrowed({ table }: Context, op: number, word: number): number {
  const shape = table.parameter(word);
  const result = table.scalars.apply(op, shape, UNKNOWN_SHAPE);
  return result === shape ? word : table.scalar(result, 0);
}

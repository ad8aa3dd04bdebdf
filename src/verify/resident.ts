/**
 * Dynptrs and iterators on the stack: where a pointer to one leads, and how they come and go (mark_stack_slots_dynptr,
 * mark_stack_slots_iter and their counterparts). The first slot is the lowest-addressed one, the one with the highest number.
 */
import { KIND_NAMES, KINDS, type StackKind } from '../isa/kinds.js';
import type { Context } from './context.js';
import { INVALID_SLOT, type InternTable, RESIDENT_BYTES, residentKind, TAG } from './intern.js';
import { scrambleStack } from './stack.js';
import type { State } from './state.js';

/** Frame and number of the slot that a stack pointer points to; the pointer is aligned. */
export function firstSlot(table: InternTable, pointer: number): { readonly frame: number; readonly slot: number } {
  return { frame: table.parameter(pointer), slot: (-table.offset(pointer) - 1) >> 3 };
}

/** Reference of the dynptr or iterator of a kind that begins where a stack pointer points to; 0 if there is none. */
export function referenceAt({ state, table }: Context, pointer: number, kind: StackKind): number {
  if (table.tag(pointer) !== TAG.stack || table.offset(pointer) >= 0 || (table.offset(pointer) & 7) !== 0) return 0;
  const { frame, slot } = firstSlot(table, pointer);
  const first = state.slot(frame, slot);
  if (table.bytes(first) !== RESIDENT_BYTES) return 0;
  const parameter = table.parameter(table.spill(first));
  if ((parameter & 2) === 0 || residentKind(parameter) !== kind) return 0;
  // Of an iterator a part may have been overwritten since.
  for (let other = slot - KINDS[kind].slots + 1; other < slot; other++) {
    const content = state.slot(frame, other);
    if (table.bytes(content) !== RESIDENT_BYTES || residentKind(table.parameter(table.spill(content))) !== kind)
      return 0;
  }
  return table.ref(table.spill(first));
}

/** Makes a dynptr or iterator with this reference where a stack pointer points to. */
export function makeResident(context: Context, pointer: number, kind: StackKind, ref: number): void {
  const { state, table } = context;
  const { frame, slot } = firstSlot(table, pointer);
  const { slots, slot: bytes } = KINDS[kind];
  scrambleStack(context, frame, table.offset(pointer), 8);
  for (let number = slot; number > slot - slots; number--) {
    const first = number === slot;
    context.witness?.write(frame, number, true, 'data');
    const word = table.resident(KIND_NAMES.indexOf(kind), first, false, first || bytes === 'dynptr' ? ref : 0);
    state.setSlot(frame, number, table.slot(RESIDENT_BYTES, word));
  }
}

/** A reference has been released: its iterator, or its dynptr and the clones of it, are gone. */
export function dropResidents({ state, table, witness }: Context, ref: number): void {
  for (let frame = 0; frame < state.depth; frame++) {
    const slots = state.allocated(frame) / 8;
    for (let slot = 0; slot < slots; slot++) {
      const content = state.slot(frame, slot);
      if (table.bytes(content) !== RESIDENT_BYTES || table.ref(table.spill(content)) !== ref) continue;
      const parameter = table.parameter(table.spill(content));
      if ((parameter & 2) === 0) continue;
      const last = slot - KINDS[residentKind(parameter)].slots;
      for (let number = slot; number > last; number--) {
        witness?.write(frame, number, true, 'data');
        state.setSlot(frame, number, INVALID_SLOT);
      }
    }
  }
}

/** Notes how many clones there are while the current frame is the top one: to be called after a clone and after a return. */
export function noteClones({ notes, state, table }: Context): void {
  const subprogram = state.subprogram(state.depth - 1);
  const clones = countClones(state, table);
  if (clones > (notes.maxClones[subprogram] ?? 0)) notes.maxClones[subprogram] = clones;
}

/** How many dynptrs are further places of one that is counted already, in all frames. */
function countClones(state: State, table: InternTable): number {
  const seen = new Set<number>();
  let clones = 0;
  for (let frame = 0; frame < state.depth; frame++) {
    const slots = state.allocated(frame) / 8;
    for (let slot = 0; slot < slots; slot++) {
      const content = state.slot(frame, slot);
      if (table.bytes(content) !== RESIDENT_BYTES || (table.parameter(table.spill(content)) & 2) === 0) continue;
      const ref = table.ref(table.spill(content));
      if (seen.has(ref)) clones++;
      else seen.add(ref);
    }
  }
  return clones;
}

/** A frame is left: numbers that iterators of it were at cannot be read any more. */
export function leaveElements(state: State, table: InternTable): void {
  const top = state.depth - 1;
  const slots = state.allocated(top) / 8;
  for (let slot = 0; slot < slots; slot++) {
    const content = state.slot(top, slot);
    if (table.bytes(content) !== RESIDENT_BYTES) continue;
    const ref = table.ref(table.spill(content));
    if (ref !== 0) state.forgetElements(table, ref);
  }
}

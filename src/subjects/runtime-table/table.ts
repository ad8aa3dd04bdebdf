/**
 * What the inserted calls do to the tables, on real bytes of frame memory: push, clone, delete, hand over.
 *
 * An entry is a pointer word and a type word. The pointer is the resource's address; of a dynptr or iterator that of its
 * slots. A clone of a dynptr is one more entry, because the resource may outlive the slots it was made in: entries of one
 * dynptr have the same key in the upper half of the type word, the lower half of the address of one of them, which is the one
 * that is released at a throw. What is not on the stack has the key 0.
 */
import type { IntrinsicView } from '../../contract/prepared.js';
import { entryOffset, type TableLayout } from './layout.js';

const LOW = 0xffff_ffffn;

/** Number of the row that a type word names. */
export function typeNumber(word: bigint): number {
  return Number(word & LOW);
}

/** Whether an entry is a further place of a dynptr that another entry stands for. */
export function isAlias(pointer: bigint, word: bigint): boolean {
  return keyOf(word) !== 0n && keyOf(word) !== (pointer & LOW);
}

const keyOf = (word: bigint): bigint => word >> 32n;
const withKey = (word: bigint, pointer: bigint): bigint => ((pointer & LOW) << 32n) | (word & LOW);

/**
 * After an acquiring call: R0, unless NULL, gets an entry in the current frame. The same object acquired twice gets two.
 */
export function push(tables: readonly TableLayout[], view: IntrinsicView, type: number): void {
  const pointer = view.register(0);
  if (pointer !== 0n) add(tables, view, view.depth - 1, pointer, BigInt(type));
}

/** Before a call that makes a dynptr or iterator where an argument points to: it gets an entry, as it is always made. */
export function pushSlots(tables: readonly TableLayout[], view: IntrinsicView, argument: number, type: number): void {
  const pointer = view.register(argument);
  add(tables, view, view.depth - 1, pointer, withKey(BigInt(type), pointer));
}

/** Before bpf_dynptr_clone: the place in R2 will be one more of the dynptr in R1. */
export function clone(tables: readonly TableLayout[], view: IntrinsicView): void {
  const source = find(tables, view, (pointer) => pointer === view.register(1));
  if (source !== undefined) add(tables, view, view.depth - 1, view.register(2), source.word);
}

/**
 * Before a releasing call, while the argument still holds the pointer: frees one entry of that address, searching from the
 * current frame outward, because a callee may release what its caller holds; and all entries of the same dynptr. An address
 * without entry is none of ours.
 */
export function remove(tables: readonly TableLayout[], view: IntrinsicView, argument: number): void {
  const wanted = view.register(argument);
  if (wanted === 0n) return;
  const entry = find(tables, view, (pointer) => pointer === wanted);
  if (entry === undefined) return;
  view.store(entry.frame, entry.offset, 0n);
  const key = keyOf(entry.word);
  if (key === 0n) return;
  for (const other of entries(tables, view)) {
    if (keyOf(other.word) === key) view.store(other.frame, other.offset, 0n);
  }
}

/**
 * Before a subprogram exits: what is still in its table belongs to the caller from now on (a resource was returned). Entries
 * for slots of the frame itself go with it; if one stood for a dynptr that has further places, one of those does so now.
 */
export function handOver(tables: readonly TableLayout[], view: IntrinsicView): void {
  const frame = view.depth - 1;
  const table = tables[view.subprogram(frame)];
  if (table === undefined || frame === 0) return;
  const top = view.register(10);
  const dies = (pointer: bigint) => pointer < top && pointer >= top - STACK_BYTES;
  for (let index = 0; index < table.entries; index++) {
    const offset = entryOffset(table, index);
    const pointer = view.load(frame, offset);
    if (pointer === 0n) continue;
    const word = view.load(frame, offset + 8);
    view.store(frame, offset, 0n);
    if (keyOf(word) === 0n || !dies(pointer)) {
      add(tables, view, frame - 1, pointer, word);
      continue;
    }
    const places = [...entries(tables, view)].filter((other) => keyOf(other.word) === keyOf(word));
    const heir = places.find((other) => !dies(other.pointer));
    if (heir === undefined || isAlias(pointer, word)) continue;
    for (const other of places) view.store(other.frame, other.offset + 8, withKey(other.word, heir.pointer));
  }
}

/** The most bytes of one frame (MAX_BPF_STACK). */
const STACK_BYTES = 512n;

interface TableEntry {
  readonly frame: number;
  /** Of its pointer word. */
  readonly offset: number;
  readonly pointer: bigint;
  readonly word: bigint;
}

/** All entries in use, of the current frame first, then outward. */
function* entries(tables: readonly TableLayout[], view: IntrinsicView): Generator<TableEntry> {
  for (let frame = view.depth - 1; frame >= 0; frame--) {
    const table = tables[view.subprogram(frame)];
    for (let index = 0; index < (table?.entries ?? 0); index++) {
      if (table === undefined) continue;
      const offset = entryOffset(table, index);
      const pointer = view.load(frame, offset);
      if (pointer !== 0n) yield { frame, offset, pointer, word: view.load(frame, offset + 8) };
    }
  }
}

function find(
  tables: readonly TableLayout[],
  view: IntrinsicView,
  wanted: (pointer: bigint) => boolean,
): TableEntry | undefined {
  for (const entry of entries(tables, view)) if (wanted(entry.pointer)) return entry;
  return undefined;
}

function add(tables: readonly TableLayout[], view: IntrinsicView, frame: number, pointer: bigint, word: bigint): void {
  const table = tables[view.subprogram(frame)];
  for (let index = 0; index < (table?.entries ?? 0); index++) {
    if (table === undefined || view.load(frame, entryOffset(table, index)) !== 0n) continue;
    view.store(frame, entryOffset(table, index), pointer);
    view.store(frame, entryOffset(table, index) + 8, word);
    return;
  }
  view.overflow(`no free entry among ${table?.entries ?? 0} in frame ${frame}`);
}

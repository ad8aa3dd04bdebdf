/** What the inserted calls do to the tables, on real bytes of frame memory: push, delete, hand over. */
import type { IntrinsicView } from '../../contract/prepared.js';
import { entryOffset, type TableLayout } from './layout.js';

/**
 * After an acquiring call: R0, unless NULL, gets an entry in the current frame. The same object acquired twice gets two.
 */
export function push(tables: readonly TableLayout[], view: IntrinsicView, type: number): void {
  const pointer = view.register(0);
  if (pointer !== 0n) add(tables, view, view.depth - 1, pointer, BigInt(type));
}

/**
 * Before a releasing call, while the argument still holds the pointer: frees one entry of that address, searching from the
 * current frame outward, because a callee may release what its caller holds. An address without entry is none of ours.
 */
export function remove(tables: readonly TableLayout[], view: IntrinsicView, argument: number): void {
  const pointer = view.register(argument);
  if (pointer === 0n) return;
  for (let frame = view.depth - 1; frame >= 0; frame--) {
    const table = tables[view.subprogram(frame)];
    for (let entry = 0; entry < (table?.entries ?? 0); entry++) {
      if (table === undefined || view.load(frame, entryOffset(table, entry)) !== pointer) continue;
      view.store(frame, entryOffset(table, entry), 0n);
      return;
    }
  }
}

/** Before a subprogram exits: what is still in its table belongs to the caller from now on (a resource was returned). */
export function handOver(tables: readonly TableLayout[], view: IntrinsicView): void {
  const frame = view.depth - 1;
  const table = tables[view.subprogram(frame)];
  if (table === undefined || frame === 0) return;
  for (let entry = 0; entry < table.entries; entry++) {
    const offset = entryOffset(table, entry);
    const pointer = view.load(frame, offset);
    if (pointer === 0n) continue;
    add(tables, view, frame - 1, pointer, view.load(frame, offset + 8));
    view.store(frame, offset, 0n);
  }
}

function add(tables: readonly TableLayout[], view: IntrinsicView, frame: number, pointer: bigint, type: bigint): void {
  const table = tables[view.subprogram(frame)];
  for (let entry = 0; entry < (table?.entries ?? 0); entry++) {
    if (table === undefined || view.load(frame, entryOffset(table, entry)) !== 0n) continue;
    view.store(frame, entryOffset(table, entry), pointer);
    view.store(frame, entryOffset(table, entry) + 8, type);
    return;
  }
  view.overflow(`no free entry among ${table?.entries ?? 0} in frame ${frame}`);
}

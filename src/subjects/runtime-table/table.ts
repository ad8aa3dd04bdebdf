/** What the inserted calls do to the tables, on real bytes of frame memory: push, clone, delete, hand over. */
import type { IntrinsicView } from '../../contract/prepared.js';
import { type Entry, isAlias } from './entry.js';
import { entryOffset, type TableLayout, type Tables } from './layout.js';

/**
 * After an acquiring call: R0, unless NULL, gets an entry, the current frame's. The same object acquired twice gets two.
 */
export function push(tables: Tables, view: IntrinsicView, type: number): void {
  const pointer = view.register(0);
  if (pointer !== 0n) add(tables, view, home(tables, view), { pointer, type, key: 0n });
}

/** Before a call that makes a dynptr or iterator where an argument points to: it gets an entry, as it is always made. */
export function pushSlots(tables: Tables, view: IntrinsicView, argument: number, type: number): void {
  const pointer = view.register(argument);
  add(tables, view, home(tables, view), { pointer, type, key: tables.format.keyOf(pointer) });
}

/** Before bpf_dynptr_clone: the place in R2 will be one more of the dynptr in R1. */
export function clone(tables: Tables, view: IntrinsicView): void {
  const source = find(tables, view, view.register(1));
  if (source !== undefined) add(tables, view, home(tables, view), { ...source, pointer: view.register(2) });
}

/**
 * Before a releasing call, while the argument still holds the pointer: frees one entry of that address, searching from the
 * current frame outward, because a callee may release what its caller holds; and all entries of the same dynptr. An address
 * without entry is none of ours.
 */
export function remove(tables: Tables, view: IntrinsicView, argument: number): void {
  const wanted = view.register(argument);
  if (wanted === 0n) return;
  const entry = find(tables, view, wanted);
  if (entry === undefined) return;
  view.store(entry.frame, entry.offset, 0n);
  if (entry.key === 0n) return;
  for (const other of entries(tables, view)) if (other.key === entry.key) view.store(other.frame, other.offset, 0n);
}

/**
 * Before a subprogram exits: what is still in its table belongs to the caller from now on (a resource was returned). Entries
 * for slots of the frame itself go with it; if one stood for a dynptr that has further places, one of those does so now.
 */
export function handOver(tables: Tables, view: IntrinsicView): void {
  const frame = view.depth - 1;
  if (frame === 0) return;
  const { format, region } = tables;
  const top = view.register(10);
  const dies = (pointer: bigint) => pointer < top && pointer >= top - STACK_BYTES;
  // Read one by one, because what is done about one entry may change those that follow.
  for (const entry of entriesIn(tables, view, region === 'main' ? 0 : frame)) {
    if (entry.key === 0n || !dies(entry.pointer)) {
      if (region === 'main') continue;
      view.store(entry.frame, entry.offset, 0n);
      add(tables, view, frame - 1, entry);
      continue;
    }
    view.store(entry.frame, entry.offset, 0n);
    const places = [...entries(tables, view)].filter(({ key }) => key === entry.key);
    const heir = places.find(({ pointer }) => !dies(pointer));
    if (heir === undefined || isAlias(format, entry)) continue;
    const key = format.keyOf(heir.pointer);
    for (const place of places) write(tables, view, place, { ...place, key });
  }
}

/** The most bytes of one frame (MAX_BPF_STACK). */
const STACK_BYTES = 512n;

/** An entry in use, and where its first word is. */
interface Placed extends Entry {
  readonly frame: number;
  readonly offset: number;
}

/** The frame that the current one's entries are in. */
function home({ region }: Tables, view: IntrinsicView): number {
  return region === 'main' ? 0 : view.depth - 1;
}

/** The table of a frame. */
function tableOf({ layouts }: Tables, view: IntrinsicView, frame: number): TableLayout {
  return layouts[view.subprogram(frame)] ?? NO_TABLE;
}

const NO_TABLE: TableLayout = { entries: 0, above: 0 };

/** All entries in use, of the current frame first, then outward. */
function* entries(tables: Tables, view: IntrinsicView): Generator<Placed> {
  for (let frame = view.depth - 1; frame >= 0; frame--) yield* entriesIn(tables, view, frame);
}

function* entriesIn(tables: Tables, view: IntrinsicView, frame: number): Generator<Placed> {
  const { format } = tables;
  const table = tableOf(tables, view, frame);
  for (let index = 0; index < table.entries; index++) {
    const offset = entryOffset(table, format, index);
    const first = view.load(frame, offset);
    if (first === 0n) continue;
    const { pointer, type, key } = format.read(first, () => view.load(frame, offset + 8), view.register(10));
    yield { frame, offset, pointer, type, key };
  }
}

/** The innermost entry of an address. */
function find(tables: Tables, view: IntrinsicView, wanted: bigint): Placed | undefined {
  for (const entry of entries(tables, view)) if (entry.pointer === wanted) return entry;
  return undefined;
}

function add(tables: Tables, view: IntrinsicView, frame: number, entry: Entry): void {
  const table = tableOf(tables, view, frame);
  for (let index = 0; index < table.entries; index++) {
    const offset = entryOffset(table, tables.format, index);
    if (view.load(frame, offset) !== 0n) continue;
    write(tables, view, { frame, offset }, entry);
    return;
  }
  view.overflow(`no free entry among ${table.entries} in frame ${frame}`);
}

function write(
  { format }: Tables,
  view: IntrinsicView,
  { frame, offset }: Pick<Placed, 'frame' | 'offset'>,
  entry: Entry,
): void {
  format.words(entry).forEach((word, index) => {
    view.store(frame, offset + 8 * index, word);
  });
}

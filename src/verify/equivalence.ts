/**
 * Whether a state may be dropped at a checkpoint (states_equal, regsafe, stacksafe, refsafe of Linux 6.8, inexact).
 *
 * Compared are frames and call sites, what a continuation of the checkpoint has read, and the lists of references: their
 * lengths and, by position, their ids; not what they are references to. Ids must fit one 1:1 renaming for the whole
 * state. A location that was not read may hold anything. A dynptr or iterator must be one of the same kind, in the same
 * condition; how far an iterator has come does not matter.
 */
import { BYTE, type InternTable, NOT_INIT_WORD, TAG } from './intern.js';
import { FIRST_SLOT, type Marks } from './marks.js';
import { within } from './scalar.js';
import type { WordView } from './stored-state.js';

/** Per frame, the ids of the references that it lists (bpf_func_state.refs). */
export type ReferenceLists = readonly (readonly number[])[];

/** What a checkpoint asks of a state that arrives. */
export interface Demands {
  readonly state: WordView;
  readonly lists: ReferenceLists;
  /** Locations read by a continuation before it wrote them. */
  readonly read: Marks;
  /** Scalars of which a continuation needed the value. */
  readonly precise: Marks;
  /** Everything that was read was needed. */
  readonly allPrecise: boolean;
}

/** Whether the continuations of a checkpoint stand for those of a state at the same pc. */
export function covers(table: InternTable, old: Demands, state: WordView, lists: ReferenceLists): boolean {
  return new Comparison(table, old, state, lists).holds();
}

class Comparison {
  // Ids of scalars and of pointers are even, those of references odd.
  private readonly there = new Map<number, number>();
  private readonly back = new Map<number, number>();
  /** Ids given to scalars that have none: each is its own. */
  private temporary = 0;

  constructor(
    private readonly table: InternTable,
    private readonly old: Demands,
    private readonly state: WordView,
    private readonly lists: ReferenceLists,
  ) {}

  holds(): boolean {
    const { old, state } = this;
    if (old.state.depth !== state.depth) return false;
    for (let frame = 0; frame < state.depth; frame++) {
      if (old.state.callsite(frame) !== state.callsite(frame)) return false;
      if (!this.registers(frame) || !this.slots(frame) || !this.references(frame)) return false;
    }
    return true;
  }

  private registers(frame: number): boolean {
    // In callers R0–R5 are dead.
    for (let register = frame === this.state.depth - 1 ? 0 : 6; register < FIRST_SLOT; register++) {
      if (!this.old.read.has(frame, register)) continue;
      const before = this.old.state.registerOf(frame, register);
      if (!this.word(before, this.state.registerOf(frame, register), this.isPrecise(frame, register))) return false;
    }
    return true;
  }

  private slots(frame: number): boolean {
    for (let slot = 0; slot < this.old.state.allocated(frame) / 8; slot++) {
      if (!this.old.read.has(frame, FIRST_SLOT + slot)) continue;
      const before = this.old.state.slot(frame, slot);
      const now = this.state.slot(frame, slot);
      // A dynptr or iterator has no bytes of these kinds; its word decides.
      if (!this.bytes(this.table.bytes(before), this.table.bytes(now))) return false;
      const spilled = this.table.spill(before);
      if (spilled === NOT_INIT_WORD) continue;
      if (!this.word(spilled, this.table.spill(now), this.isPrecise(frame, FIRST_SLOT + slot))) return false;
    }
    return true;
  }

  /** Bytes that were invalid or misc read as anything; the others must be the same. */
  private bytes(before: number, now: number): boolean {
    for (let shift = 0; shift < 16; shift += 2) {
      const kind = (before >> shift) & 3;
      if (kind !== BYTE.invalid && kind !== BYTE.misc && kind !== ((now >> shift) & 3)) return false;
    }
    return true;
  }

  private isPrecise(frame: number, location: number): boolean {
    return this.old.allPrecise || this.old.precise.has(frame, location);
  }

  private word(before: number, now: number, precise: boolean): boolean {
    const { table } = this;
    if (table.tag(before) === TAG.notInit) return true; // nothing can have read it
    if (table.isScalar(before)) {
      if (!table.isScalar(now)) return false;
      if (!precise) return true;
      const { scalars } = table;
      const [outer, inner] = [scalars.boundsOf(table.parameter(before)), scalars.boundsOf(table.parameter(now))];
      return within(inner, outer) && this.scalarIds(table.link(before), table.link(now));
    }
    if (table.bare(before) !== table.bare(now)) return false;
    // The id of the result of an acquire is that of its reference, which is compared below.
    const [idBefore, idNow] = [Math.max(0, table.link(before)), Math.max(0, table.link(now))];
    return this.ids(2 * idBefore, 2 * idNow) && this.ids(2 * table.ref(before) - 1, 2 * table.ref(now) - 1);
  }

  private references(frame: number): boolean {
    const before = this.old.lists[frame] ?? [];
    const now = this.lists[frame] ?? [];
    return before.length === now.length && before.every((id, index) => this.ids(2 * id - 1, 2 * (now[index] ?? 0) - 1));
  }

  /** Both or neither are there, and the pair fits the renaming (check_ids). Not there: 0, or -1 for a reference. */
  private ids(before: number, now: number): boolean {
    if (before <= 0 || now <= 0) return before <= 0 && now <= 0;
    return this.pair(before, now);
  }

  private pair(before: number, now: number): boolean {
    const known = this.there.get(before);
    if (known !== undefined) return known === now;
    if (this.back.has(now)) return false;
    this.there.set(before, now);
    this.back.set(now, before);
    return true;
  }

  /** A scalar without id is a copy of nothing, like one whose id nothing else has (check_scalar_ids). */
  private scalarIds(before: number, now: number): boolean {
    return this.pair(before === 0 ? --this.temporary : 2 * before, now === 0 ? --this.temporary : 2 * now);
  }
}

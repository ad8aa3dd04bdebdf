/**
 * Recognises repeated states. Where paths meet, the state is written down in canonical form: equal forms at one pc mean
 * equal states up to a 1:1 renaming of ids, so that whatever follows is equal up to the same renaming.
 *
 * The form holds, for every frame, subprogram, callsite, allocated stack, all slots and registers; for every reference its
 * kind, struct type, owning frame and acquiring pc. Not in it: the names that references and ids happen to have (they are
 * numbered in the order of the form), an id that only one location carries (it can refine nothing else), and ordinals
 * (they only name resources for people). The walk has forgotten R0–R5 that are overwritten before they are read.
 */
import { Arena } from './arena.js';
import { type InternTable, NOT_INIT_WORD } from './intern.js';
import { REF, REGISTERS, type State } from './state.js';

/** `arrive` answers: this state is seen for the first time. Every other answer is the entry that it repeats. */
export const NEW_STATE = -1;

const EMPTY = -1;

export class Repetitions {
  private readonly arena = new Arena();
  private buckets = new Int32Array(1 << 8).fill(EMPTY);
  private count = 0;
  // By entry: pc, hash, form [start, end), the walk's own number, may_gotos passed, whether all that follows is walked.
  private readonly pcs: number[] = [];
  private readonly hashes: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly nodes: number[] = [];
  private readonly mayGotos: number[] = [];
  private readonly done: boolean[] = [];
  // Entries on the current path, with the number of pending branches when they were stored.
  private readonly path: number[] = [];
  private readonly pathPending: number[] = [];
  // Scratch for the canonical form: how often an id occurs, and its number in the form.
  private uses = new Int32Array(64);
  private names = new Int32Array(64);
  private readonly touched: number[] = [];
  private nextName = 1;

  /** Forgets everything. */
  clear(): void {
    this.arena.clear();
    if (this.buckets.length > 1 << 14) this.buckets = new Int32Array(1 << 8);
    this.buckets.fill(EMPTY);
    this.count = 0;
    this.path.length = 0;
    this.pathPending.length = 0;
  }

  /** Integers kept in stored forms. */
  get storedInts(): number {
    return this.arena.length;
  }

  /**
   * A path arrives at a join with `pending` branches still to be walked. A new state is stored, with the caller's
   * number `node` for it; otherwise the entry of the same state is returned.
   */
  arrive(table: InternTable, state: State, pc: number, pending: number, node: number): number {
    const start = this.arena.length;
    this.write(table, state);
    const end = this.arena.length;
    const { data } = this.arena;
    let hash = Math.imul(pc + 1, 0x9e37_79b1);
    for (let index = start; index < end; index++)
      hash = Math.imul(hash ^ (data[index] ?? 0), 0x0100_0193) ^ (hash >>> 13);
    let bucket = (hash ^ (hash >>> 15)) & (this.buckets.length - 1);
    for (;;) {
      const entry = this.buckets[bucket] ?? EMPTY;
      if (entry === EMPTY) break;
      if (this.hashes[entry] === hash && this.pcs[entry] === pc && this.sameForm(entry, start, end)) {
        this.arena.length = start;
        return entry;
      }
      bucket = (bucket + 1) & (this.buckets.length - 1);
    }
    const entry = this.count++;
    this.buckets[bucket] = entry;
    this.pcs[entry] = pc;
    this.hashes[entry] = hash;
    this.starts[entry] = start;
    this.ends[entry] = end;
    this.nodes[entry] = node;
    this.mayGotos[entry] = state.mayGotos;
    this.done[entry] = false;
    this.path.push(entry);
    this.pathPending.push(pending);
    if (this.count * 2 > this.buckets.length) this.grow();
    return NEW_STATE;
  }

  /** A path has ended and `pending` branches remain once the next is taken: states stored above it are finished. */
  backtrack(pending: number): void {
    while (this.path.length > 0 && (this.pathPending[this.path.length - 1] ?? 0) > pending) {
      this.pathPending.pop();
      const entry = this.path.pop();
      if (entry !== undefined) this.done[entry] = true;
    }
  }

  /** Whether everything that follows a stored state has been walked; if not, it lies on the current path. */
  isFinished(entry: number): boolean {
    return this.done[entry] ?? false;
  }

  /** may_gotos that the path had passed when the state was stored. */
  mayGotosOf(entry: number): number {
    return this.mayGotos[entry] ?? 0;
  }

  /** The caller's number for a stored state. */
  nodeOf(entry: number): number {
    return this.nodes[entry] ?? 0;
  }

  /** Takes over a finished entry: used where finished states may not be reused, so that only the path is compared. */
  renew(entry: number, pending: number, node: number, mayGotos: number): void {
    this.done[entry] = false;
    this.nodes[entry] = node;
    this.mayGotos[entry] = mayGotos;
    this.path.push(entry);
    this.pathPending.push(pending);
  }

  private sameForm(entry: number, start: number, end: number): boolean {
    const from = this.starts[entry] ?? 0;
    if ((this.ends[entry] ?? 0) - from !== end - start) return false;
    const { data } = this.arena;
    for (let index = 0; index < end - start; index++) if (data[from + index] !== data[start + index]) return false;
    return true;
  }

  private grow(): void {
    this.buckets = new Int32Array(this.buckets.length * 2).fill(EMPTY);
    for (let entry = 0; entry < this.count; entry++) {
      const hash = this.hashes[entry] ?? 0;
      let bucket = (hash ^ (hash >>> 15)) & (this.buckets.length - 1);
      while (this.buckets[bucket] !== EMPTY) bucket = (bucket + 1) & (this.buckets.length - 1);
      this.buckets[bucket] = entry;
    }
  }

  /** Appends the canonical form. */
  private write(table: InternTable, state: State): void {
    this.countUses(table, state);
    this.nextName = 1;
    const top = state.depth - 1;
    let most = 2 + 4 * state.refCount;
    for (let frame = 0; frame <= top; frame++) most += 3 + 2 * REGISTERS + (3 * state.allocated(frame)) / 8;
    let at = this.arena.take(most);
    const { data } = this.arena;
    data[at++] = state.depth;
    data[at++] = state.refCount;
    for (let position = 0; position < state.refCount; position++) {
      data[at++] = state.refField(position, REF.kind);
      data[at++] = state.refField(position, REF.type);
      data[at++] = state.refField(position, REF.frame);
      data[at++] = state.refField(position, REF.acquiredAt);
    }
    for (let frame = 0; frame <= top; frame++) {
      data[at++] = state.subprogram(frame);
      data[at++] = state.callsite(frame);
      const slots = state.allocated(frame) / 8;
      data[at++] = slots;
      // In callers R0–R5 are dead.
      for (let register = frame === top ? 0 : 6; register < REGISTERS - 1; register++) {
        at = this.writeWord(data, at, table, state, state.registerOf(frame, register));
      }
      for (let index = 0; index < slots; index++) {
        const slot = state.slot(frame, index);
        data[at++] = table.bytes(slot);
        const word = table.spill(slot);
        if (word !== NOT_INIT_WORD) at = this.writeWord(data, at, table, state, word);
      }
    }
    this.arena.length = at;
  }

  /** A word without names; then, if it has one that matters, the position of its reference or the number of its id. */
  private writeWord(data: Int32Array, start: number, table: InternTable, state: State, word: number): number {
    let at = start;
    const bare = table.bare(word);
    const ref = bare === word ? 0 : table.ref(word);
    // A pointer that may be NULL shares its id with its reference only.
    const link = bare === word || ref !== 0 || !table.isScalar(word) ? 0 : table.link(word);
    if (ref === 0 && (link === 0 || (this.uses[link] ?? 0) < 2)) {
      data[at++] = bare * 2;
      return at;
    }
    data[at++] = bare * 2 + 1;
    if (ref !== 0) {
      data[at++] = state.findRef(ref);
      return at;
    }
    if (this.names[link] === 0) this.names[link] = this.nextName++;
    data[at++] = this.names[link] ?? 0;
    return at;
  }

  private countUses(table: InternTable, state: State): void {
    for (const link of this.touched) {
      this.uses[link] = 0;
      this.names[link] = 0;
    }
    this.touched.length = 0;
    if (state.lastLink >= this.uses.length) {
      this.uses = new Int32Array(2 * (state.lastLink + 1));
      this.names = new Int32Array(2 * (state.lastLink + 1));
    }
    const top = state.depth - 1;
    for (let frame = 0; frame <= top; frame++) {
      for (let register = frame === top ? 0 : 6; register < REGISTERS - 1; register++) {
        this.use(table, state.registerOf(frame, register));
      }
      for (let index = 0; index < state.allocated(frame) / 8; index++) {
        this.use(table, table.spill(state.slot(frame, index)));
      }
    }
  }

  private use(table: InternTable, word: number): void {
    if (table.bare(word) === word || !table.isScalar(word)) return;
    const link = table.link(word);
    if (this.uses[link] === 0) this.touched.push(link);
    this.uses[link] = (this.uses[link] ?? 0) + 1;
  }
}

/**
 * Numbers states by content. The canonical form of a state is equal to another's at the same pc exactly if the states are equal
 * up to a 1:1 renaming of ids, so that whatever follows is equal up to the same renaming.
 *
 * The form holds, for every frame, subprogram, callsite, allocated stack, all slots and registers; for every reference its
 * kind, struct type, owning frame, acquiring pc and, of an iterator, what its next step will be compared with. Not in it: the
 * names that references and ids happen to have (they are numbered in the order of the form), an id that only one location
 * carries (it can refine nothing else), ordinals (they only name resources for people), and how far iterators and may_gotos
 * have come. The walk has forgotten R0–R5 that are overwritten before they are read.
 */
import { Arena } from './arena.js';
import { type InternTable, NOT_INIT_WORD } from './intern.js';
import { REF, REGISTERS, type State } from './state.js';

const EMPTY = -1;

export class Forms {
  private readonly arena = new Arena();
  private buckets = new Int32Array(1 << 8).fill(EMPTY);
  // By number: pc, hash, form [start, end).
  private readonly pcs: number[] = [];
  private readonly hashes: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private used = 0;
  // Scratch for the canonical form: how often an id occurs, and its number in the form.
  private uses = new Int32Array(64);
  private names = new Int32Array(64);
  private readonly touched: number[] = [];
  private nextName = 1;

  /** `withVisits`: states whose iterators will be compared with different earlier states differ. */
  constructor(private readonly withVisits: boolean) {}

  /** How many there are: the number of the next one. */
  get count(): number {
    return this.used;
  }

  /** Integers kept. */
  get storedInts(): number {
    return this.arena.length;
  }

  /** Forgets everything. */
  clear(): void {
    this.arena.clear();
    if (this.buckets.length > 1 << 14) this.buckets = new Int32Array(1 << 8);
    if (this.used > 0) this.buckets.fill(EMPTY);
    this.used = 0;
  }

  /** pc of a number. */
  pcOf(number: number): number {
    return this.pcs[number] ?? 0;
  }

  /** The number of the state at a pc: `count` as it was before, if it is a new one. */
  number(table: InternTable, state: State, pc: number): number {
    const start = this.arena.length;
    this.write(table, state);
    const end = this.arena.length;
    const { data } = this.arena;
    let hash = Math.imul(pc + 1, 0x9e37_79b1);
    for (let index = start; index < end; index++)
      hash = Math.imul(hash ^ (data[index] ?? 0), 0x0100_0193) ^ (hash >>> 13);
    let bucket = (hash ^ (hash >>> 15)) & (this.buckets.length - 1);
    for (;;) {
      const known = this.buckets[bucket] ?? EMPTY;
      if (known === EMPTY) break;
      if (this.hashes[known] === hash && this.pcs[known] === pc && this.sameForm(known, start, end)) {
        this.arena.length = start;
        return known;
      }
      bucket = (bucket + 1) & (this.buckets.length - 1);
    }
    const fresh = this.used++;
    this.buckets[bucket] = fresh;
    this.pcs[fresh] = pc;
    this.hashes[fresh] = hash;
    this.starts[fresh] = start;
    this.ends[fresh] = end;
    if (this.used * 2 > this.buckets.length) this.grow();
    return fresh;
  }

  private sameForm(known: number, start: number, end: number): boolean {
    const from = this.starts[known] ?? 0;
    if ((this.ends[known] ?? 0) - from !== end - start) return false;
    const { data } = this.arena;
    for (let index = 0; index < end - start; index++) if (data[from + index] !== data[start + index]) return false;
    return true;
  }

  private grow(): void {
    this.buckets = new Int32Array(this.buckets.length * 2).fill(EMPTY);
    for (let number = 0; number < this.used; number++) {
      const hash = this.hashes[number] ?? 0;
      let bucket = (hash ^ (hash >>> 15)) & (this.buckets.length - 1);
      while (this.buckets[bucket] !== EMPTY) bucket = (bucket + 1) & (this.buckets.length - 1);
      this.buckets[bucket] = number;
    }
  }

  /** Appends the canonical form. */
  private write(table: InternTable, state: State): void {
    this.countUses(table, state);
    this.nextName = 1;
    const top = state.depth - 1;
    let most = 2 + 5 * state.refCount;
    for (let frame = 0; frame <= top; frame++) most += 3 + 3 * REGISTERS + (4 * state.allocated(frame)) / 8;
    let at = this.arena.take(most);
    const { data } = this.arena;
    data[at++] = state.depth;
    data[at++] = state.refCount;
    for (let position = 0; position < state.refCount; position++) {
      data[at++] = state.refField(position, REF.kind);
      data[at++] = state.refField(position, REF.type);
      data[at++] = state.refField(position, REF.frame);
      data[at++] = state.refField(position, REF.acquiredAt);
      if (this.withVisits) data[at++] = state.refField(position, REF.visit);
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

  /** A word without names; then, if it has any that matter, the position of its reference and the number of its id. */
  private writeWord(data: Int32Array, start: number, table: InternTable, state: State, word: number): number {
    let at = start;
    const bare = table.bare(word);
    const ref = bare === word ? 0 : table.ref(word);
    // An id below 0 says no more than the reference does.
    const link = bare === word ? 0 : table.link(word);
    const linked = link > 0 && (this.uses[link] ?? 0) > 1;
    data[at++] = bare * 4 + (ref === 0 ? 0 : 2) + (linked ? 1 : 0);
    if (ref !== 0) data[at++] = state.findRef(ref);
    if (!linked) return at;
    if (this.names[link] === 0) this.names[link] = this.nextName++;
    data[at++] = this.names[link] ?? 0;
    return at;
  }

  private countUses(table: InternTable, state: State): void {
    for (const link of this.touched) {
      this.uses[link] = 0;
      this.names[link] = 0;
    }
    if (this.touched.length > 0) this.touched.length = 0;
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
    if (table.bare(word) === word) return;
    const link = table.link(word);
    if (link <= 0) return;
    if (this.uses[link] === 0) this.touched.push(link);
    this.uses[link] = (this.uses[link] ?? 0) + 1;
  }
}

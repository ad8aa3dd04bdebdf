/**
 * The abstract state of a path while it is walked: registers and slots of all frames as interned words in one array,
 * and the references held. There is one State per walk; other states are records in an arena (`save`, `restore`).
 */
import type { Arena } from './arena.js';
import { INVALID_SLOT, type InternTable, NOT_INIT_WORD, RESIDENT_BYTES, TAG, UNKNOWN_WORD } from './intern.js';

export const MAX_FRAMES = 8;
export const REGISTERS = 11;
const SLOTS = 64;
/** Integers of one frame: registers, slots, subprogram, callsite, allocated bytes. */
const FRAME = REGISTERS + SLOTS + 3;
const SUBPROGRAM = REGISTERS + SLOTS;
const CALLSITE = SUBPROGRAM + 1;
const ALLOCATED = SUBPROGRAM + 2;

/**
 * Fields of a reference, in order. Of an iterator also: elements it has yielded on this path, and the number of the state in
 * which the last of them was asked for (iterate.ts).
 */
export const REF = {
  id: 0,
  kind: 1,
  type: 2,
  frame: 3,
  acquiredAt: 4,
  ordinal: 5,
  yielded: 6,
  visit: 7,
} as const;
export const REF_FIELDS = 8;
export const NO_VISIT = -1;

/**
 * A saved state: depth, number of references, last reference, last id, acquires, passed may_gotos; the references;
 * per frame subprogram, callsite, allocated bytes, registers and as many slots as are allocated.
 */
export const RECORD_HEAD = 6;
export const RECORD_FRAME_HEAD = 3;

export class State {
  private words = new Int32Array(MAX_FRAMES * FRAME);
  private refs = new Int32Array(REF_FIELDS * 16);
  /** Where the current frame starts in `words`. */
  private base = 0;
  depth = 0;
  /** Number of references held. */
  refCount = 0;
  /** The last reference id given out. */
  lastRef = 0;
  /** The last scalar id given out. */
  lastLink = 0;
  /** Acquires so far, those known to have failed left out. */
  acquires = 0;
  /** may_goto instructions not taken so far. */
  mayGotos = 0;

  /** No frames, no references. */
  clear(): void {
    this.depth = 0;
    this.base = -FRAME;
    this.refCount = 0;
    this.lastRef = 0;
    this.lastLink = 0;
    this.acquires = 0;
    this.mayGotos = 0;
  }

  /** Enters a frame in which nothing is initialised. */
  pushFrame(subprogram: number, callsite: number): void {
    this.depth++;
    this.base += FRAME;
    this.words.fill(NOT_INIT_WORD, this.base, this.base + REGISTERS);
    this.words[this.base + SUBPROGRAM] = subprogram;
    this.words[this.base + CALLSITE] = callsite;
    this.words[this.base + ALLOCATED] = 0;
  }

  popFrame(): void {
    this.depth--;
    this.base -= FRAME;
  }

  /** Word of a register of the current frame. */
  register(register: number): number {
    return this.words[this.base + register] ?? 0;
  }

  setRegister(register: number, word: number): void {
    this.words[this.base + register] = word;
  }

  /** Word of a register of any frame. */
  registerOf(frame: number, register: number): number {
    return this.words[frame * FRAME + register] ?? 0;
  }

  /** A call has clobbered them. */
  killCallerSaved(): void {
    this.words.fill(NOT_INIT_WORD, this.base, this.base + 6);
  }

  /** Those of R0–R5 whose bit is set in `mask` become not initialised. */
  forget(mask: number): void {
    for (let register = 0; register < 6; register++) {
      if ((mask & (1 << register)) !== 0) this.words[this.base + register] = NOT_INIT_WORD;
    }
  }

  /** R1–R5 of the caller become those of the current frame; the caller's R0–R5 are clobbered. */
  passArguments(): void {
    const caller = this.base - FRAME;
    for (let register = 1; register < 6; register++) {
      this.words[this.base + register] = this.words[caller + register] ?? 0;
    }
    this.words.fill(NOT_INIT_WORD, caller, caller + 6);
  }

  /** A slot of a frame; below what the frame has allocated it is invalid. */
  slot(frame: number, slot: number): number {
    const at = frame * FRAME;
    return slot * 8 < (this.words[at + ALLOCATED] ?? 0) ? (this.words[at + REGISTERS + slot] ?? 0) : INVALID_SLOT;
  }

  /** The slot must be allocated. */
  setSlot(frame: number, slot: number, value: number): void {
    this.words[frame * FRAME + REGISTERS + slot] = value;
  }

  /** Grows the allocated stack of a frame to at least `bytes` (a multiple of 8). */
  allocate(frame: number, bytes: number): void {
    const at = frame * FRAME;
    const allocated = this.words[at + ALLOCATED] ?? 0;
    if (bytes <= allocated) return;
    this.words.fill(INVALID_SLOT, at + REGISTERS + allocated / 8, at + REGISTERS + bytes / 8);
    this.words[at + ALLOCATED] = bytes;
  }

  allocated(frame: number): number {
    return this.words[frame * FRAME + ALLOCATED] ?? 0;
  }

  subprogram(frame: number): number {
    return this.words[frame * FRAME + SUBPROGRAM] ?? 0;
  }

  callsite(frame: number): number {
    return this.words[frame * FRAME + CALLSITE] ?? 0;
  }

  setCallsite(frame: number, pc: number): void {
    this.words[frame * FRAME + CALLSITE] = pc;
  }

  /** Field (REF) of the reference at a position, in the order of acquisition. */
  refField(position: number, field: number): number {
    return this.refs[position * REF_FIELDS + field] ?? 0;
  }

  setRefField(position: number, field: number, value: number): void {
    this.refs[position * REF_FIELDS + field] = value;
  }

  /** Adds a reference owned by the current frame; returns its id. */
  acquire(kind: number, type: number, pc: number): number {
    const at = this.refCount++ * REF_FIELDS;
    if (at + REF_FIELDS > this.refs.length) this.growRefs(at + REF_FIELDS);
    this.refs[at + REF.id] = ++this.lastRef;
    this.refs[at + REF.kind] = kind;
    this.refs[at + REF.type] = type;
    this.refs[at + REF.frame] = this.depth - 1;
    this.refs[at + REF.acquiredAt] = pc;
    this.refs[at + REF.ordinal] = ++this.acquires;
    this.refs[at + REF.yielded] = 0;
    this.refs[at + REF.visit] = NO_VISIT;
    return this.lastRef;
  }

  private growRefs(length: number): void {
    const larger = new Int32Array(Math.max(length, this.refs.length * 2));
    larger.set(this.refs);
    this.refs = larger;
  }

  /** Position of the reference with an id, or -1. */
  findRef(id: number): number {
    for (let position = 0; position < this.refCount; position++) {
      if (this.refs[position * REF_FIELDS] === id) return position;
    }
    return -1;
  }

  dropRef(position: number): void {
    this.refs.copyWithin(position * REF_FIELDS, (position + 1) * REF_FIELDS, this.refCount * REF_FIELDS);
    this.refCount--;
  }

  /** Number of references that a frame owns. */
  ownedBy(frame: number): number {
    let owned = 0;
    for (let position = 0; position < this.refCount; position++) {
      if (this.refs[position * REF_FIELDS + REF.frame] === frame) owned++;
    }
    return owned;
  }

  /**
   * Replaces, in registers and spilled slots of all frames, every word that `match` picks by what `make` returns. Slots of
   * dynptrs and iterators stay.
   */
  replace(table: InternTable, match: (word: number) => boolean, make: (word: number) => number): void {
    for (let frame = 0; frame < this.depth; frame++) {
      const at = frame * FRAME;
      for (let index = at; index < at + REGISTERS - 1; index++) {
        const word = this.words[index] ?? 0;
        if (word !== NOT_INIT_WORD && match(word)) this.words[index] = make(word);
      }
      const end = at + REGISTERS + (this.words[at + ALLOCATED] ?? 0) / 8;
      for (let index = at + REGISTERS; index < end; index++) {
        const slot = this.words[index] ?? 0;
        if (slot === INVALID_SLOT || table.bytes(slot) === RESIDENT_BYTES) continue;
        const word = table.spill(slot);
        if (word !== NOT_INIT_WORD && match(word)) this.words[index] = table.slot(table.bytes(slot), make(word));
      }
    }
  }

  /** Pointers to the number that the iterator with a reference is at become unknown scalars. */
  forgetElements(table: InternTable, ref: number): void {
    this.replace(
      table,
      (word) => table.tag(word) === TAG.element && table.ref(word) === ref,
      () => UNKNOWN_WORD,
    );
  }

  /**
   * Gives up R6–R9 and spilled words, of all frames, where this state and a saved one have scalars that differ. Between states
   * of different calls nothing is compared.
   */
  widenFrom(table: InternTable, arena: Arena, start: number): void {
    const { data } = arena;
    if (data[start] !== this.depth) return;
    let from = start + RECORD_HEAD + (data[start + 1] ?? 0) * REF_FIELDS;
    for (let frame = 0; frame < this.depth; frame++) {
      const at = frame * FRAME;
      if (data[from + 1] !== this.words[at + CALLSITE]) return;
      const slots = (data[from + 2] ?? 0) / 8;
      from += RECORD_FRAME_HEAD;
      for (let register = 6; register < 10; register++) {
        const word = this.words[at + register] ?? 0;
        if (differ(table, data[from + register] ?? 0, word)) this.words[at + register] = UNKNOWN_WORD;
      }
      from += REGISTERS;
      for (let slot = 0; slot < slots; slot++) {
        const old = data[from + slot] ?? 0;
        const now = this.words[at + REGISTERS + slot] ?? 0;
        if (old === now || !differ(table, table.spill(old), table.spill(now))) continue;
        this.words[at + REGISTERS + slot] = table.slot(table.bytes(now), UNKNOWN_WORD);
      }
      from += slots;
    }
  }

  /** Appends a record of this state to an arena; returns where it starts. */
  save(arena: Arena): number {
    let length = RECORD_HEAD + this.refCount * REF_FIELDS;
    for (let frame = 0; frame < this.depth; frame++) {
      length += RECORD_FRAME_HEAD + REGISTERS + this.allocated(frame) / 8;
    }
    const start = arena.take(length);
    const { data } = arena;
    let to = start;
    data[to++] = this.depth;
    data[to++] = this.refCount;
    data[to++] = this.lastRef;
    data[to++] = this.lastLink;
    data[to++] = this.acquires;
    data[to++] = this.mayGotos;
    for (let index = 0; index < this.refCount * REF_FIELDS; index++) data[to++] = this.refs[index] ?? 0;
    for (let frame = 0; frame < this.depth; frame++) {
      const at = frame * FRAME;
      data[to++] = this.words[at + SUBPROGRAM] ?? 0;
      data[to++] = this.words[at + CALLSITE] ?? 0;
      data[to++] = this.words[at + ALLOCATED] ?? 0;
      const end = at + REGISTERS + (this.words[at + ALLOCATED] ?? 0) / 8;
      for (let index = at; index < end; index++) data[to++] = this.words[index] ?? 0;
    }
    return start;
  }

  /** Becomes the state of a record. */
  restore(arena: Arena, start: number): void {
    const { data } = arena;
    let from = start;
    this.depth = data[from++] ?? 0;
    this.refCount = data[from++] ?? 0;
    this.lastRef = data[from++] ?? 0;
    this.lastLink = data[from++] ?? 0;
    this.acquires = data[from++] ?? 0;
    this.mayGotos = data[from++] ?? 0;
    if (this.refCount * REF_FIELDS > this.refs.length) this.growRefs(this.refCount * REF_FIELDS);
    for (let index = 0; index < this.refCount * REF_FIELDS; index++) this.refs[index] = data[from++] ?? 0;
    for (let frame = 0; frame < this.depth; frame++) {
      const at = frame * FRAME;
      this.words[at + SUBPROGRAM] = data[from++] ?? 0;
      this.words[at + CALLSITE] = data[from++] ?? 0;
      const allocated = data[from++] ?? 0;
      this.words[at + ALLOCATED] = allocated;
      const end = at + REGISTERS + allocated / 8;
      for (let index = at; index < end; index++) this.words[index] = data[from++] ?? 0;
    }
    this.base = (this.depth - 1) * FRAME;
  }
}

/** Whether two words are scalars of which different things are known. */
function differ(table: InternTable, old: number, now: number): boolean {
  return old !== now && table.isScalar(old) && table.isScalar(now) && table.bare(old) !== table.bare(now);
}

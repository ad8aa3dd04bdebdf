/**
 * Numbers values ("words") and stack slots, so that a state is an array of integers and equality is `===`. Words and
 * slots do not depend on a program; the table is shared by walks until it has grown large (see `sharedTable`).
 */
import { KIND_NAMES, KINDS, livesOnStack, type ObjectKind, SOCKET_FORMS, type StackKind } from '../isa/kinds.js';
import { ScalarTable, UNKNOWN_SHAPE, ZERO_SHAPE } from './scalar-table.js';
import type { ByteKind, Pointer, PointerType, Slot, Value } from './value.js';

/**
 * Class of a word. Everything from `ctx` to `element` is a pointer; a `resident` stands in slots of dynptrs and iterators
 * only, never in a register.
 */
export const TAG = {
  notInit: 0,
  scalar: 1,
  ctx: 2,
  stack: 3,
  map: 4,
  memory: 5,
  kernel: 6,
  local: 7,
  socket: 8,
  data: 9,
  slice: 10,
  element: 11,
  resident: 12,
} as const;
const CLASS = 15;
/** MAYBE_NULL of a pointer's tag. */
export const NULLABLE = 16;

/** Kinds of bytes in a slot, two bits each; byte 0 (lowest-addressed) in the lowest bits. */
export const BYTE = { invalid: 0, misc: 1, zero: 2, spill: 3 } as const;
const BYTE_NAMES: readonly ByteKind[] = ['invalid', 'misc', 'zero', 'spill'];
/** Bytes of a slot that is part of a dynptr or iterator; its word says which. */
export const RESIDENT_BYTES = 1 << 16;

export const NOT_INIT_WORD = 0;
export const UNKNOWN_WORD = 1;
export const ZERO_WORD = 2;
/** The slot of 8 invalid bytes. */
export const INVALID_SLOT = 0;

/** Columns that grow by doubling. */
class Column {
  data = new Int32Array(1 << 8);

  put(index: number, value: number): void {
    if (index >= this.data.length) {
      const larger = new Int32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[index] = value;
  }

  at(index: number): number {
    return this.data[index] ?? 0;
  }
}

const EMPTY = -1;

/** Open addressing from a hash to the number of a row. */
class Buckets {
  private rows = new Int32Array(1 << 9);
  private count = 0;

  first(hash: number): number {
    return hash & (this.rows.length - 1);
  }

  next(index: number): number {
    return (index + 1) & (this.rows.length - 1);
  }

  /** The row at a position, or EMPTY: then no further one has the hash. */
  row(index: number): number {
    return (this.rows[index] ?? 0) - 1;
  }

  add(hash: number, row: number, hashOf: (row: number) => number): void {
    if (++this.count * 2 > this.rows.length) {
      const old = this.rows;
      this.rows = new Int32Array(old.length * 2);
      for (const stored of old) if (stored !== 0) this.place(hashOf(stored - 1), stored - 1);
    }
    this.place(hash, row);
  }

  private place(hash: number, row: number): void {
    const mask = this.rows.length - 1;
    let index = hash & mask;
    while (this.rows[index] !== 0) index = (index + 1) & mask;
    this.rows[index] = row + 1;
  }
}

function mix(a: number, b: number, c: number, d: number, e: number): number {
  let h = Math.imul(a + 0x9e37, 0x85eb_ca6b) ^ Math.imul(b, 0xc2b2_ae35) ^ Math.imul(c, 0x27d4_eb2f);
  h ^= Math.imul(d, 0x1656_67b1) ^ Math.imul(e + 0x51, 0x9e37_79b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b_3c6d);
  return h ^ (h >>> 13);
}

export class InternTable {
  readonly scalars = new ScalarTable();
  // Words: class (with NULLABLE), shape or parameter, offset, id, reference, the same word without id and reference.
  private readonly classes = new Column();
  private readonly parameters = new Column();
  private readonly offsets = new Column();
  private readonly links = new Column();
  private readonly refs = new Column();
  private readonly bares = new Column();
  private readonly wordBuckets = new Buckets();
  private readonly values: (Value | undefined)[] = [];
  private wordCount = 0;
  // Slots: byte kinds, spilled word.
  private readonly kinds = new Column();
  private readonly spilled = new Column();
  private readonly slotBuckets = new Buckets();
  private readonly slotViews: (Slot | undefined)[] = [];
  private slotCount = 0;

  constructor() {
    this.word(TAG.notInit, 0, 0, 0, 0);
    this.scalar(UNKNOWN_SHAPE, 0);
    this.scalar(ZERO_SHAPE, 0);
    this.slot(0, NOT_INIT_WORD);
  }

  /** Rows in all tables: what `sharedTable` bounds. */
  get size(): number {
    return this.wordCount + this.slotCount + this.scalars.size;
  }

  tag(word: number): number {
    return this.classes.at(word) & CLASS;
  }

  mayBeNull(word: number): boolean {
    return (this.classes.at(word) & NULLABLE) !== 0;
  }

  isPointer(word: number): boolean {
    return (this.classes.at(word) & CLASS) > TAG.scalar;
  }

  isScalar(word: number): boolean {
    return (this.classes.at(word) & CLASS) === TAG.scalar;
  }

  /** Shape of a scalar; frame, map, size in bytes, kind, struct type or form of a pointer; see `resident` for that. */
  parameter(word: number): number {
    return this.parameters.at(word);
  }

  offset(word: number): number {
    return this.offsets.at(word);
  }

  /**
   * Id shared by copies of a scalar or of a pointer that may be NULL, or 0. Negative for the result of an acquire: minus its
   * reference, which goes if it turns out to be NULL.
   */
  link(word: number): number {
    return this.links.at(word);
  }

  /** Reference that a pointer carries, or 0. */
  ref(word: number): number {
    return this.refs.at(word);
  }

  /** The word without id and reference: what two states that differ by a renaming have in common. */
  bare(word: number): number {
    return this.bares.at(word);
  }

  /** Whether a word is a scalar whose value is known. */
  isConstant(word: number): boolean {
    return this.isScalar(word) && this.scalars.isConstant[this.parameters.at(word)] === 1;
  }

  /** A scalar of this shape; constants carry no id. */
  scalar(shape: number, link: number): number {
    return this.word(TAG.scalar, shape, 0, this.scalars.isConstant[shape] === 1 ? 0 : link, 0);
  }

  /** A pointer; `tag` with NULLABLE added if it may be NULL. */
  pointer(tag: number, parameter: number, offset: number, link: number, ref: number): number {
    return this.word(tag, parameter, offset, link, ref);
  }

  /** What the slots of a dynptr or iterator hold. */
  resident(kind: number, first: boolean, drained: boolean, ref: number): number {
    return this.word(TAG.resident, kind * 4 + (first ? 2 : 0) + (drained ? 1 : 0), 0, 0, ref);
  }

  /** The word with another id. */
  withLink(word: number, link: number): number {
    return this.word(this.classes.at(word), this.parameters.at(word), this.offsets.at(word), link, this.refs.at(word));
  }

  /** The pointer at another offset. */
  withOffset(word: number, offset: number): number {
    return this.word(this.classes.at(word), this.parameters.at(word), offset, this.links.at(word), this.refs.at(word));
  }

  /** The pointer once it is known not to be NULL. */
  notNull(word: number): number {
    return this.word(this.tag(word), this.parameters.at(word), this.offsets.at(word), 0, this.refs.at(word));
  }

  private word(tag: number, parameter: number, offset: number, link: number, ref: number): number {
    const hash = mix(tag, parameter, offset, link, ref);
    for (let index = this.wordBuckets.first(hash); ; index = this.wordBuckets.next(index)) {
      const row = this.wordBuckets.row(index);
      if (row === EMPTY) break;
      if (
        this.links.at(row) === link &&
        this.parameters.at(row) === parameter &&
        this.classes.at(row) === tag &&
        this.offsets.at(row) === offset &&
        this.refs.at(row) === ref
      ) {
        return row;
      }
    }
    const bare = link === 0 && ref === 0 ? this.wordCount : this.word(tag, parameter, offset, 0, 0);
    const row = this.wordCount++;
    this.classes.put(row, tag);
    this.parameters.put(row, parameter);
    this.offsets.put(row, offset);
    this.links.put(row, link);
    this.refs.put(row, ref);
    this.bares.put(row, bare);
    this.wordBuckets.add(hash, row, (other) =>
      mix(
        this.classes.at(other),
        this.parameters.at(other),
        this.offsets.at(other),
        this.links.at(other),
        this.refs.at(other),
      ),
    );
    return row;
  }

  /** A slot of these byte kinds (BYTE, packed) whose spilled bytes are those of `word`; NOT_INIT_WORD if none are. */
  slot(bytes: number, word: number): number {
    const hash = mix(bytes, word, 0, 0, 0);
    for (let index = this.slotBuckets.first(hash); ; index = this.slotBuckets.next(index)) {
      const row = this.slotBuckets.row(index);
      if (row === EMPTY) break;
      if (this.spilled.at(row) === word && this.kinds.at(row) === bytes) return row;
    }
    const row = this.slotCount++;
    this.kinds.put(row, bytes);
    this.spilled.put(row, word);
    this.slotBuckets.add(hash, row, (other) => mix(this.kinds.at(other), this.spilled.at(other), 0, 0, 0));
    return row;
  }

  /** Byte kinds of a slot, packed. */
  bytes(slot: number): number {
    return this.kinds.at(slot);
  }

  /** The spilled word of a slot, or NOT_INIT_WORD; of a resident slot the resident's. */
  spill(slot: number): number {
    return this.spilled.at(slot);
  }

  /** The value of a word: one object per word. */
  value(word: number): Value {
    const known = this.values[word];
    if (known !== undefined) return known;
    const value = this.describe(word);
    this.values[word] = value;
    return value;
  }

  private describe(word: number): Value {
    const tag = this.tag(word);
    if (tag === TAG.notInit) return { is: 'not-init' };
    if (tag === TAG.scalar) {
      return { is: 'scalar', ...this.scalars.boundsOf(this.parameter(word)), id: this.link(word) };
    }
    const pointer: Pointer = {
      is: 'pointer',
      type: pointerType(tag, this.parameter(word)),
      off: this.offset(word),
      mayBeNull: this.mayBeNull(word),
      id: this.link(word),
      ref: this.ref(word),
    };
    return pointer;
  }

  /** The slot as an object: one per slot. */
  slotView(slot: number): Slot {
    const known = this.slotViews[slot];
    if (known !== undefined) return known;
    const view =
      this.bytes(slot) === RESIDENT_BYTES ? this.describeResident(this.spill(slot)) : this.describeSlot(slot);
    this.slotViews[slot] = view;
    return view;
  }

  private describeSlot(slot: number): Slot {
    const packed = this.bytes(slot);
    const bytes = Array.from({ length: 8 }, (_, byte) => BYTE_NAMES[(packed >> (2 * byte)) & 3] ?? 'invalid');
    const word = this.spill(slot);
    return { bytes, spilled: word === NOT_INIT_WORD ? undefined : this.value(word), resident: undefined };
  }

  private describeResident(word: number): Slot {
    const parameter = this.parameter(word);
    const kind = residentKind(parameter);
    const resident = {
      kind,
      first: (parameter & 2) !== 0,
      ref: this.ref(word),
      drained: (parameter & 1) !== 0,
    };
    return { bytes: RESIDENT_ROWS[KINDS[kind].slot], spilled: undefined, resident };
  }
}

function pointerType(tag: number, parameter: number): PointerType {
  switch (tag) {
    case TAG.ctx:
      return { to: 'ctx' };
    case TAG.stack:
      return { to: 'stack', frame: parameter };
    case TAG.map:
      return { to: 'map', map: parameter };
    case TAG.memory:
      return { to: 'memory', size: parameter >>> 0 };
    case TAG.kernel:
      return { to: 'kernel', kind: kernelKind(parameter) };
    case TAG.socket:
      return { to: 'socket', form: SOCKET_FORMS[parameter] ?? 'sock' };
    case TAG.data:
      return { to: 'data', size: parameter >>> 0, readonly: false };
    case TAG.slice:
      return { to: 'data', size: parameter >>> 0, readonly: true };
    case TAG.element:
      return { to: 'element' };
    default:
      return { to: 'local', type: parameter };
  }
}

function kernelKind(number: number): ObjectKind {
  const kind = KIND_NAMES[number];
  return kind === undefined || kind === 'socket' || livesOnStack(kind) ? 'task' : kind;
}

/** Kind of the dynptr or iterator in a resident's parameter. */
export function residentKind(parameter: number): StackKind {
  const kind = KIND_NAMES[parameter >> 2];
  if (kind === undefined || !livesOnStack(kind)) throw new Error(`no resident has the kind ${kind}`);
  return kind;
}

const RESIDENT_ROWS: Readonly<Record<'dynptr' | 'iter', readonly ByteKind[]>> = {
  dynptr: new Array<ByteKind>(8).fill('dynptr'),
  iter: new Array<ByteKind>(8).fill('iter'),
};

/** Tag of the pointers to objects of a kind. */
export function tagOfKind(kind: ObjectKind): number {
  return TAG[KINDS[kind].pointer];
}

const ROWS_KEPT = 1 << 14;
let shared = new InternTable();

/**
 * The table of the next walk. Programs have most of their scalars in common, so one table serves many walks; it is
 * replaced once it holds more than 2^14 rows, which bounds memory. Analyses keep the table they were made with.
 */
export function sharedTable(): InternTable {
  if (shared.size > ROWS_KEPT) shared = new InternTable();
  return shared;
}

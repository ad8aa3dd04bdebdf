/**
 * The machine's memory: frames, context and objects in one buffer, reached by 64-bit addresses. Kernel objects are
 * opaque: they have an address and nothing behind it.
 */
import type { FaultCode } from '../../src/contract/outcome.js';
import type { Kind } from '../../src/isa/kinds.js';
import type { WorldSource } from '../world.js';
import {
  CTX_BYTES,
  CTX_HIGH,
  CTX_LOW,
  FILL_BYTE,
  FRAME_BYTES,
  FRAME_HIGH,
  frameByteOfLow,
  frameOfLow,
  MAX_FRAMES,
  objectLow,
  objectOfHigh,
} from './address.js';
import { type ResidentRow, Residents } from './residents.js';

/** Bytes above R10 that a bare program may touch: the conformance suite stores 8 bytes at R10 - 4. */
const BARE_SLACK = 8;
const FRAME_STRIDE = FRAME_BYTES + BARE_SLACK;
const CTX_AT = MAX_FRAMES * FRAME_STRIDE;
const HEAP_AT = CTX_AT + CTX_BYTES;
/** `__sk_buff.cb[0..4]`. */
const CB_FROM = 48;
const CB_TO = 68;
/** Bytes of objects that one run may have allocated at once; beyond it allocations return NULL. */
const HEAP_LIMIT = 64 << 20;

/** Kind of an object; `input` is the memory that the plug-in protocol hands to a program. */
export type ObjectKind = Kind | 'input';

export class Memory {
  bytes = new Uint8Array(HEAP_AT + 4096);
  view = new DataView(this.bytes.buffer);
  /** Active frames; memory of the others cannot be accessed. */
  depth = 0;
  /** Who knows the context words. */
  source: WorldSource | undefined;
  /** Why the last `locate` answered -1. */
  why: FaultCode = 'bad-address';
  #frameLimit = FRAME_BYTES;
  #heapTop = HEAP_AT;
  #cbKnown = 0;
  /** Objects of this run; the columns are not shortened, they are written anew. */
  #count = 0;
  readonly #kinds: ObjectKind[] = [];
  readonly #types: number[] = [];
  readonly #sizes: number[] = [];
  readonly #places: number[] = [];
  readonly #live: boolean[] = [];
  readonly #permanent: boolean[] = [];
  /** Dynptrs and iterators on the stack. */
  readonly residents = new Residents();

  /** A new run: no frame is active, no object exists, no context word is known. `bare`: of the plug-in. */
  reset(source: WorldSource | undefined, bare = false): void {
    this.depth = 0;
    this.#frameLimit = bare ? FRAME_STRIDE : FRAME_BYTES;
    this.source = source;
    this.bytes.fill(0, CTX_AT, HEAP_AT);
    this.#heapTop = HEAP_AT;
    this.#cbKnown = 0;
    this.#count = 0;
    this.residents.clear();
  }

  /** Poisons (or, for a bare run, zeroes) the memory of a frame that is entered. */
  enterFrame(frame: number, fill: number): void {
    this.bytes.fill(fill, frame * FRAME_STRIDE, (frame + 1) * FRAME_STRIDE);
  }

  /** Objects of this run, released ones included. */
  get objects(): number {
    return this.#count;
  }

  kindOf(object: number): ObjectKind | undefined {
    return object < this.#count ? this.#kinds[object] : undefined;
  }

  /** Struct type number of a local object, else -1. */
  typeOf(object: number): number {
    return object < this.#count ? (this.#types[object] ?? -1) : -1;
  }

  isLive(object: number): boolean {
    return object < this.#count && this.#live[object] === true;
  }

  /** A new opaque kernel object; returns its number. */
  addKernelObject(kind: 'task' | 'cgroup' | 'socket' | 'iter_num' | 'iter_task'): number {
    return this.#add(kind, -1, 0, -1);
  }

  /** The object outlives every reference to it. */
  makePermanent(object: number): void {
    this.#permanent[object] = true;
  }

  /** A new object with `size` bytes of the given fill, or -1 if the heap is full. */
  addObject(kind: 'ring' | 'object' | 'dynptr' | 'input', type: number, size: number, fill: number): number {
    const place = this.#heapTop;
    const top = place + size;
    if (top - HEAP_AT > HEAP_LIMIT) return -1;
    if (top > this.bytes.length) this.#grow(top);
    this.#heapTop = top;
    this.bytes.fill(fill, place, top);
    return this.#add(kind, type, size, place);
  }

  /** The last reference is gone: later accesses fault. Addresses are never reused, bytes may be. */
  kill(object: number): void {
    if (this.#permanent[object] === true) return;
    this.#live[object] = false;
    const place = this.#places[object] ?? -1;
    if (place >= 0 && place + (this.#sizes[object] ?? 0) === this.#heapTop) this.#heapTop = place;
  }

  /**
   * Index in `bytes` of an access of `size` bytes at (high:low) + off, or -1 with `why` set. Materialises the context
   * words that it touches.
   */
  locate(low: number, high: number, off: number, size: number, write: boolean): number {
    const sum = (low >>> 0) + off;
    const at = sum >>> 0;
    const upper = sum < 0 ? (high - 1) | 0 : sum > 0xffff_ffff ? (high + 1) | 0 : high;
    if (upper === FRAME_HIGH) {
      const frame = frameOfLow(at);
      const byte = frameByteOfLow(at);
      if (frame >= 0 && frame < this.depth && byte >= 0 && byte + size <= this.#frameLimit)
        return frame * FRAME_STRIDE + byte;
      this.why = 'bad-address';
      return -1;
    }
    if (upper === CTX_HIGH) {
      const byte = at - CTX_LOW;
      if (byte >= 0 && byte + size <= CTX_BYTES) {
        if (byte < CB_TO && byte + size > CB_FROM) this.#materialise(byte, size, write);
        return CTX_AT + byte;
      }
      this.why = 'bad-address';
      return -1;
    }
    return this.#locateInObject(at, upper, size);
  }

  /** Index in `bytes` of a byte of a frame, counted from R10; undefined if it lies outside. */
  frameIndex(frame: number, off: number, size: number): number | undefined {
    const byte = FRAME_BYTES + off;
    if (frame < 0 || frame >= this.depth || byte < 0 || byte + size > FRAME_BYTES) return undefined;
    return frame * FRAME_STRIDE + byte;
  }

  /** Copies of everything that a run can change, to be put back by `restore`. */
  save(): {
    readonly bytes: Uint8Array;
    readonly live: readonly boolean[];
    readonly known: number;
    readonly top: number;
    readonly residents: readonly ResidentRow[];
  } {
    return {
      bytes: this.bytes.slice(0, this.#heapTop),
      live: this.#live.slice(0, this.#count),
      known: this.#cbKnown,
      top: this.#heapTop,
      residents: [...this.residents.rows],
    };
  }

  restore(saved: ReturnType<Memory['save']>): void {
    this.bytes.set(saved.bytes);
    this.#count = saved.live.length;
    for (let object = 0; object < this.#count; object++) this.#live[object] = saved.live[object] ?? false;
    this.#cbKnown = saved.known;
    this.#heapTop = saved.top;
    this.residents.restore(saved.residents);
  }

  /** Hash of the context and of all live objects' bytes. */
  hashHeap(seed: number): number {
    let hash = hashBytes(seed, this, CTX_AT, HEAP_AT);
    for (let object = 0; object < this.#count; object++) {
      const place = this.#places[object] ?? -1;
      if (place < 0 || !this.isLive(object)) continue;
      hash = hashBytes(mix(hash, object), this, place, place + (this.#sizes[object] ?? 0));
    }
    return hash;
  }

  #add(kind: ObjectKind, type: number, size: number, place: number): number {
    const object = this.#count++;
    this.#kinds[object] = kind;
    this.#types[object] = type;
    this.#sizes[object] = size;
    this.#places[object] = place;
    this.#live[object] = true;
    this.#permanent[object] = false;
    return object;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  #locateInObject(low: number, high: number, size: number): number {
    this.why = 'bad-address';
    const object = objectOfHigh(high);
    const place = object < 0 || object >= this.#count ? -1 : (this.#places[object] ?? -1);
    if (place < 0) return -1;
    const byte = low - objectLow(object);
    if (byte < 0 || byte + size > (this.#sizes[object] ?? 0)) return -1;
    if (this.#live[object] === true) return place + byte;
    this.why = 'use-after-release';
    return -1;
  }

  /** Word `__sk_buff.cb[word]` as it is now, unsigned; `undefined` if nothing has touched it. */
  contextWord(word: number): number | undefined {
    return (this.#cbKnown & (1 << word)) === 0 ? undefined : this.view.getUint32(CTX_AT + CB_FROM + 4 * word, true);
  }

  /** Asks for the context words that an access touches for the first time; a word that is overwritten whole is not asked for. */
  #materialise(byte: number, size: number, write: boolean): void {
    for (let word = 0; word < (CB_TO - CB_FROM) / 4; word++) {
      const from = CB_FROM + word * 4;
      if (from >= byte + size || from + 4 <= byte || (this.#cbKnown & (1 << word)) !== 0) continue;
      this.#cbKnown |= 1 << word;
      const overwritten = write && byte <= from && byte + size >= from + 4;
      if (!overwritten) this.view.setUint32(CTX_AT + from, this.source?.context(word) ?? 0, true);
    }
  }
}

/** One step of a 32-bit rolling hash (FNV-1a on words, then mixed). */
export function mix(hash: number, word: number): number {
  const step = Math.imul(hash ^ word, 0x01000193);
  return step ^ (step >>> 15);
}

/** Word by word, what is left byte by byte. */
function hashBytes(seed: number, { bytes, view }: Memory, from: number, to: number): number {
  let hash = seed;
  let at = from;
  for (; at + 4 <= to; at += 4) hash = mix(hash, view.getInt32(at, true));
  for (; at < to; at++) hash = mix(hash, bytes[at] ?? 0);
  return hash;
}

/** Hash of one frame's memory without the bytes [from, to) and without words never written, keyed by position. */
export function hashFrame(seed: number, memory: Memory, frame: number, from: number, to: number): number {
  const base = frame * FRAME_STRIDE;
  let hash = mix(seed, frame);
  for (let byte = 0; byte < FRAME_BYTES; byte += 4) {
    if (byte >= from && byte < to) continue;
    const word = memory.view.getInt32(base + byte, true);
    if (word !== FILL) hash = mix(mix(hash, byte), word);
  }
  return hash;
}

const FILL = (FILL_BYTE * 0x01010101) | 0;

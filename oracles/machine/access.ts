/** What every load, store and atomic does, from RFC 9669 section 5; memory is little-endian. */
import { FRAME_BYTES, FRAME_HIGH, frameByteOfLow } from './address.js';
import type { Step } from './code.js';
import type { Core } from './core.js';

type Size = 1 | 2 | 4 | 8;

/** Index in memory of the access of `size` bytes at register + off, or -1 after a fault. */
function locate(core: Core, pc: number, base: number, size: Size, write: boolean): number {
  const { file, memory, code } = core;
  const off = code.off[pc] ?? 0;
  const at = memory.locate(file.low(base), file.high(base), off, size, write);
  if (at < 0) {
    const address = BigInt.asUintN(64, file.value(base) + BigInt(off));
    const message = `${write ? 'write' : 'read'} of ${size} bytes at 0x${address.toString(16)}`;
    const overflows = (code.added[pc] ?? 0) === 1 && isBelowFrame(address);
    core.fault(overflows ? 'stack-overflow' : memory.why, pc, message);
  }
  return at;
}

function isBelowFrame(address: bigint): boolean {
  const low = Number(address & 0xffff_ffffn);
  return Number(BigInt.asIntN(32, address >> 32n)) === FRAME_HIGH && frameByteOfLow(low) < FRAME_BYTES;
}

const load =
  (size: Size, signed: boolean): Step =>
  (core, pc) => {
    const at = locate(core, pc, core.code.src[pc] ?? 0, size, false);
    if (at < 0) return -1;
    loadInto(core, core.code.dst[pc] ?? 0, at, size, signed);
    return pc + 1;
  };

function loadInto(core: Core, register: number, at: number, size: Size, signed: boolean): void {
  const { view } = core.memory;
  const { ints } = core.file;
  let low: number;
  switch (size) {
    case 1:
      low = signed ? view.getInt8(at) : view.getUint8(at);
      break;
    case 2:
      low = signed ? view.getInt16(at, true) : view.getUint16(at, true);
      break;
    default:
      low = view.getInt32(at, true);
  }
  ints[register << 1] = low;
  ints[(register << 1) | 1] = size === 8 ? view.getInt32(at + 4, true) : signed ? low >> 31 : 0;
}

const store =
  (size: Size): Step =>
  (core, pc) => {
    const at = locate(core, pc, core.code.dst[pc] ?? 0, size, true);
    if (at < 0) return -1;
    storeFrom(core, core.code.src[pc] ?? 0, at, size);
    return pc + 1;
  };

function storeFrom(core: Core, position: number, at: number, size: Size): void {
  const { view } = core.memory;
  const low = core.file.low(position);
  switch (size) {
    case 1:
      view.setInt8(at, low);
      break;
    case 2:
      view.setInt16(at, low, true);
      break;
    case 4:
      view.setInt32(at, low, true);
      break;
    case 8:
      view.setInt32(at, low, true);
      view.setInt32(at + 4, core.file.high(position), true);
  }
}

/** What an atomic writes, from the old value and the operand; the store truncates. */
type Combine = (old: bigint, operand: bigint) => bigint;

/** Reads, combines with src, writes; with `fetch` the old value, zero-extended, replaces src. */
const atomic =
  (size: 4 | 8, combine: Combine, fetch: boolean): Step =>
  (core, pc) => {
    const at = locate(core, pc, core.code.dst[pc] ?? 0, size, true);
    if (at < 0) return -1;
    const { view } = core.memory;
    const { unsigned } = core.file;
    const src = core.code.src[pc] ?? 0;
    const old = size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
    const next = combine(old, unsigned[src] ?? 0n);
    if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, next), true);
    else view.setUint32(at, Number(BigInt.asUintN(32, next)), true);
    if (fetch) unsigned[src] = old;
    return pc + 1;
  };

/** Writes src if the old value equals R0 (as far as the size reaches); R0 becomes the old value, zero-extended. */
const compareExchange =
  (size: 4 | 8): Step =>
  (core, pc) => {
    const at = locate(core, pc, core.code.dst[pc] ?? 0, size, true);
    if (at < 0) return -1;
    const { view } = core.memory;
    const { unsigned } = core.file;
    const old = size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
    if (old === BigInt.asUintN(size * 8, unsigned[0] ?? 0n)) storeFrom(core, core.code.src[pc] ?? 0, at, size);
    unsigned[0] = old;
    return pc + 1;
  };

const add: Combine = (old, operand) => old + operand;
const or: Combine = (old, operand) => old | operand;
const and: Combine = (old, operand) => old & operand;
const xor: Combine = (old, operand) => old ^ operand;
const exchange: Combine = (_, operand) => operand;

export const ACCESS = {
  ldx8: load(1, false),
  ldx16: load(2, false),
  ldx32: load(4, false),
  ldx64: load(8, false),
  ldxs8: load(1, true),
  ldxs16: load(2, true),
  ldxs32: load(4, true),
  stx8: store(1),
  stx16: store(2),
  stx32: store(4),
  stx64: store(8),
  st8: store(1),
  st16: store(2),
  st32: store(4),
  st64: store(8),
  atomic_add32: atomic(4, add, false),
  atomic_or32: atomic(4, or, false),
  atomic_and32: atomic(4, and, false),
  atomic_xor32: atomic(4, xor, false),
  atomic_add64: atomic(8, add, false),
  atomic_or64: atomic(8, or, false),
  atomic_and64: atomic(8, and, false),
  atomic_xor64: atomic(8, xor, false),
  fetch_add32: atomic(4, add, true),
  fetch_or32: atomic(4, or, true),
  fetch_and32: atomic(4, and, true),
  fetch_xor32: atomic(4, xor, true),
  fetch_add64: atomic(8, add, true),
  fetch_or64: atomic(8, or, true),
  fetch_and64: atomic(8, and, true),
  fetch_xor64: atomic(8, xor, true),
  xchg32: atomic(4, exchange, true),
  xchg64: atomic(8, exchange, true),
  cmpxchg32: compareExchange(4),
  cmpxchg64: compareExchange(8),
  // One thread: acquire and release order nothing.
  load_acquire8: load(1, false),
  load_acquire16: load(2, false),
  load_acquire32: load(4, false),
  load_acquire64: load(8, false),
  store_release8: store(1),
  store_release16: store(2),
  store_release32: store(4),
  store_release64: store(8),
} as const satisfies Record<string, Step>;

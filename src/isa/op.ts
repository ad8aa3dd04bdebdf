/**
 * One row per instruction: encoding and syntax only. What an instruction requires and does is in src/verify and, written
 * a second time and independently, in oracles/machine.
 *
 * Source: RFC 9669 and, for `may_goto`, load-acquire and store-release, linux/bpf.h.
 */

/** How the fields of an instruction are laid out; decides operands, reserved fields and syntax. */
export type Shape =
  | 'alu' // dst op= (imm | src)
  | 'neg' // dst = -dst
  | 'movsx' // dst = (sN)src; off selects N
  | 'swap' // dst = be16 dst; imm selects the size
  | 'jump' // if dst op (imm | src) goto off
  | 'goto' // goto off
  | 'gotol' // gotol imm
  | 'may_goto' // may_goto off
  | 'call-helper' // call imm
  | 'call-local' // call pc + 1 + imm
  | 'call-kfunc' // call imm, a BTF id
  | 'exit'
  | 'imm64' // two slots
  | 'load' // dst = *(size *)(src + off)
  | 'store' // *(size *)(dst + off) = src
  | 'store-imm' // *(size *)(dst + off) = imm
  | 'atomic' // lock *(size *)(dst + off) op= src; imm selects
  | 'fetch' // src = atomic_fetch_op((size *)(dst + off), src)
  | 'xchg' // src = xchg(dst + off, src)
  | 'cmpxchg' // r0 = cmpxchg(dst + off, r0, src)
  | 'load-acquire' // dst = load_acquire((size *)(src + off))
  | 'store-release'; // store_release((size *)(dst + off), src)

export interface OpRow {
  readonly shape: Shape;
  /** Opcode byte without the source bit (0x08) where both operand forms exist. */
  readonly code: number;
  /** Whether the second operand may be an immediate (K), a register (X) or either (KX). */
  readonly operand: 'none' | 'K' | 'X' | 'KX';
  /** Operand width in bits of ALU and jump instructions; access width in bits of memory instructions. */
  readonly width: 8 | 16 | 32 | 64;
  /** The operator, cast or mnemonic of the pseudo-C syntax. */
  readonly symbol: string;
  /** Values of fields that select this row among rows of the same code. */
  readonly select?: { readonly src?: number; readonly off?: number; readonly imm?: number };
}

const alu64 = (code: number, symbol: string, off = 0): OpRow => ({
  shape: 'alu',
  code: code | 0x07,
  operand: 'KX',
  width: 64,
  symbol,
  select: { off },
});
const alu32 = (code: number, symbol: string, off = 0): OpRow => ({
  shape: 'alu',
  code: code | 0x04,
  operand: 'KX',
  width: 32,
  symbol,
  select: { off },
});
const movsx = (width: 32 | 64, bits: 8 | 16 | 32): OpRow => ({
  shape: 'movsx',
  code: width === 64 ? 0xbf : 0xbc,
  operand: 'X',
  width,
  symbol: `s${bits}`,
  select: { off: bits },
});
const swap = (code: number, symbol: string, bits: 16 | 32 | 64): OpRow => ({
  shape: 'swap',
  code,
  operand: 'none',
  width: bits,
  symbol: `${symbol}${bits}`,
  select: { imm: bits },
});
const jump64 = (code: number, symbol: string): OpRow => ({
  shape: 'jump',
  code: code | 0x05,
  operand: 'KX',
  width: 64,
  symbol,
});
const jump32 = (code: number, symbol: string): OpRow => ({
  shape: 'jump',
  code: code | 0x06,
  operand: 'KX',
  width: 32,
  symbol,
});
const SIZE_BITS = { 8: 0x10, 16: 0x08, 32: 0x00, 64: 0x18 } as const;
type Bits = keyof typeof SIZE_BITS;
const load = (bits: Bits): OpRow => ({
  shape: 'load',
  code: 0x61 | SIZE_BITS[bits],
  operand: 'X',
  width: bits,
  symbol: `u${bits}`,
});
const loadSigned = (bits: 8 | 16 | 32): OpRow => ({
  shape: 'load',
  code: 0x81 | SIZE_BITS[bits],
  operand: 'X',
  width: bits,
  symbol: `s${bits}`,
});
const store = (bits: Bits): OpRow => ({
  shape: 'store',
  code: 0x63 | SIZE_BITS[bits],
  operand: 'X',
  width: bits,
  symbol: `u${bits}`,
});
const storeImm = (bits: Bits): OpRow => ({
  shape: 'store-imm',
  code: 0x62 | SIZE_BITS[bits],
  operand: 'K',
  width: bits,
  symbol: `u${bits}`,
});
const atomic = (shape: Shape, bits: Bits, imm: number, symbol: string): OpRow => ({
  shape,
  code: 0xc3 | SIZE_BITS[bits],
  operand: 'X',
  width: bits,
  symbol,
  select: { imm },
});
const imm64 = (src: number, symbol: string): OpRow => ({
  shape: 'imm64',
  code: 0x18,
  operand: 'K',
  width: 64,
  symbol,
  select: { src },
});

const rows = {
  add64: alu64(0x00, '+='),
  sub64: alu64(0x10, '-='),
  mul64: alu64(0x20, '*='),
  div64: alu64(0x30, '/='),
  or64: alu64(0x40, '|='),
  and64: alu64(0x50, '&='),
  lsh64: alu64(0x60, '<<='),
  rsh64: alu64(0x70, '>>='),
  mod64: alu64(0x90, '%='),
  xor64: alu64(0xa0, '^='),
  mov64: alu64(0xb0, '='),
  arsh64: alu64(0xc0, 's>>='),
  sdiv64: alu64(0x30, 's/=', 1),
  smod64: alu64(0x90, 's%=', 1),
  add32: alu32(0x00, '+='),
  sub32: alu32(0x10, '-='),
  mul32: alu32(0x20, '*='),
  div32: alu32(0x30, '/='),
  or32: alu32(0x40, '|='),
  and32: alu32(0x50, '&='),
  lsh32: alu32(0x60, '<<='),
  rsh32: alu32(0x70, '>>='),
  mod32: alu32(0x90, '%='),
  xor32: alu32(0xa0, '^='),
  mov32: alu32(0xb0, '='),
  arsh32: alu32(0xc0, 's>>='),
  sdiv32: alu32(0x30, 's/=', 1),
  smod32: alu32(0x90, 's%=', 1),
  neg64: { shape: 'neg', code: 0x87, operand: 'none', width: 64, symbol: '-' },
  neg32: { shape: 'neg', code: 0x84, operand: 'none', width: 32, symbol: '-' },
  movsx64_8: movsx(64, 8),
  movsx64_16: movsx(64, 16),
  movsx64_32: movsx(64, 32),
  movsx32_8: movsx(32, 8),
  movsx32_16: movsx(32, 16),
  le16: swap(0xd4, 'le', 16),
  le32: swap(0xd4, 'le', 32),
  le64: swap(0xd4, 'le', 64),
  be16: swap(0xdc, 'be', 16),
  be32: swap(0xdc, 'be', 32),
  be64: swap(0xdc, 'be', 64),
  bswap16: swap(0xd7, 'bswap', 16),
  bswap32: swap(0xd7, 'bswap', 32),
  bswap64: swap(0xd7, 'bswap', 64),
  jeq64: jump64(0x10, '=='),
  jgt64: jump64(0x20, '>'),
  jge64: jump64(0x30, '>='),
  jset64: jump64(0x40, '&'),
  jne64: jump64(0x50, '!='),
  jsgt64: jump64(0x60, 's>'),
  jsge64: jump64(0x70, 's>='),
  jlt64: jump64(0xa0, '<'),
  jle64: jump64(0xb0, '<='),
  jslt64: jump64(0xc0, 's<'),
  jsle64: jump64(0xd0, 's<='),
  jeq32: jump32(0x10, '=='),
  jgt32: jump32(0x20, '>'),
  jge32: jump32(0x30, '>='),
  jset32: jump32(0x40, '&'),
  jne32: jump32(0x50, '!='),
  jsgt32: jump32(0x60, 's>'),
  jsge32: jump32(0x70, 's>='),
  jlt32: jump32(0xa0, '<'),
  jle32: jump32(0xb0, '<='),
  jslt32: jump32(0xc0, 's<'),
  jsle32: jump32(0xd0, 's<='),
  ja: { shape: 'goto', code: 0x05, operand: 'none', width: 64, symbol: 'goto' },
  ja32: { shape: 'gotol', code: 0x06, operand: 'none', width: 32, symbol: 'gotol' },
  may_goto: { shape: 'may_goto', code: 0xe5, operand: 'none', width: 64, symbol: 'may_goto' },
  call_helper: { shape: 'call-helper', code: 0x85, operand: 'none', width: 64, symbol: 'call', select: { src: 0 } },
  call_local: { shape: 'call-local', code: 0x85, operand: 'none', width: 64, symbol: 'call', select: { src: 1 } },
  call_kfunc: { shape: 'call-kfunc', code: 0x85, operand: 'none', width: 64, symbol: 'call', select: { src: 2 } },
  exit: { shape: 'exit', code: 0x95, operand: 'none', width: 64, symbol: 'exit' },
  imm64: imm64(0, 'plain'),
  imm64_map: imm64(1, 'map'),
  imm64_type: imm64(3, 'type'),
  ldx8: load(8),
  ldx16: load(16),
  ldx32: load(32),
  ldx64: load(64),
  ldxs8: loadSigned(8),
  ldxs16: loadSigned(16),
  ldxs32: loadSigned(32),
  stx8: store(8),
  stx16: store(16),
  stx32: store(32),
  stx64: store(64),
  st8: storeImm(8),
  st16: storeImm(16),
  st32: storeImm(32),
  st64: storeImm(64),
  atomic_add32: atomic('atomic', 32, 0x00, '+='),
  atomic_or32: atomic('atomic', 32, 0x40, '|='),
  atomic_and32: atomic('atomic', 32, 0x50, '&='),
  atomic_xor32: atomic('atomic', 32, 0xa0, '^='),
  atomic_add64: atomic('atomic', 64, 0x00, '+='),
  atomic_or64: atomic('atomic', 64, 0x40, '|='),
  atomic_and64: atomic('atomic', 64, 0x50, '&='),
  atomic_xor64: atomic('atomic', 64, 0xa0, '^='),
  fetch_add32: atomic('fetch', 32, 0x01, 'add'),
  fetch_or32: atomic('fetch', 32, 0x41, 'or'),
  fetch_and32: atomic('fetch', 32, 0x51, 'and'),
  fetch_xor32: atomic('fetch', 32, 0xa1, 'xor'),
  fetch_add64: atomic('fetch', 64, 0x01, 'add'),
  fetch_or64: atomic('fetch', 64, 0x41, 'or'),
  fetch_and64: atomic('fetch', 64, 0x51, 'and'),
  fetch_xor64: atomic('fetch', 64, 0xa1, 'xor'),
  xchg32: atomic('xchg', 32, 0xe1, 'xchg'),
  xchg64: atomic('xchg', 64, 0xe1, 'xchg'),
  cmpxchg32: atomic('cmpxchg', 32, 0xf1, 'cmpxchg'),
  cmpxchg64: atomic('cmpxchg', 64, 0xf1, 'cmpxchg'),
  load_acquire8: atomic('load-acquire', 8, 0x100, 'u8'),
  load_acquire16: atomic('load-acquire', 16, 0x100, 'u16'),
  load_acquire32: atomic('load-acquire', 32, 0x100, 'u32'),
  load_acquire64: atomic('load-acquire', 64, 0x100, 'u64'),
  store_release8: atomic('store-release', 8, 0x110, 'u8'),
  store_release16: atomic('store-release', 16, 0x110, 'u16'),
  store_release32: atomic('store-release', 32, 0x110, 'u32'),
  store_release64: atomic('store-release', 64, 0x110, 'u64'),
} as const satisfies Record<string, OpRow>;

/** Name of an instruction. `Record<OpName, …>` makes the compiler find every table that misses a row. */
export type OpName = keyof typeof rows;

export const OPS: Readonly<Record<OpName, OpRow>> = rows;

/** All names in table order; the position is the op number used in `Program.op`. */
export const OP_NAMES: readonly OpName[] = Object.keys(rows) as OpName[];

/** Rows by op number. */
export const OP_ROWS: readonly OpRow[] = OP_NAMES.map((name) => rows[name]);

/** Op number of the second slot of a 64-bit immediate. */
export const OP_SECOND_SLOT = OP_NAMES.length;

const numbers = new Map<OpName, number>(OP_NAMES.map((name, number) => [name, number]));

/** Op number of a name. */
export function opNumber(name: OpName): number {
  return numbers.get(name) ?? -1;
}

/** The bit of the opcode byte that says: second operand is a register. */
export const SOURCE_X = 0x08;

const candidates: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, code) =>
  OP_ROWS.flatMap((row, number) =>
    row.code === code || (row.operand === 'KX' && (row.code | SOURCE_X) === code) ? [number] : [],
  ),
);

/** Op number of an instruction, or -1 if no row has this code and these selecting fields. */
export function decodeOp(code: number, src: number, off: number, imm: number): number {
  for (const number of candidates[code & 0xff] ?? []) {
    const select = OP_ROWS[number]?.select;
    if (select === undefined) return number;
    if (select.src !== undefined && select.src !== src) continue;
    if (select.off !== undefined && select.off !== off) continue;
    if (select.imm !== undefined && select.imm !== imm) continue;
    return number;
  }
  return -1;
}

/** Which fields an instruction uses; every other field must be zero (or the value its row selects by). */
export interface Fields {
  readonly dst: boolean;
  readonly src: boolean;
  readonly off: boolean;
  readonly imm: boolean;
}

const fields = (names: string): Fields => ({
  dst: names.includes('d'),
  src: names.includes('s'),
  off: names.includes('o'),
  imm: names.includes('i'),
});

const FIELDS: Readonly<Record<Shape, { readonly K: Fields; readonly X: Fields }>> = {
  alu: { K: fields('di'), X: fields('ds') },
  neg: { K: fields('d'), X: fields('d') },
  movsx: { K: fields('ds'), X: fields('ds') },
  swap: { K: fields('d'), X: fields('d') },
  jump: { K: fields('doi'), X: fields('dso') },
  goto: { K: fields('o'), X: fields('o') },
  gotol: { K: fields('i'), X: fields('i') },
  may_goto: { K: fields('o'), X: fields('o') },
  'call-helper': { K: fields('i'), X: fields('i') },
  'call-local': { K: fields('i'), X: fields('i') },
  'call-kfunc': { K: fields('i'), X: fields('i') },
  exit: { K: fields(''), X: fields('') },
  imm64: { K: fields('di'), X: fields('di') },
  load: { K: fields('dso'), X: fields('dso') },
  store: { K: fields('dso'), X: fields('dso') },
  'store-imm': { K: fields('doi'), X: fields('doi') },
  atomic: { K: fields('dso'), X: fields('dso') },
  fetch: { K: fields('dso'), X: fields('dso') },
  xchg: { K: fields('dso'), X: fields('dso') },
  cmpxchg: { K: fields('dso'), X: fields('dso') },
  'load-acquire': { K: fields('dso'), X: fields('dso') },
  'store-release': { K: fields('dso'), X: fields('dso') },
};

/** The fields used by a row in its immediate (K) or register (X) form. */
export function fieldsOf(row: OpRow, registerForm: boolean): Fields {
  return FIELDS[row.shape][registerForm ? 'X' : 'K'];
}

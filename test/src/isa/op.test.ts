import { describe, expect, it } from 'vitest';
import { decodeOp, fieldsOf, OP_NAMES, OP_ROWS, OPS, type OpName, opNumber, SOURCE_X } from '../../../src/isa/op.js';

/**
 * Opcode byte (register form where there are both), offset and immediate that select each op: RFC 9669 tables 3 to 13,
 * and linux/bpf.h for may_goto, load-acquire and store-release. Written out, not computed from the table under test.
 */
const EXPECTED: Readonly<Record<OpName, readonly [code: number, off: number, imm: number]>> = {
  add64: [0x0f, 0, 0],
  sub64: [0x1f, 0, 0],
  mul64: [0x2f, 0, 0],
  div64: [0x3f, 0, 0],
  or64: [0x4f, 0, 0],
  and64: [0x5f, 0, 0],
  lsh64: [0x6f, 0, 0],
  rsh64: [0x7f, 0, 0],
  mod64: [0x9f, 0, 0],
  xor64: [0xaf, 0, 0],
  mov64: [0xbf, 0, 0],
  arsh64: [0xcf, 0, 0],
  sdiv64: [0x3f, 1, 0],
  smod64: [0x9f, 1, 0],
  add32: [0x0c, 0, 0],
  sub32: [0x1c, 0, 0],
  mul32: [0x2c, 0, 0],
  div32: [0x3c, 0, 0],
  or32: [0x4c, 0, 0],
  and32: [0x5c, 0, 0],
  lsh32: [0x6c, 0, 0],
  rsh32: [0x7c, 0, 0],
  mod32: [0x9c, 0, 0],
  xor32: [0xac, 0, 0],
  mov32: [0xbc, 0, 0],
  arsh32: [0xcc, 0, 0],
  sdiv32: [0x3c, 1, 0],
  smod32: [0x9c, 1, 0],
  neg64: [0x87, 0, 0],
  neg32: [0x84, 0, 0],
  movsx64_8: [0xbf, 8, 0],
  movsx64_16: [0xbf, 16, 0],
  movsx64_32: [0xbf, 32, 0],
  movsx32_8: [0xbc, 8, 0],
  movsx32_16: [0xbc, 16, 0],
  le16: [0xd4, 0, 16],
  le32: [0xd4, 0, 32],
  le64: [0xd4, 0, 64],
  be16: [0xdc, 0, 16],
  be32: [0xdc, 0, 32],
  be64: [0xdc, 0, 64],
  bswap16: [0xd7, 0, 16],
  bswap32: [0xd7, 0, 32],
  bswap64: [0xd7, 0, 64],
  jeq64: [0x1d, 0, 0],
  jgt64: [0x2d, 0, 0],
  jge64: [0x3d, 0, 0],
  jset64: [0x4d, 0, 0],
  jne64: [0x5d, 0, 0],
  jsgt64: [0x6d, 0, 0],
  jsge64: [0x7d, 0, 0],
  jlt64: [0xad, 0, 0],
  jle64: [0xbd, 0, 0],
  jslt64: [0xcd, 0, 0],
  jsle64: [0xdd, 0, 0],
  jeq32: [0x1e, 0, 0],
  jgt32: [0x2e, 0, 0],
  jge32: [0x3e, 0, 0],
  jset32: [0x4e, 0, 0],
  jne32: [0x5e, 0, 0],
  jsgt32: [0x6e, 0, 0],
  jsge32: [0x7e, 0, 0],
  jlt32: [0xae, 0, 0],
  jle32: [0xbe, 0, 0],
  jslt32: [0xce, 0, 0],
  jsle32: [0xde, 0, 0],
  ja: [0x05, 0, 0],
  ja32: [0x06, 0, 0],
  may_goto: [0xe5, 0, 0],
  call_helper: [0x85, 0, 0],
  call_local: [0x85, 0, 0],
  call_kfunc: [0x85, 0, 0],
  exit: [0x95, 0, 0],
  imm64: [0x18, 0, 0],
  imm64_map: [0x18, 0, 0],
  imm64_type: [0x18, 0, 0],
  ldx8: [0x71, 0, 0],
  ldx16: [0x69, 0, 0],
  ldx32: [0x61, 0, 0],
  ldx64: [0x79, 0, 0],
  ldxs8: [0x91, 0, 0],
  ldxs16: [0x89, 0, 0],
  ldxs32: [0x81, 0, 0],
  stx8: [0x73, 0, 0],
  stx16: [0x6b, 0, 0],
  stx32: [0x63, 0, 0],
  stx64: [0x7b, 0, 0],
  st8: [0x72, 0, 0],
  st16: [0x6a, 0, 0],
  st32: [0x62, 0, 0],
  st64: [0x7a, 0, 0],
  atomic_add32: [0xc3, 0, 0x00],
  atomic_or32: [0xc3, 0, 0x40],
  atomic_and32: [0xc3, 0, 0x50],
  atomic_xor32: [0xc3, 0, 0xa0],
  atomic_add64: [0xdb, 0, 0x00],
  atomic_or64: [0xdb, 0, 0x40],
  atomic_and64: [0xdb, 0, 0x50],
  atomic_xor64: [0xdb, 0, 0xa0],
  fetch_add32: [0xc3, 0, 0x01],
  fetch_or32: [0xc3, 0, 0x41],
  fetch_and32: [0xc3, 0, 0x51],
  fetch_xor32: [0xc3, 0, 0xa1],
  fetch_add64: [0xdb, 0, 0x01],
  fetch_or64: [0xdb, 0, 0x41],
  fetch_and64: [0xdb, 0, 0x51],
  fetch_xor64: [0xdb, 0, 0xa1],
  xchg32: [0xc3, 0, 0xe1],
  xchg64: [0xdb, 0, 0xe1],
  cmpxchg32: [0xc3, 0, 0xf1],
  cmpxchg64: [0xdb, 0, 0xf1],
  load_acquire8: [0xd3, 0, 0x100],
  load_acquire16: [0xcb, 0, 0x100],
  load_acquire32: [0xc3, 0, 0x100],
  load_acquire64: [0xdb, 0, 0x100],
  store_release8: [0xd3, 0, 0x110],
  store_release16: [0xcb, 0, 0x110],
  store_release32: [0xc3, 0, 0x110],
  store_release64: [0xdb, 0, 0x110],
};

/** Source fields that select: BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL, BPF_PSEUDO_MAP_FD, BPF_PSEUDO_BTF_ID. */
const SOURCE: Partial<Readonly<Record<OpName, number>>> = {
  call_local: 1,
  call_kfunc: 2,
  imm64_map: 1,
  imm64_type: 3,
};

describe('OPS', () => {
  it.each(OP_NAMES)('%s has its published encoding', (name) => {
    const [code, off, imm] = EXPECTED[name];
    const row = OPS[name];
    expect(row.operand === 'KX' ? row.code | SOURCE_X : row.code).toBe(code);
    expect(OP_NAMES[decodeOp(code, SOURCE[name] ?? 0, off, imm)]).toBe(name);
  });

  it('has immediate forms exactly where the register bit may be clear', () => {
    for (const name of OP_NAMES.filter((op) => OPS[op].operand === 'KX')) {
      const [code, off, imm] = EXPECTED[name];
      expect(OP_NAMES[decodeOp(code & ~SOURCE_X, 0, off, imm)]).toBe(name);
    }
  });
});

describe('opNumber', () => {
  it('is the position in the table', () => {
    for (const name of OP_NAMES) expect(OP_ROWS[opNumber(name)]).toBe(OPS[name]);
  });
});

describe('decodeOp', () => {
  it.each([
    [0x00, 0, 0, 0],
    [0xff, 0, 0, 0],
    [0xbf, 0, 24, 0],
    [0xbc, 0, 32, 0],
    [0x3f, 0, 2, 0],
    [0xdb, 0, 0, 0x02],
    [0xd7, 0, 0, 8],
    [0x85, 3, 0, 0],
    [0x18, 2, 0, 0],
    [0x20, 0, 0, 0],
  ])('knows no op %#', (code, src, off, imm) => {
    expect(decodeOp(code, src, off, imm)).toBe(-1);
  });
});

describe('fieldsOf', () => {
  it('follows the operand form', () => {
    expect(fieldsOf(OPS.add64, false)).toEqual({ dst: true, src: false, off: false, imm: true });
    expect(fieldsOf(OPS.add64, true)).toEqual({ dst: true, src: true, off: false, imm: false });
    expect(fieldsOf(OPS.exit, false)).toEqual({ dst: false, src: false, off: false, imm: false });
  });
});

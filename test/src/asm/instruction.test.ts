import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { opAt, slotAt } from '../../../src/isa/program.js';

/** Instructions as the kernel's documentation and LLVM's assembler write them, with the bytes they stand for. */
const FORMS: readonly (readonly [text: string, op: string, dst: number, src: number, off: number, imm: number])[] = [
  ['r1 = r0', 'mov64', 1, 0, 0, 0],
  ['w1 = 7', 'mov32', 1, 0, 0, 7],
  ['w2 += 7', 'add32', 2, 0, 0, 7],
  ['r1 s/= r2', 'sdiv64', 1, 2, 1, 0],
  ['r1 %= -3', 'mod64', 1, 0, 0, -3],
  ['r1 s>>= 3', 'arsh64', 1, 0, 0, 3],
  ['r1 = -r1', 'neg64', 1, 0, 0, 0],
  ['w1 = -w1', 'neg32', 1, 0, 0, 0],
  ['r1 = (s8)r2', 'movsx64_8', 1, 2, 8, 0],
  ['w1 = (s16)w2', 'movsx32_16', 1, 2, 16, 0],
  ['r1 = be16 r1', 'be16', 1, 0, 0, 16],
  ['r1 = le64 r1', 'le64', 1, 0, 0, 64],
  ['r1 = bswap32 r1', 'bswap32', 1, 0, 0, 32],
  ['*(u64 *)(r10 - 8) = r1', 'stx64', 10, 1, -8, 0],
  ['r1 = *(s8 *)(r2 + 0)', 'ldxs8', 1, 2, 0, 0],
  ['r1 = *(u16 *)(r2 + 6)', 'ldx16', 1, 2, 6, 0],
  ['*(u32 *)(r10 - 4) = 7', 'st32', 10, 0, -4, 7],
  ['*(u64 *)(r10 - 16) = -1', 'st64', 10, 0, -16, -1],
  ['if r0 == 0 goto main', 'jeq64', 0, 0, -1, 0],
  ['if w1 s> w2 goto main', 'jsgt32', 1, 2, -1, 0],
  ['if r1 & 7 goto main', 'jset64', 1, 0, -1, 7],
  ['may_goto main', 'may_goto', 0, 0, -1, 0],
  ['lock *(u64 *)(r1 + 0) += r2', 'atomic_add64', 1, 2, 0, 0],
  ['lock *(u32 *)(r1 - 4) ^= w2', 'atomic_xor32', 1, 2, -4, 0xa0],
  ['r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)', 'fetch_add64', 1, 2, 0, 1],
  ['w2 = atomic_fetch_and((u32 *)(r1 + 0), w2)', 'fetch_and32', 1, 2, 0, 0x51],
  ['r2 = xchg_64(r1 + 0, r2)', 'xchg64', 1, 2, 0, 0xe1],
  ['w2 = xchg32_32(r1 + 8, w2)', 'xchg32', 1, 2, 8, 0xe1],
  ['r0 = cmpxchg_64(r1 + 0, r0, r2)', 'cmpxchg64', 1, 2, 0, 0xf1],
  ['w0 = cmpxchg32_32(r1 + 0, w0, w2)', 'cmpxchg32', 1, 2, 0, 0xf1],
  ['r0 = load_acquire((u64 *)(r1 + 0))', 'load_acquire64', 0, 1, 0, 0x100],
  ['w0 = load_acquire((u16 *)(r1 + 0))', 'load_acquire16', 0, 1, 0, 0x100],
  ['store_release((u64 *)(r1 + 0), r2)', 'store_release64', 1, 2, 0, 0x110],
  ['store_release((u8 *)(r1 + 0), w2)', 'store_release8', 1, 2, 0, 0x110],
  ['r1 = 0x1122334455667788 ll', 'imm64', 1, 0, 0, 0x55667788],
  ['call bpf_throw', 'call_kfunc', 0, 2, 0, 1],
  ['call bpf_ringbuf_submit', 'call_helper', 0, 0, 0, 132],
];

describe('parseInstruction', () => {
  it.each(FORMS)('%s', (text, op, dst, src, off, imm) => {
    const parsed = parseProgram(`main:\n    ${text}\n    exit\n`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    expect(opAt(parsed.program, 0)).toBe(op);
    expect(slotAt(parsed.program, 0)).toMatchObject({ dst, src, off, imm });
  });
});

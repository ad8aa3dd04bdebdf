/** What stack slots hold after stores, and what loads make of it: as seen at a throw. */
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/verify/value.js';
import { walkText } from './programs.js';

/** The state at the one throw of a program with this body. */
function stateAfter(body: string) {
  const { throws, refusal } = walkText(`main:\n${body}\n    r1 = 0\n    call bpf_throw\n    r0 = 0\n    exit`);
  if (refusal !== undefined || throws[0] === undefined) throw new Error(refusal?.message);
  return throws[0].state;
}

const LETTER = { spill: 'S', misc: 'M', zero: 'Z', invalid: '-', dynptr: 'D', iter: 'I' } as const;
/** The bytes of fp-8 from the lowest address on. */
const bytesAfter = (body: string) =>
  stateAfter(body)
    .slot(0, 0)
    .bytes.map((kind) => LETTER[kind])
    .join('');
const range = (value: Value | undefined) => (value?.is === 'scalar' ? [value.umin, value.umax] : value?.is);

describe('storeToStack', () => {
  it.each([
    ['a pointer', '    *(u64 *)(r10 - 8) = r1', 'SSSSSSSS'],
    ['the constant 0 of a register', '    r2 = 0\n    *(u64 *)(r10 - 8) = r2', 'SSSSSSSS'],
    ['an immediate 0', '    *(u64 *)(r10 - 8) = 0', 'ZZZZZZZZ'],
    ['an immediate that is not 0', '    *(u64 *)(r10 - 8) = 1', 'SSSSSSSS'],
    ['a narrow immediate', '    *(u32 *)(r10 - 8) = 1', 'SSSSMMMM'],
    ['a narrow immediate 0', '    *(u32 *)(r10 - 8) = 0', 'ZZZZ----'],
    ['an unaligned constant', '    *(u32 *)(r10 - 4) = 1', '----MMMM'],
    ['an unaligned 0', '    r2 = 0\n    *(u32 *)(r10 - 4) = r2', '----ZZZZ'],
    ['an unbounded scalar', '    call bpf_ktime_get_ns\n    *(u64 *)(r10 - 8) = r0', 'MMMMMMMM'],
    ['a bounded scalar', '    r2 = *(u32 *)(r1 + 48)\n    *(u64 *)(r10 - 8) = r2', 'SSSSSSSS'],
    ['a byte into a spill', '    *(u64 *)(r10 - 8) = 5\n    *(u8 *)(r10 - 3) = 0', 'MMMMMZMM'],
    ['a byte into zeros', '    *(u64 *)(r10 - 8) = 0\n    *(u8 *)(r10 - 3) = 1', 'ZZZZZMZZ'],
    ['an atomic', '    *(u64 *)(r10 - 8) = 0\n    r2 = 1\n    lock *(u32 *)(r10 - 8) += w2', 'MMMMZZZZ'],
  ])('%s', (_, body, bytes) => {
    expect(bytesAfter(body)).toBe(bytes);
  });

  it('gives the register and the slot of a spill one id', () => {
    const state = stateAfter(
      '    r7 = *(u32 *)(r1 + 48)\n    *(u64 *)(r10 - 8) = r7\n    if r7 > 3 goto on\n    r9 = 1\non:\n    r8 = 0',
    );
    expect(range(state.slot(0, 0).spilled)).toEqual([0n, 3n]);
  });
});

describe('loadFromStack', () => {
  it.each([
    ['a whole spill', '    *(u64 *)(r10 - 8) = 5\n    r7 = *(u64 *)(r10 - 8)', [5n, 5n]],
    ['the low half of a spill', '    *(u64 *)(r10 - 8) = -1\n    r7 = *(u32 *)(r10 - 8)', [0xffff_ffffn, 0xffff_ffffn]],
    ['the high half of a spill', '    *(u64 *)(r10 - 8) = 5\n    r7 = *(u32 *)(r10 - 4)', [0n, 0xffff_ffffn]],
    ['the high half of a spilled 0', '    r2 = 0\n    *(u64 *)(r10 - 8) = r2\n    r7 = *(u32 *)(r10 - 4)', [0n, 0n]],
    ['zero bytes', '    *(u64 *)(r10 - 8) = 0\n    r7 = *(u16 *)(r10 - 6)', [0n, 0n]],
    ['bytes never written', '    r7 = *(u8 *)(r10 - 6)', [0n, 255n]],
    ['more than was spilled', '    *(u32 *)(r10 - 8) = 5\n    r7 = *(u64 *)(r10 - 8)', [0n, 0xffff_ffff_ffff_ffffn]],
    [
      'a signed byte',
      '    *(u64 *)(r10 - 8) = 255\n    r7 = *(s8 *)(r10 - 8)',
      [0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn],
    ],
  ])('%s', (_, body, expected) => {
    expect(range(stateAfter(body).register(0, 7))).toEqual(expected);
  });

  it('grows the allocated stack by reading', () => {
    expect(stateAfter('    r7 = *(u8 *)(r10 - 17)').frame(0).allocated).toBe(24);
  });
});

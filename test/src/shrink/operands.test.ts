/** Tests of plainer operands. */
import { describe, expect, it } from 'vitest';
import { simplifyOperands } from '../../../src/shrink/operands.js';
import { candidatesOf, programOf } from './text.js';

const plainer = (line: string) =>
  candidatesOf(simplifyOperands, programOf('main:', line, 'l:', 'exit')).map((lines) => lines[1]);

describe('simplifyOperands', () => {
  it.each([
    ['gotol l', ['goto l']],
    ['r1 = 77', ['r1 = 0', 'r1 = 1']],
    ['r1 = 1', ['r1 = 0']],
    ['r1 = 0', []],
    ['r1 = r2', ['r1 = 0', 'r1 = 1']],
    ['w1 += w2', ['r1 = r2', 'w1 += 0', 'w1 += 1']],
    ['if r1 s> r2 goto l', ['if r1 s> 0 goto l', 'if r1 s> 1 goto l']],
    ['if w1 s> 5 goto l', ['if w1 s> 0 goto l', 'if w1 s> 1 goto l', 'if r1 == 5 goto l', 'if r1 != 5 goto l']],
    ['if r1 == 0 goto l', []],
    ['r1 = 0x1122334455667788 ll', ['r1 = 0']],
    ['r1 = *(u32 *)(r6 + 56)', ['r1 = *(u32 *)(r6 + 48)']],
    ['*(u32 *)(r10 - 8) = r1', ['*(u32 *)(r10 - 8) = 0']],
    ['r2 = xchg_64(r10 - 8, r2)', ['*(u64 *)(r10 - 8) = r2']],
    ['lock *(u32 *)(r10 - 8) += w2', ['*(u32 *)(r10 - 8) = r2']],
    ['w1 = (s8)w2', ['r1 = r2']],
  ])('simplifyOperands of %s', (line, expected) => {
    expect(plainer(line)).toEqual(expected);
  });
});

/** Arithmetic on pointers. */
import { describe, expect, it } from 'vitest';
import { verdictOf } from './programs.js';

const verdict = (body: string) => verdictOf(`main:\n    ${body}\n    r0 = 0\n    exit`).replace(/^(\S+) \d+ /, '');

describe('aluRefusal', () => {
  it.each([
    ['r1 *= 2', 'R1 pointer arithmetic with *= operator prohibited'],
    ['r1 += r10', 'R1 pointer += pointer prohibited'],
    ['r2 = 8\n    r2 -= r1', 'R2 tried to subtract pointer from scalar'],
    ['r2 = 8\n    r2 += r1', 'accepted'],
    [
      'r2 = *(u8 *)(r1 + 48)\n    r1 += r2',
      'math between ctx pointer and register with unbounded min value is not allowed',
    ],
    [
      'r2 = *(u64 *)(r1 + 56)\n    r1 &= r2',
      'math between ctx pointer and register with unbounded min value is not allowed',
    ],
    ['r2 = *(u8 *)(r1 + 48)\n    r1 &= r2', 'R1 bitwise operator &= on pointer prohibited'],
    [
      'r2 = *(u8 *)(r1 + 48)\n    r3 = 4294967296 ll\n    r2 += r3\n    r1 += r2',
      'value 4294967296 makes ctx pointer be out of bounds',
    ],
    ['r2 = 4294967296 ll\n    r1 &= r2', 'math between ctx pointer and 4294967296 is not allowed'],
    ['r1 s/= 2', 'R1 pointer arithmetic with /= operator prohibited'],
    ['r1 s>>= 2', 'R1 pointer arithmetic with s>>= operator prohibited'],
    ['r1 s%= r10', 'R1 pointer %= pointer prohibited'],
    ['r1 += 536870912', 'math between ctx pointer and 536870912 is not allowed'],
    ['r1 += 536870911\n    r1 += 1', 'ctx pointer offset 536870912 is not allowed'],
    ['r1 = map[rb] ll\n    r1 += 8', 'R1 pointer arithmetic on map_ptr prohibited'],
    ['r1 = map[rb] ll\n    r1 += 0', 'accepted'],
    ['w1 -= 1', 'accepted'],
    ['r1 -= 8', 'accepted'],
    ['r1 = -r1', 'accepted'],
    ['w2 = w1', 'accepted'],
    ['r2 = (s8)r1', 'accepted'],
    ['r1 = be16 r1', 'accepted'],
  ])('%s', (body, expected) => {
    expect(verdict(body)).toBe(expected);
  });
});

/** Liveness of scratch registers. */
import { expect, it } from 'vitest';
import { scratchLiveness } from '../../../src/verify/liveness.js';
import { programOf } from './programs.js';

const masks = (text: string) => [...scratchLiveness(programOf(text))].slice(0, -1);

it('scratchLiveness follows reads, writes and both sides of a branch', () => {
  expect(masks('main:\n    r2 = 1\n    if r1 == 0 goto l\n    r2 = 3\nl:\n    r0 = r2\n    exit')).toEqual([
    0b10, 0b110, 0, 0b100, 1,
  ]);
});

it('scratchLiveness asks callables and callees for their arguments', () => {
  const text =
    'main:\n    r2 = 0\n    call leaf\n    r1 = r0\n    call bpf_throw\n    exit\nleaf:\n    r0 = r2\n    exit';
  expect(masks(text)).toEqual([0, 0b100, 1, 0b10, 1, 0b100, 1]);
});

it('scratchLiveness goes round loops', () => {
  expect(masks('main:\n    r1 = 0\nloop:\n    r1 += 1\n    if r1 < r3 goto loop\n    r0 = 0\n    exit')).toEqual([
    0b1000, 0b1010, 0b1010, 0, 1,
  ]);
});

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

it.each([
  ['r2 = -r2', 0b100],
  ['r2 = *(u64 *)(r3 + 0)', 0b1000],
  ['*(u64 *)(r3 + 0) = r2', 0b1100],
  ['*(u64 *)(r3 + 0) = 1', 0b1000],
  ['r2 = atomic_fetch_add((u64 *)(r3 + 0), r2)', 0b1100],
  ['r0 = cmpxchg_64(r3 + 0, r0, r2)', 0b1101],
  ['r3 = r2', 0b100],
  ['r3 = (s8)r2', 0b100],
  ['r2 += 1', 0b100],
  ['r2 += r3', 0b1100],
])('scratchLiveness: what %s reads', (line, expected) => {
  expect(masks(`main:\n    ${line}\n    r0 = 0\n    exit`)[0]).toBe(expected);
});

it('scratchLiveness follows gotos and may_gotos to where they lead', () => {
  expect(masks('main:\n    goto l\nl:\n    r0 = r2\n    exit')).toEqual([0b100, 0b100, 1]);
  expect(masks('main:\n    may_goto l\n    r0 = 0\n    exit\nl:\n    r0 = r3\n    exit')).toEqual([
    0b1000, 0, 1, 0b1000, 1,
  ]);
});

it('scratchLiveness ends where a constant is loaded or a helper is called', () => {
  expect(masks('main:\n    r2 = 5 ll\n    r0 = r2\n    exit')[0]).toBe(0);
  expect(masks('main:\n    call bpf_ktime_get_ns\n    exit')).toEqual([0, 1]);
});

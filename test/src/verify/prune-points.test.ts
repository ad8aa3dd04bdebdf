/** Where states are looked at. */
import { expect, it } from 'vitest';
import { prunePlanOf } from '../../../src/verify/prune-points.js';
import { programOf } from './programs.js';

it('prunePlanOf marks conditional jumps, targets, what follows a subprogram call; a may_goto always makes a checkpoint', () => {
  const program = programOf(
    `main:
    r1 = 0
    call sub
    r0 = 0
    call bpf_ktime_get_ns
    if r0 == 0 goto l
    goto m
l:
    may_goto m
    r0 = 0
m:
    exit
sub:
    r0 = 0
    exit
`,
  );
  const { points, jumps } = prunePlanOf(program);
  expect([...points].slice(0, program.length)).toEqual([0, 0, 1, 0, 1, 0, 2, 0, 1, 0, 0]);
  expect([...jumps]).toEqual([0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1]);
  expect(prunePlanOf(program)).toBe(prunePlanOf(program));
});

it('prunePlanOf makes a checkpoint wherever an iterator is stepped', () => {
  const program = programOf(
    'main:\n    r1 = r10\n    r1 += -8\n    r2 = 0\n    r3 = 3\n    call bpf_iter_num_new\n    r1 = r10\n    r1 += -8\n    call bpf_iter_num_next\n    r0 = 0\n    exit',
  );
  expect([...prunePlanOf(program).points].slice(0, program.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 2, 0, 0]);
});

it('prunePlanOf marks where a may_goto and a long goto lead', () => {
  const program = programOf(
    'main:\n    r0 = 0\n    may_goto b\n    r0 = 1\nb:\n    r0 = 2\n    if r0 == 0 goto c\n    gotol d\nc:\n    r0 = 3\nd:\n    exit',
  );
  const { points, jumps } = prunePlanOf(program);
  expect([...points].slice(0, program.length)).toEqual([0, 2, 0, 1, 1, 0, 1, 1]);
  expect([...jumps]).toEqual([0, 1, 0, 0, 1, 1, 0, 1]);
});

import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { fineStop, isStopPoint, STOP_NAMES } from '../../../src/isa/stop-points.js';

const parsed = parseProgram(`
main:
  r6 = 0
  r1 = 7 ll
again:
  r6 += 1
  may_goto out
  call bpf_get_prandom_u32
  if r0 > 3 goto out
  call other
  if r6 < 9 goto again
  goto again
out:
  r0 = 0
  exit
other:
  r0 = 0
  exit
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const { program } = parsed;
const pointsOf = (at: 'points' | 'anywhere') =>
  Array.from({ length: program.length }, (_, pc) => pc).filter((pc) => isStopPoint(program, pc, at));

describe('isStopPoint', () => {
  it('isStopPoint takes calls of the kernel, may_goto and jumps back as points, not jumps ahead and local calls', () => {
    expect(pointsOf('points')).toEqual([4, 5, 8, 9]);
  });

  it('isStopPoint takes every instruction anywhere, but no second slot', () => {
    expect(pointsOf('anywhere')).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});

describe('fineStop', () => {
  it('fineStop has no stop points between throws where programs are stopped at throws', () => {
    expect(STOP_NAMES.map(fineStop)).toEqual([undefined, 'points', 'anywhere', 'anywhere']);
  });
});

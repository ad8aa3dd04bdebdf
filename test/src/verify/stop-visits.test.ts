import { describe, expect, it } from 'vitest';
import { parseProgram } from '../../../src/asm/parse.js';
import { stopVisits } from '../../../src/verify/stop-visits.js';
import { analyse } from '../../../src/verify/walk.js';

const parsed = parseProgram(`
main:
  r6 = r1
  call bpf_get_prandom_u32
  r1 = 1
  if r0 == 0 goto out
  call bpf_throw
out:
  r0 = 0
  exit
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
const recorded = analyse(parsed.program, { pruning: 'off', record: true });

describe('stopVisits', () => {
  it('stopVisits has the throws first, as the walk met them, then the states before every other instruction', () => {
    const visits = stopVisits(recorded, 'anywhere');
    expect(visits.map(({ pc }) => pc)).toEqual([4, 0, 1, 2, 3, 5, 6]);
    expect(visits[0]).toBe(recorded.throws[0]);
  });

  it('stopVisits tells the state before the instruction, R0 to R5 included', () => {
    const before = stopVisits(recorded, 'anywhere').find(({ pc }) => pc === 2)?.state;
    expect(before?.register(0, 0).is).toBe('scalar');
    expect(before?.register(0, 1).is).toBe('not-init');
  });

  it('stopVisits at points leaves out what is no cancellation point', () => {
    expect(stopVisits(recorded, 'points').map(({ pc }) => pc)).toEqual([4, 1]);
  });
});

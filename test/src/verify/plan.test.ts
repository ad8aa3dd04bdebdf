/** Where paths meet. */
import { expect, it } from 'vitest';
import { planOf } from '../../../src/verify/plan.js';
import { programOf } from './programs.js';

it('planOf marks joins, loop heads and returns, once per program', () => {
  const program = programOf(
    'main:\n    r1 = 0\nloop:\n    r1 += 1\n    if r1 < 3 goto loop\n    call leaf\n    r0 = 0\n    exit\nleaf:\n    r0 = 0\n    exit',
  );
  expect([...planOf(program).joins].slice(0, program.length)).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
  expect(planOf(program)).toBe(planOf(program));
});

it('planOf counts the entry of main as a way to it', () => {
  expect(planOf(programOf('main:\n    may_goto main\n    r0 = 0\n    exit')).joins[0]).toBe(1);
});

/** Tests of unrolling loops, and of the detour the driver takes by it. */
import { describe, expect, it } from 'vitest';
import { instructionCount, opAt, type Program } from '../../../src/isa/program.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { shrink } from '../../../src/shrink/shrink.js';
import { unrolledLoops } from '../../../src/shrink/unroll.js';
import { linesOf, programOf } from './text.js';

const callsIn = (program: Program) => pcsOf(program).filter((pc) => opAt(program, pc) === 'call_helper').length;
const LOOP = programOf(
  'main:',
  'r6 = 0',
  'again:',
  'if r6 == 1 goto test',
  'call bpf_ktime_get_ns',
  'goto test',
  'test:',
  'r6 += 1',
  'if r6 != 2 goto again',
  'r0 = 0',
  'exit',
);

describe('unrolledLoops', () => {
  it('unrolledLoops copies the body once, with its jumps, and drops the jump back', () => {
    const [edit, ...more] = [...unrolledLoops(LOOP)];
    expect(more).toEqual([]);
    const unrolled = edit?.();
    expect(unrolled && linesOf(unrolled)).toEqual([
      'main:',
      'r6 = 0',
      'again:',
      'if r6 == 1 goto test',
      'call bpf_ktime_get_ns',
      'goto test',
      'test:',
      'r6 += 1',
      'if r6 == 1 goto l8',
      'call bpf_ktime_get_ns',
      'goto l8',
      'l8:',
      'r6 += 1',
      'r0 = 0',
      'exit',
    ]);
  });

  it('unrolledLoops leaves programs without loops alone', () => {
    expect([...unrolledLoops(programOf('main:', 'if r1 == 0 goto l', 'r0 = 1', 'l:', 'exit'))]).toEqual([]);
  });

  it('shrink keeps the detour only where it ends in a smaller program', () => {
    // Interesting: two calls in straight line, or one in a loop that is at least five instructions long.
    const straight = (program: Program) => [...unrolledLoops(program)].length === 0;
    const interesting = (program: Program) =>
      straight(program) ? callsIn(program) >= 2 : callsIn(program) >= 1 && pcsOf(program).length >= 7;
    const shrunk = shrink(LOOP, interesting);
    expect(shrunk.ended).toBe('minimal');
    expect(straight(shrunk.program)).toBe(true);
    const without = shrink(LOOP, interesting, { detours: () => [] });
    expect(instructionCount(shrunk.program)).toBeLessThan(instructionCount(without.program));
    const needsLoop = (program: Program) => !straight(program);
    expect(straight(shrink(LOOP, needsLoop).program)).toBe(false);
  });
});

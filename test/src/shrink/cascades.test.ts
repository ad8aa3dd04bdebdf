/** Tests of removing an instruction with its users. */
import { describe, expect, it } from 'vitest';
import { removeCascades, removeMentions } from '../../../src/shrink/cascades.js';
import { candidatesOf, programOf } from './text.js';

const PROGRAM = programOf(
  'main:',
  'r6 = r1',
  'r1 = 1',
  'call bpf_task_from_pid',
  'r7 = r0',
  '*(u64 *)(r10 - 8) = r7',
  'if r7 == 0 goto done',
  'r1 = *(u64 *)(r10 - 8)',
  'call bpf_task_release',
  'done:',
  'r0 = 0',
  'exit',
);

describe('removeCascades', () => {
  it('removeCascades removes an acquire with copy, spill, test, fill and release', () => {
    expect(candidatesOf(removeCascades, PROGRAM)).toContainEqual([
      'main:',
      'r6 = r1',
      'r1 = 1',
      'done:',
      'r0 = 0',
      'exit',
    ]);
  });

  it('removeCascades also takes the test that went as a goto', () => {
    expect(candidatesOf(removeCascades, PROGRAM)).toContainEqual([
      'main:',
      'r6 = r1',
      'r1 = 1',
      'goto done',
      'done:',
      'r0 = 0',
      'exit',
    ]);
  });
});

describe('removeMentions', () => {
  it('removeMentions removes all that names a register, or a slot', () => {
    const candidates = candidatesOf(removeMentions, PROGRAM).map((lines) => lines.join(' '));
    expect(candidates.some((text) => !text.includes('r7'))).toBe(true);
    expect(candidates.some((text) => !text.includes('r10'))).toBe(true);
  });
});

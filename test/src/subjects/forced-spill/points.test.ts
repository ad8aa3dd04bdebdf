/** Which calls are spilled. */
import { describe, expect, test } from 'vitest';
import { identityMap } from '../../../../src/patch/patch.js';
import { attemptWith } from '../../../../src/subjects/forced-spill/attempt.js';
import { returnSites, spillPoints } from '../../../../src/subjects/forced-spill/points.js';
import type { Selection } from '../../../../src/subjects/frame-descriptors/selection.js';
import { chooseKeys } from '../../../../src/subjects/frame-descriptors/sound.js';
import { programOf } from '../states.js';
import { RETURNED, TASK_OR_RECORD, walked } from './programs.js';

/** What is to be spilled first, and what once some is. */
function pointsOf(text: string, ...spilled: readonly number[]): readonly number[] {
  const { program, analysis } = walked(text);
  if (spilled.length === 0) {
    const choice = chooseKeys(program, analysis);
    return spillPoints(
      program,
      { program, analysis, pcMap: identityMap(program), choice, layout: undefined },
      new Set(),
    );
  }
  const attempted = attemptWith(program, analysis, new Set(spilled));
  if (!attempted.ok) throw new Error(attempted.refusal.message);
  return spillPoints(program, attempted.attempt, new Set(spilled));
}

/** A task in r6 and r7 on one path, in r6 or r7 on the others; a cgroup in r8 on all. */
const OVERLAP = `
main:
    r9 = *(u32 *)(r1 + 48)
    r1 = 1
    call bpf_cgroup_from_id
    r8 = r0
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    r7 = r0
    if r9 == 0 goto both
    if r9 == 1 goto right
    r7 = 0
    goto both
right:
    r6 = 0
both:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

describe('spillPoints', () => {
  test('spillPoints are the calls of all resources that have no place', () => {
    expect(pointsOf(TASK_OR_RECORD)).toEqual([3, 9]);
    expect(pointsOf(TASK_OR_RECORD, 3)).toEqual([9]);
  });

  test('spillPoints of what was returned are the calls that can have returned it', () => {
    expect(pointsOf(RETURNED)).toEqual([2, 8]);
  });

  test('spillPoints of copies that overlap are the blamed one, then what shares a place with it, then all', () => {
    expect(pointsOf(OVERLAP)).toEqual([5]);
    const none: Selection = { ok: false, duty: 0, why: 'overlap' };
    const { program, analysis } = walked(OVERLAP);
    const choice = { ...chooseKeys(program, analysis), selection: none };
    const attempt = { program, analysis, pcMap: identityMap(program), choice, layout: undefined };
    // The first duty is the cgroup, which shares no place with the task.
    expect(spillPoints(program, attempt, new Set())).toEqual([2]);
    expect(spillPoints(program, attempt, new Set([2]))).toEqual([5]);
    expect(spillPoints(program, attempt, new Set([2, 5]))).toEqual([]);
  });

  test('spillPoints are none where there is a choice', () => {
    expect(pointsOf(OVERLAP, 5)).toEqual([]);
  });
});

describe('returnSites', () => {
  test('returnSites are calls of one subprogram below which another is reached', () => {
    const program = programOf(`
main:
    call through
    call aside
    call make
    r0 = 0
    exit
through:
    call make
    exit
aside:
    r0 = 0
    exit
make:
    r0 = 0
    exit
`);
    const index = (name: string) => program.subprograms.findIndex((each) => each.name === name);
    expect(returnSites(program, 0, index('make'))).toEqual([0, 2]);
    expect(returnSites(program, index('through'), index('make'))).toEqual([5]);
    expect(returnSites(program, 0, index('aside'))).toEqual([1]);
  });
});

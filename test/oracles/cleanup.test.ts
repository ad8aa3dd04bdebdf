import { describe, expect, it } from 'vitest';
import { FINDING_ORDER, judgeCleanup, severity } from '../../oracles/cleanup.js';
import type { Leftover, MachineRelease, UnwindResult } from '../../oracles/machine/unwinding.js';

const release = (over: Partial<MachineRelease>): MachineRelease =>
  ({
    frame: 1,
    subprogram: 'guard',
    location: 'fp-8',
    locationClass: 'stack',
    address: 0x1000n,
    destructor: 'bpf_task_release',
    because: 'kernel-object',
    foreign: false,
    resource: 'task#1',
    effect: 'released',
    truth: 'released',
    ...over,
  }) as MachineRelease;

const leftover: Leftover = { resource: 'ring#2', location: 'r7', locationClass: 'register', frame: 0 };
const result = (releases: readonly MachineRelease[], left: readonly Leftover[] = []): UnwindResult => ({
  releases,
  left,
  fault: undefined,
});

describe('judgeCleanup', () => {
  it('finds nothing wrong when every release was right and nothing is left', () => {
    expect(judgeCleanup(result([release({})]), 1)).toBeUndefined();
    expect(judgeCleanup(result([]), 0)).toBeUndefined();
  });

  it('calls what is left a leak, in the frame that holds it', () => {
    expect(judgeCleanup(result([release({})], [leftover]), 1)?.defect).toEqual({
      verdict: 'leak',
      claim: 'nothing',
      truth: 'unlisted',
      location: 'register',
      frame: 'caller',
    });
    expect(judgeCleanup(result([], [leftover]), 0)?.defect.frame).toBe('thrower');
  });

  it.each([
    ['garbage', 'garbage-release', 'scalar'],
    ['garbage', 'garbage-release', 'uninitialised'],
    ['already-released', 'double-release', 'already-released'],
    ['wrong-destructor', 'wrong-destructor', 'other-kind'],
  ] as const)('calls a release with the effect %s %s (%s)', (effect, verdict, truth) => {
    const fault = judgeCleanup(result([release({ effect, truth })]), 1);
    expect(fault?.defect).toEqual({ verdict, claim: 'kernel-object', truth, location: 'stack', frame: 'thrower' });
    expect(fault?.detail).toContain('fp-8 of guard (frame 1)');
  });

  it('reports the worst of several', () => {
    const wrong = release({ effect: 'wrong-destructor', truth: 'other-kind' });
    const garbage = release({ effect: 'garbage', truth: 'scalar', resource: undefined });
    for (const releases of [
      [wrong, garbage],
      [garbage, wrong],
    ]) {
      expect(judgeCleanup(result(releases, [leftover]), 1)?.defect.verdict).toBe('garbage-release');
    }
  });

  it('names a landing pad that uses a dead resource', () => {
    const fault = { in: 'pad', code: 'use-after-release', pc: 4, message: 'gone' } as const;
    expect(judgeCleanup({ releases: [], left: [], fault }, 0)?.defect.verdict).toBe('stale-use');
  });
});

describe('severity', () => {
  it('ranks garbage above leaks and leaks above changed behaviour', () => {
    expect([...FINDING_ORDER].sort((a, b) => severity(a) - severity(b))).toEqual(FINDING_ORDER);
    expect(severity('garbage-release')).toBeLessThan(severity('leak'));
    expect(severity('leak')).toBeLessThan(severity('behaviour-differs'));
  });
});

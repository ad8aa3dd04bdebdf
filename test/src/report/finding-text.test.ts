/** Tests of a finding in full. */
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { evidenceText, listingText, othersText, refusalPlace, worldText } from '../../../src/report/finding-text.js';
import { OTHERS, program, WRONG } from '../campaign/samples.js';

const plain = picocolors.createColors(false);

describe('worldText', () => {
  it('worldText leaves out what is zero at the end', () => {
    expect(worldText({ cb: [0, 1, 0], draw: [7n, 0n], fail: [2], fuel: 9 })).toBe('cb=[0,1] draw=[7] fail=[2]');
    expect(worldText({ cb: [0], draw: [], fail: [], fuel: 9 })).toContain('nothing set');
  });
});

describe('listingText', () => {
  it('listingText points at the marked instruction', () => {
    const text = listingText(program(), plain, 1, 'thrown here');
    expect(text).toContain('    main:\n');
    expect(text).toContain('>    1:  call bpf_throw    <- thrown here\n');
  });
});

describe('evidenceText', () => {
  it('evidenceText shows held, released and left beside each other', () => {
    if (WRONG.evidence === undefined) throw new Error('no evidence');
    const text = evidenceText(WRONG.evidence, plain);
    expect(text).toContain('truth: held      task#1 cgroup#2');
    expect(text).toContain('never released   task#1 cgroup#2');
    expect(text).toMatch(/0 main +r7 +kernel-object +bpf_task_release +cgroup#2 +WRONG: destructor of another kind/);
    expect(text).toContain('=> bpf_task_release was given r7');
    expect(text).not.toContain('patches');
  });
});

describe('evidenceText of a patched program', () => {
  it('evidenceText names the patches, in lines that fit', () => {
    if (WRONG.evidence === undefined) throw new Error('no evidence');
    const step = { do: 'insert', pc: 7, before: 2, after: 0, filler: 0 } as const;
    const text = evidenceText({ ...WRONG.evidence, patches: [step, { do: 'blind' }] }, plain);
    expect(text).toContain('\n  after patches    before 7 2, blind\n');
    const long = evidenceText({ ...WRONG.evidence, patches: Array.from({ length: 30 }, () => step) }, plain);
    expect(long.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});

describe('refusalPlace', () => {
  it('refusalPlace names register and subprogram', () => {
    const refusal = { code: 'merge-failure', pc: 4, message: '', subprogram: 0 } as const;
    expect(refusalPlace(program(), { ...refusal, location: { in: 'register', register: 7 } })).toBe(
      ' at pc 4, r7 of main',
    );
    expect(refusalPlace(program(), { ...refusal, location: { in: 'stack', offset: -8 } })).toBe(
      ' at pc 4, fp-8 of main',
    );
    expect(refusalPlace(program(), refusal)).toBe(' at pc 4');
  });
});

describe('othersText', () => {
  it('othersText has a line per release, and why a design refused', () => {
    const lines = othersText(OTHERS, plain).split('\n');
    expect(lines.some((line) => /mainline +refused: held-reference/.test(line))).toBe(true);
    const released = /runtime-table\/per-frame +0 main table\[0\] +bpf_cgroup_release of cgroup#2 +right/;
    expect(lines.some((line) => released.test(line))).toBe(true);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('othersText says nothing when there is no other design', () => {
    expect(othersText([], plain)).toBe('');
  });
});

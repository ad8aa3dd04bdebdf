/** Tests of findings as corpus files. */
import { describe, expect, it } from 'vitest';
import { writeFinding } from '../../../src/campaign/finding-file.js';
import { readCase } from '../../../src/case/read.js';
import { DEFECT, judgement, program, RFC, RIGHT, SETTINGS, TABLE, WRONG } from './samples.js';

const ABOUT = { ...SETTINGS, index: 17, subject: RFC, defect: DEFECT };
const refusal = { code: 'held-reference', pc: 1, message: 'Unreleased reference' } as const;

describe('writeFinding', () => {
  const judged = judgement({ mainline: { verdict: 'refused', refusal }, [RFC]: WRONG, [TABLE]: RIGHT });
  const { text, claims } = writeFinding(program(), judged, ABOUT);

  it('writeFinding writes a file that reads back', () => {
    const read = readCase(text);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case).toMatchObject({
      origin: { by: 'fuzz', seed: '1', index: 17 },
      runs: [{ world: { cb: [1], fail: [2] }, outcome: { how: 'throw', value: 7n }, holds: ['task#1', 'cgroup#2'] }],
      refusals: [{ subjects: ['mainline'], code: 'held-reference', pc: 1 }],
      known: [{ subject: RFC, defect: DEFECT, reason: 'found by fuzzing' }],
    });
    expect(read.case.title).toContain('profile default');
  });

  it('writeFinding says what the design knows', () => {
    expect(claims.length).toBeGreaterThan(0);
  });

  it('writeFinding refuses a truth in which the original faults', () => {
    const [row] = judged.truth;
    if (row === undefined) throw new Error('no truth');
    const faulty = { ...judged, truth: [{ ...row, outcome: 'fault bad-address' }] };
    expect(() => writeFinding(program(), faulty, ABOUT)).toThrow('fault bad-address');
  });
});

/** Tests of findings as corpus files. */
import { describe, expect, it } from 'vitest';
import { findingCase, writeFinding } from '../../../src/campaign/finding-file.js';
import { readCase } from '../../../src/case/read.js';
import { rfcV1 } from '../../../src/subjects/frame-descriptors/frame-descriptors.js';
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

  it('writeFinding writes under which pruning it was found, if that is not the usual one', () => {
    const read = readCase(writeFinding(program(), judged, { ...ABOUT, pruning: 'kernel-like' }).text);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.pruning).toBe('kernel-like');
    expect(text).not.toContain('pruning');
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

describe('findingCase', () => {
  it('findingCase names a subject from outside only in a file about itself', () => {
    const refused = { verdict: 'refused', refusal } as const;
    const judged = judgement({ mainline: refused, [RFC]: WRONG, 'mine/x': WRONG, 'mine/y': refused });
    const about = (subject: string) =>
      findingCase(program(), judged, { title: 'x', origin: undefined, pruning: 'exact', subject, reason: 'r' });
    expect(about(RFC).known.map(({ subject }) => subject)).toEqual([RFC]);
    expect(about('mine/x').known.map(({ subject }) => subject)).toEqual([RFC, 'mine/x']);
    expect(about('mine/x').refusals.map(({ subjects }) => subjects)).toEqual([['mainline']]);
    expect(about('mine/x').runs).toHaveLength(1);
  });

  it('writeFinding asks the subject itself what it knows', () => {
    const judged = judgement({ 'mine/x': WRONG });
    const about = { ...ABOUT, subject: 'mine/x' };
    expect(writeFinding(program(), judged, about).claims).toEqual([]);
    const { claims } = writeFinding(program(), judged, { ...about, design: rfcV1 });
    expect(claims.length).toBeGreaterThan(0);
  });
});

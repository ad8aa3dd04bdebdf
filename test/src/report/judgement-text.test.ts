/** Tests of one judged program for people. */
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { judgementText } from '../../../src/report/judgement-text.js';
import { DEFECT, judgement, program, RFC, RIGHT, TABLE, WRONG } from '../campaign/samples.js';

const plain = picocolors.createColors(false);

describe('judgementText', () => {
  it('judgementText shows program, truth, verdicts and what was wrong', () => {
    const text = judgementText(program(), judgement({ [RFC]: WRONG, [TABLE]: RIGHT }), plain);
    expect(text).toContain('call bpf_throw');
    expect(text).toMatch(/cb=\[1\] fail=\[2\] +throw 7 +task#1 cgroup#2/);
    expect(text).toMatch(new RegExp(`${TABLE} +agree +\\+32 +\\+5`));
    expect(text).toContain(`${RFC}: ${DEFECT}`);
  });

  it('judgementText shows both sides of a failed merge and who was right', () => {
    const refusal = {
      code: 'merge-failure',
      pc: 4,
      message: 'no',
      subprogram: 0,
      location: { in: 'register', register: 7 },
      left: { what: 'task' },
      right: { what: 'uninitialised' },
    } as const;
    const judged = judgement({ [RFC]: { verdict: 'merge-failure', refusal, curableBy: [TABLE] }, [TABLE]: RIGHT });
    const words = judgementText(program(), judged, plain).replaceAll(/\s+/g, ' ');
    expect(words).toContain(`merge-failure at pc 4, r7 of main: task against uninitialised (right on it: ${TABLE})`);
  });

  it('judgementText says why a program does not verify', () => {
    const refusal = { code: 'bad-argument', pc: 1, message: 'R1 !read_ok' } as const;
    const text = judgementText(program(), { ...judgement({}), refusal }, plain);
    expect(text).toContain('bad-argument at pc 1: R1 !read_ok');
  });
});

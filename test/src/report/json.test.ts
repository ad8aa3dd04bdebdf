/** Tests of the JSON answers. */
import { describe, expect, it } from 'vitest';
import { campaignJson, jsonText, judgementJson } from '../../../src/report/json.js';
import { DEFECT, FAILURE, judgement, RFC, RIGHT, SETTINGS, TABLE, WRONG } from '../campaign/samples.js';
import { comparedResult, sampleResult } from './sample-result.js';

describe('jsonText', () => {
  it('jsonText writes bigints as decimal strings', () => {
    expect(JSON.parse(jsonText({ value: 2n ** 64n - 1n }))).toEqual({ value: '18446744073709551615' });
  });
});

describe('campaignJson', () => {
  it('campaignJson carries what another pruning changes, only if it was asked for', () => {
    expect(campaignJson(sampleResult(), 100)).not.toHaveProperty('comparePruning');
    expect(campaignJson(comparedResult(), 100).comparePruning).toEqual({
      from: 'exact',
      to: 'kernel-like',
      subjects: {
        [RFC]: {
          changed: 2,
          verdicts: [
            { from: 'merge-failure', to: 'wrong-destructor', programs: 2, first: 7 },
            { from: 'wrong-destructor', to: 'wrong-destructor', programs: 1, first: 4 },
          ],
        },
        [TABLE]: { changed: 0, verdicts: [{ from: 'agree', to: 'agree', programs: 3, first: 4 }] },
      },
    });
  });

  it('campaignJson holds what the command line promises', () => {
    const json = campaignJson(sampleResult(), 100);
    expect(json).toMatchObject({
      seed: '1',
      programs: 2,
      coverage: {
        generated: 2,
        verified: 2,
        throwRuns: 2,
        heldAtThrow: { p50: 2, p95: 2, max: 2 },
        programsThrowingWhileHolding: 2,
        programsHoldingInTwoFrames: 2,
        programsWithDifferingStatesAtAThrow: 0,
        worldsEnumerated: 2,
      },
      subjects: {
        [RFC]: {
          prepared: 1,
          refused: { mergeFailure: 1, other: 0 },
          verdicts: { 'wrong-destructor': 1, 'merge-failure': 1, agree: 0 },
          patched: 0,
          findings: [
            {
              defect: DEFECT,
              verdict: 'wrong-destructor',
              file: 'runs/1-default/x.bpf',
              insns: 3,
              index: 17,
              known: false,
            },
          ],
          stack: { p50: 0, p95: 0, max: 0, overLimit: 0 },
          refusals: { 'merge-failure': { programs: 1, curableBy: { [TABLE]: 1 } } },
        },
        [TABLE]: { prepared: 2, stack: { p50: 32, p95: 32, max: 32, overLimit: 0 } },
      },
      timing: { elapsedSeconds: 2, programsPerSecond: 1, firstFindingSeconds: 0.5, rssMiB: 100 },
    });
  });

  it('campaignJson differs under timing only between runs of different speed', () => {
    const { timing: slow, ...first } = campaignJson(sampleResult(), 100);
    const faster = { elapsedSeconds: 1, firstFindingSeconds: undefined, workers: 8 };
    const { timing: fast, ...second } = campaignJson(sampleResult({ timing: faster }), 50);
    expect(second).toEqual(first);
    expect(fast).not.toEqual(slow);
  });
});

describe('campaignJson after an early end', () => {
  const crash = { index: 5, stage: 'judge', message: 'boom', stack: '/home/somebody/x.js' } as const;

  it('campaignJson tells a crash of ours from the failure of a subject, neither with a stack', () => {
    const ours = campaignJson(sampleResult({ ended: 'crash', crash: { crash, file: 'crash-5.txt' } }), 1);
    expect(ours).toMatchObject({ crash: { index: 5, stage: 'judge', message: 'boom', file: 'crash-5.txt' } });
    expect(ours).not.toHaveProperty('failure');
    const failed = { crash: { ...crash, failure: FAILURE }, file: 'failure-5.bpf' };
    const theirs = campaignJson(sampleResult({ ended: 'failure', crash: failed }), 1);
    expect(theirs).toMatchObject({
      failure: {
        subject: 'mine/x',
        module: './mine.js',
        work: 'prepare',
        message: 'TypeError: no',
        at: './mine.js:12:5',
        index: 5,
        file: 'failure-5.bpf',
        insns: 4,
      },
      complete: false,
    });
    expect(theirs).not.toHaveProperty('crash');
    expect(jsonText([ours, theirs])).not.toContain('/home/somebody');
  });

  it('campaignJson names modules as they were given', () => {
    const modules = [{ given: './mine.js', url: 'file:///home/somebody/mine.js' }];
    const json = campaignJson(sampleResult({ settings: { ...SETTINGS, modules } }), 1);
    expect(json.settings).toMatchObject({ modules: ['./mine.js'] });
    expect(jsonText(json)).not.toContain('somebody');
    expect(campaignJson(sampleResult(), 1).settings).not.toHaveProperty('modules');
  });
});

describe('judgementJson', () => {
  it('judgementJson has a verdict per subject and the truth per world', () => {
    const json: unknown = JSON.parse(jsonText(judgementJson(judgement({ [RFC]: WRONG, [TABLE]: RIGHT }))));
    expect(json).toMatchObject({
      subjects: { [RFC]: { verdict: 'wrong-destructor', defect: DEFECT }, [TABLE]: { verdict: 'agree' } },
      truth: [{ outcome: 'throw 7', holds: ['task#1', 'cgroup#2'] }],
    });
  });
});

/** Tests of a campaign as SARIF. */
import { describe, expect, it } from 'vitest';
import { emptyTally } from '../../../src/campaign/stats.js';
import { campaignSarif } from '../../../src/report/campaign-sarif.js';
import { DEFECT, FAILURE, FINDING, MINIMISED, program, RFC, SETTINGS, WRONG } from '../campaign/samples.js';
import { sampleResult } from './sample-result.js';
import { parseSarif } from './schemas.js';

const TEXT = `;! case: a finding
;! origin: fuzz seed=1 index=17

; a comment above
main:
    r1 = 7
    call bpf_throw
    exit
`;

/** A finding whose file is a case, thrown at pc 1. */
const READABLE = {
  ...FINDING,
  minimised: { ...MINIMISED, file: { ...MINIMISED.file, text: TEXT, program: program() } },
};

const runOf = (more: Parameters<typeof sampleResult>[0]) =>
  parseSarif(campaignSarif(sampleResult(more), '0.1.0')).runs[0];

describe('campaignSarif', () => {
  it('campaignSarif points at the line of the throwing instruction in the file of the finding', () => {
    const run = runOf({ findings: [READABLE] });
    expect(run?.automationDetails?.id).toBe('unwindiff/fuzz/default/');
    expect(run?.results).toHaveLength(1);
    expect(run?.results?.[0]).toMatchObject({
      ruleId: 'wrong-destructor',
      baselineState: 'new',
      occurrenceCount: 1,
      message: { text: `${RFC}: ${WRONG.evidence?.detail}` },
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'runs/1-default/x.bpf' }, region: { startLine: 7 } } },
      ],
      properties: { subject: RFC, defect: DEFECT, seed: '1', index: 17, profile: 'default', instructions: 3 },
    });
  });

  it('campaignSarif tells known defects from new ones', () => {
    const known = { ...READABLE, known: 'as posted', programs: 4 };
    const run = runOf({ findings: [known, { ...READABLE, defect: DEFECT.replace('caller', 'thrower') }] });
    expect(run?.results?.map(({ baselineState }) => baselineState)).toEqual(['unchanged', 'new']);
    expect(run?.results?.[0]?.occurrenceCount).toBe(4);
    expect(run?.invocations?.[0]?.executionSuccessful).toBe(true);
  });

  it('campaignSarif has a log for a run without findings, and for a finding that was not made small', () => {
    expect(runOf({ findings: [] })?.results).toEqual([]);
    const bare = runOf({ findings: [{ ...FINDING, minimised: undefined }] })?.results?.[0];
    expect(bare?.locations?.[0]?.physicalLocation?.region?.startLine).toBe(1);
  });

  it('campaignSarif reports bugs of unwindiff as failures of the tool, not as results', () => {
    const crash = {
      crash: { index: 3, stage: 'judge', message: 'oh', stack: 'oh\n  at x' },
      file: 'runs/crash-3.txt',
    } as const;
    const run = runOf({ findings: [], crash, ended: 'crash' });
    expect(run?.invocations?.[0]?.executionSuccessful).toBe(false);
    expect(run?.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toContain(
      'could not judge program 3: oh',
    );
    const failed = runOf({
      findings: [],
      crash: { ...crash, crash: { ...crash.crash, failure: FAILURE } },
      ended: 'failure',
    });
    expect(failed?.invocations?.[0]?.executionSuccessful).toBe(false);
    expect(failed?.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toBe(
      './mine.js: mine/x failed in prepare, in program 3: TypeError: no (at ./mine.js:12:5)',
    );
    const tally = { ...emptyTally(SETTINGS.subjects), programs: 1000, verified: 10 };
    const few = runOf({ findings: [], tally });
    expect(few?.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toContain('only 10 of 1000');
  });
});

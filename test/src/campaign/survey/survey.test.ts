import { describe, expect, it } from 'vitest';
import { judgementsOf, runSurvey, sharesOf } from '../../../../src/campaign/survey/survey.js';
import { SUBJECTS } from '../../../../src/subjects/registry.js';
import { REQUEST, smallSurvey } from './sample.js';

describe('sharesOf', () => {
  it('shares out all programs, evenly', () => {
    expect(sharesOf(5000, 5)).toEqual([1000, 1000, 1000, 1000, 1000]);
    expect(sharesOf(7, 5)).toEqual([2, 2, 1, 1, 1]);
  });
});

describe('judgementsOf', () => {
  it('counts each program once a granularity', () => {
    expect(judgementsOf({ runs: 7, stops: ['throw', 'points'] })).toBe(14);
  });
});

describe('runSurvey', () => {
  it('has a row for each subject, profile and granularity', async () => {
    const { rows, complete, failure } = await smallSurvey();
    expect([complete, failure]).toEqual([true, undefined]);
    expect(rows.map(({ subject, profile }) => `${profile} ${subject}`)).toEqual(
      ['default', 'merge-heavy'].flatMap((profile) => SUBJECTS.map(({ name }) => `${profile} ${name}`)),
    );
    expect(new Set(rows.map(({ programs, profile }) => `${profile} ${programs}`))).toEqual(
      new Set(['default 16', 'merge-heavy 15']),
    );
  });

  it('gives the same answer twice, and each granularity the same programs', async () => {
    const small = { ...REQUEST, subjects: SUBJECTS.slice(0, 4), runs: 8 };
    const once = await runSurvey(small);
    const again = await runSurvey({ ...small, stops: ['throw', 'points'] });
    expect(again.rows.filter(({ stopAt }) => stopAt === 'throw')).toEqual(once.rows);
    expect(again.sweeps).toEqual(once.sweeps);
    const verified = again.rows.map(({ profile, verified }) => `${profile} ${verified}`);
    expect(new Set(verified).size).toBe(2);
  });

  it('says that it was ended', async () => {
    const result = await runSurvey({ ...REQUEST, interrupted: AbortSignal.abort() });
    expect(result).toMatchObject({ complete: false, rows: [], sweeps: [] });
  });
});

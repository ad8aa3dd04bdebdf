import { describe, expect, it } from 'vitest';
import { emptyTally } from '../../../../src/campaign/stats.js';
import { rowsOf } from '../../../../src/campaign/survey/row.js';
import { smallSurvey } from './sample.js';

describe('rowsOf', () => {
  it('sums are consistent', async () => {
    const { rows } = await smallSurvey();
    for (const row of rows) {
      expect(row.unverified + row.verified).toBe(row.programs);
      expect(row.prepared + row.mergeFailures.programs + row.refused.programs).toBe(row.verified);
      expect(row.right + row.wrong + row.inconclusive).toBe(row.prepared);
      const reasons = row.reasons.reduce((sum, { programs }) => sum + programs, 0);
      expect(reasons).toBe(row.mergeFailures.programs + row.refused.programs);
      for (const { programs, curedBy } of row.reasons) {
        for (const cure of curedBy) expect(cure.programs).toBeLessThanOrEqual(programs);
      }
      expect(row.mergeFailures.low).toBeLessThanOrEqual(row.mergeFailures.rate);
      expect(row.mergeFailures.high).toBeGreaterThanOrEqual(row.mergeFailures.rate);
    }
    // Not vacuous: somebody fails to merge, somebody grows, somebody runs more.
    expect(rows.some(({ mergeFailures }) => mergeFailures.programs > 0)).toBe(true);
    expect(rows.some(({ growth, overhead }) => growth.max > 0 && overhead > 0)).toBe(true);
  });

  it('keeps programs that do not verify out of the refusals', () => {
    const tally = emptyTally(['mainline']);
    tally.programs = 3;
    tally.verified = 2;
    const share = tally.subjects.get('mainline');
    if (share === undefined) throw new Error('no share');
    share.prepared = 1;
    share.verdicts.agree = 1;
    share.verdicts.refused = 2;
    share.refusals.set('unverified', { programs: 1, curableBy: new Map() });
    share.refusals.set('held-reference', {
      programs: 1,
      curableBy: new Map([
        ['b', 1],
        ['a', 1],
      ]),
    });
    const [row] = rowsOf(tally, 'default', 'throw');
    expect(row).toMatchObject({ unverified: 1, refused: { programs: 1, rate: 0.5 }, overhead: 0 });
    expect(row?.reasons).toEqual([
      {
        code: 'held-reference',
        programs: 1,
        curedBy: [
          { subject: 'a', programs: 1 },
          { subject: 'b', programs: 1 },
        ],
      },
    ]);
  });
});

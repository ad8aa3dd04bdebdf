/** A campaign's result made by hand. */
import type { CampaignResult } from '../../../src/campaign/campaign.js';
import { addComparison } from '../../../src/campaign/comparison.js';
import { addJudgement, emptyTally } from '../../../src/campaign/stats.js';
import { FINDING, judgement, RFC, RIGHT, SETTINGS, TABLE, WRONG } from '../campaign/samples.js';

/** The same programs under another pruning: two of three verdicts of the one subject change. */
export function comparedResult(): CampaignResult {
  const tally = emptyTally(SETTINGS.subjects);
  const merge = { verdict: 'merge-failure' } as const;
  addComparison(
    tally.comparison,
    judgement({ [RFC]: WRONG, [TABLE]: RIGHT }),
    judgement({ [RFC]: WRONG, [TABLE]: RIGHT }),
    4,
  );
  for (const index of [9, 7]) {
    addComparison(
      tally.comparison,
      judgement({ [RFC]: merge, [TABLE]: RIGHT }),
      judgement({ [RFC]: WRONG, [TABLE]: RIGHT }),
      index,
    );
  }
  return sampleResult({ settings: { ...SETTINGS, comparePruning: 'kernel-like' }, tally });
}

export function sampleResult(more: Partial<CampaignResult> = {}): CampaignResult {
  const tally = emptyTally(SETTINGS.subjects);
  addJudgement(tally, judgement({ [RFC]: WRONG, [TABLE]: RIGHT }));
  const refusal = { code: 'merge-failure', pc: 3, message: 'no' } as const;
  addJudgement(tally, judgement({ [RFC]: { verdict: 'merge-failure', refusal, curableBy: [TABLE] }, [TABLE]: RIGHT }));
  return {
    settings: SETTINGS,
    from: 0,
    tally,
    coverage: undefined,
    findings: [FINDING],
    unseen: [],
    ended: 'complete',
    crash: undefined,
    timing: { elapsedSeconds: 2, firstFindingSeconds: 0.5, workers: 2 },
    ...more,
  };
}

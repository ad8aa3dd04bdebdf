/** A campaign's result made by hand. */
import type { CampaignResult } from '../../../src/campaign/campaign.js';
import { addJudgement, emptyTally } from '../../../src/campaign/stats.js';
import { FINDING, judgement, RFC, RIGHT, SETTINGS, TABLE, WRONG } from '../campaign/samples.js';

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

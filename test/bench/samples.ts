/** Settings and samples for the tests of what is measured. */
import { type Sample, samplesOf } from '../../bench/sample.js';
import { judgeOptions } from '../../bench/stages.js';
import { createJudge } from '../../oracles/judge.js';
import type { CampaignSettings } from '../../src/campaign/plan.js';
import { SUBJECTS } from '../../src/subjects/registry.js';

export const SETTINGS: CampaignSettings = {
  seed: 'bench',
  profile: 'all',
  subjects: SUBJECTS.map(({ name }) => name),
  stopAt: 'throw',
  pruning: 'exact',
  worlds: 4,
  fuel: 10_000,
  containment: true,
  patches: true,
};

export function samples(count: number, from = 0): readonly Sample[] {
  return samplesOf({ from, count }, SETTINGS, createJudge(judgeOptions(SETTINGS)));
}

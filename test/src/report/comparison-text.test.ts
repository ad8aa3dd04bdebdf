/** The block that says which verdicts another pruning changes. */
import picocolors from 'picocolors';
import { expect, it } from 'vitest';
import { campaignText } from '../../../src/report/campaign-text.js';
import { comparisonText } from '../../../src/report/comparison-text.js';
import { RFC, TABLE } from '../campaign/samples.js';
import { comparedResult, sampleResult } from './sample-result.js';

const plain = picocolors.createColors(false);

it('comparisonText has a row per subject and change, the worst first, and says how to see one', () => {
  const { tally, settings } = comparedResult();
  const text = comparisonText(tally.comparison, settings, plain);
  expect(text).toMatch(new RegExp(`${RFC} +the same +1\n +merge-failure +wrong-destructor +2 +7\n`));
  expect(text).toMatch(new RegExp(`${TABLE} +the same +3\n`));
  expect(text.replace(/\s+/g, ' ')).toContain('fuzz --pruning kernel-like --seed 1 --profile default --from FIRST');
  expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  expect(campaignText(comparedResult(), plain)).toContain(text);
});

it('comparisonText is empty if nothing was compared', () => {
  const { tally, settings } = sampleResult();
  expect(comparisonText(tally.comparison, settings, plain)).toBe('');
});

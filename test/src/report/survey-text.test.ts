import { describe, expect, it } from 'vitest';
import { surveyComparisonText, surveyText } from '../../../src/report/survey-text.js';
import { paintFor } from '../../../src/report/terminal.js';
import { smallSurvey } from '../campaign/survey/sample.js';

const paint = paintFor({ write: () => {} }, {});

describe('surveyText', () => {
  it('is at most 100 columns wide and says everything', async () => {
    const text = surveyText(await smallSurvey(), paint);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    for (const words of [
      'merge-heavy, stopped at throw',
      'Wilson',
      'bpf_loop inlined 24',
      'cured by',
      'nested: n = ',
    ]) {
      expect(text).toContain(words);
    }
  });
});

describe('surveyComparisonText', () => {
  it('counts and lists', () => {
    const changes = [{ column: 'wrong', old: '1', new: '2' }];
    const comparison = { changed: [{ key: 'a p throw', changes }], added: ['b'], removed: ['c'], unchanged: 3 };
    const text = surveyComparisonText(comparison, paint);
    expect(text).toContain('1 changed, 1 new, 1 removed, 3 unchanged');
    expect(text).toMatch(/a p throw +wrong +1 +2/);
  });
});

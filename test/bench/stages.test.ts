import { describe, expect, it } from 'vitest';
import { createStages, judgeOptions, STAGE_NAMES, STAGES } from '../../bench/stages.js';
import { SETTINGS, samples } from './samples.js';

describe('createStages', () => {
  it('createStages does each sample in every stage, or every instruction of its runs', () => {
    const found = samples(4);
    const stages = createStages(SETTINGS);
    const executed = found.reduce((sum, each) => sum + each.executed, 0);
    expect(STAGE_NAMES.toSorted()).toEqual(Object.keys(STAGES).toSorted());
    for (const name of STAGE_NAMES) {
      const items = stages[name](found);
      if (name === 'hot') expect(items).toBeGreaterThan(1e6);
      else expect(items, name).toBe(STAGES[name].per === 'program' ? 4 : executed);
    }
  });
});

describe('judgeOptions', () => {
  it('judgeOptions takes the subjects by name', () => {
    const { subjects } = judgeOptions({ ...SETTINGS, subjects: ['mainline'] });
    expect(subjects.map(({ name }) => name)).toEqual(['mainline']);
  });
});

import { describe, expect, it } from 'vitest';
import { seededChoices } from '../../generators/choices.js';
import { CONTEXTS, coverageCells, emptyCoverage, mergeCoverage, recordEmissions } from '../../generators/coverage.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';

/** Programs of each profile at most, and after how many to look again. */
const PROGRAMS = 6000;
const ROUND = 200;

describe('recordEmissions', () => {
  it('counts an emission in its own cell', () => {
    const table = emptyCoverage();
    recordEmissions(table, [{ row: 'spill', depth: 5, holding: true, inLoop: false }]);
    const counted = coverageCells(table).filter(({ count }) => count > 0);
    expect(counted).toMatchObject([{ row: 'spill', count: 1, context: { depth: '2+', holding: true, inLoop: false } }]);
  });
});

describe('mergeCoverage', () => {
  it('adds cell by cell', () => {
    const a = emptyCoverage();
    recordEmissions(a, [{ row: 'copy', depth: 0, holding: false, inLoop: true }]);
    const twice = mergeCoverage(a, a);
    expect(Math.max(...twice)).toBe(2);
    expect(mergeCoverage(emptyCoverage(), a)).toEqual(a);
  });
});

describe('coverageCells', () => {
  it('has no empty cell but the impossible ones, and those are empty', () => {
    const table = emptyCoverage();
    const wrong = () =>
      coverageCells(table).filter(({ count, impossible }) => (count === 0) !== (impossible !== undefined));
    // Some cells are rare; most seeds fill them all long before the last program.
    for (let index = 0; index < PROGRAMS && (index % ROUND > 0 || wrong().length > 0); index++) {
      for (const name of PROFILE_NAMES) {
        recordEmissions(table, generate(seededChoices('coverage', index), PROFILES[name]).emitted);
      }
    }
    expect(coverageCells(table).length % CONTEXTS.length).toBe(0);
    expect(wrong()).toEqual([]);
  }, 60_000);
});

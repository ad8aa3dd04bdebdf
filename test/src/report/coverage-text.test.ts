/** Tests of the emission table. */
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { emptyCoverage, recordEmissions } from '../../../generators/coverage.js';
import { MENU_ROW_NAMES } from '../../../generators/menu.js';
import { coverageText } from '../../../src/report/coverage-text.js';

describe('coverageText', () => {
  it('coverageText has a row per menu row and marks what is missing', () => {
    const coverage = emptyCoverage();
    const [row = 'if'] = MENU_ROW_NAMES;
    recordEmissions(coverage, [{ row, depth: 5, holding: true, inLoop: false }]);
    const text = coverageText(coverage, picocolors.createColors(false));
    for (const name of MENU_ROW_NAMES) expect(text).toContain(`  ${name} `);
    expect(text).toContain('0 !');
    expect(text).toMatch(/cells\s+are\s+empty\s+that/);
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

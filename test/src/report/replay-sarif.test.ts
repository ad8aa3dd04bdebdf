/** Tests of a replay as SARIF. */
import { describe, expect, it } from 'vitest';
import { replaySarif } from '../../../src/report/replay-sarif.js';
import { DEFECT, RFC } from '../campaign/samples.js';
import { FAILED, HELD, KNOWN, UNREADABLE } from './replayed-sample.js';
import { parseSarif } from './schemas.js';

const resultsOf = (...files: Parameters<typeof replaySarif>[0]) =>
  parseSarif(replaySarif(files, '0.1.0')).runs[0]?.results ?? [];

describe('replaySarif', () => {
  it('replaySarif has no results for a file that is as it says', () => {
    expect(resultsOf(HELD)).toEqual([]);
  });

  it('replaySarif has a known defect as unchanged, at the line that throws', () => {
    expect(resultsOf(KNOWN)).toMatchObject([
      {
        ruleId: 'wrong-destructor',
        baselineState: 'unchanged',
        fingerprints: { 'defect/v1': `${RFC}: ${DEFECT}` },
        locations: [
          { physicalLocation: { artifactLocation: { uri: 'corpus/found/b.bpf' }, region: { startLine: 9 } } },
        ],
      },
    ]);
  });

  it('replaySarif has what fails, and a new defect once, as a result of its own class', () => {
    expect(resultsOf(FAILED)).toMatchObject([
      {
        ruleId: 'expected-run',
        baselineState: 'new',
        message: { text: 'run: expected exit 0, found exit 1' },
        locations: [{ physicalLocation: { region: { startLine: 3 } } }],
      },
      { ruleId: 'wrong-destructor', baselineState: 'new' },
    ]);
  });

  it('replaySarif has a known defect that does not show any more', () => {
    const gone = { about: 'defect', item: 'known 0', expected: `${RFC}: ${DEFECT}`, actual: 'agree', line: 2 } as const;
    expect(resultsOf({ ...HELD, mismatches: [gone] })).toMatchObject([
      { ruleId: 'expected-defect', baselineState: 'new' },
    ]);
  });

  it('replaySarif points at the first error of a file that cannot be read', () => {
    const [result] = resultsOf(UNREADABLE);
    expect(result).toMatchObject({ ruleId: 'expected-readable' });
    expect(result?.locations?.[0]?.physicalLocation?.region?.startLine).toBe(4);
  });
});

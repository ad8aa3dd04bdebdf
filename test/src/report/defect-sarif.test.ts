/** Tests of defects in SARIF. */
import { describe, expect, it } from 'vitest';
import { FINDING_ORDER } from '../../../oracles/cleanup.js';
import { DEFECT_RULES, defectResult } from '../../../src/report/defect-sarif.js';
import { DEFECT, RFC } from '../campaign/samples.js';

const SHOWN = {
  subject: RFC,
  defect: DEFECT,
  verdict: 'wrong-destructor',
  detail: 'it went wrong',
  file: 'runs/x.bpf',
  line: 12,
  known: undefined,
} as const;

describe('DEFECT_RULES', () => {
  it('DEFECT_RULES has one rule per class of defect, worst first, each explained', () => {
    expect(DEFECT_RULES.map(({ id }) => id)).toEqual(FINDING_ORDER);
    expect(new Set(DEFECT_RULES.map(({ fullDescription }) => fullDescription?.text)).size).toBe(FINDING_ORDER.length);
    expect(DEFECT_RULES.find(({ id }) => id === 'stale-use')?.name).toBe('StaleUse');
  });
});

describe('defectResult', () => {
  it('defectResult of a new defect is new at its line, with the defect as its fingerprint', () => {
    expect(defectResult(SHOWN)).toEqual({
      ruleId: 'wrong-destructor',
      level: 'error',
      message: { text: `${RFC}: it went wrong` },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'runs/x.bpf' }, region: { startLine: 12 } } }],
      fingerprints: { 'defect/v1': `${RFC}: ${DEFECT}` },
      baselineState: 'new',
      properties: { subject: RFC, defect: DEFECT },
    });
  });

  it('defectResult of a known defect is unchanged and suppressed with its reason', () => {
    expect(defectResult({ ...SHOWN, known: 'as posted' })).toMatchObject({
      baselineState: 'unchanged',
      suppressions: [{ kind: 'external', status: 'accepted', justification: 'as posted' }],
    });
    expect(defectResult(SHOWN)).not.toHaveProperty('suppressions');
  });

  it('defectResult without a file or a sentence has neither', () => {
    const result = defectResult({ ...SHOWN, file: undefined, detail: undefined, properties: { index: 3 } });
    expect(result).not.toHaveProperty('locations');
    expect(result.message.text).toBe(`${RFC}: ${DEFECT}`);
    expect(result.properties).toEqual({ subject: RFC, defect: DEFECT, index: 3 });
  });
});

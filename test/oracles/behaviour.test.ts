import { describe, expect, it } from 'vitest';
import { compareRuns, type RunDigest } from '../../oracles/behaviour.js';

const base: RunDigest = {
  outcome: { how: 'exit', value: 3n },
  pc: 7,
  executed: 10,
  traceHash: 1,
  memoryHash: 2,
  holds: 'task#1@2',
};

describe('compareRuns', () => {
  it('accepts a run that ended exactly as the original', () => {
    expect(compareRuns(base, { ...base })).toBeUndefined();
  });

  it.each([
    ['R0', { outcome: { how: 'exit', value: 4n } }],
    ['how it ended', { outcome: { how: 'throw', value: 3n } }],
    ['the number of instructions', { executed: 11 }],
    ['where it ended', { pc: 8 }],
    ['where something was acquired', { holds: 'task#1@3' }],
    ['the call trace', { traceHash: 9 }],
    ['memory', { memoryHash: 9 }],
    ['what is held', { holds: '' }],
    ['a fault', { outcome: { how: 'fault', code: 'bad-address', pc: 3, message: 'm' } }],
  ] as const)('reports a difference in %s', (_, change) => {
    const fault = compareRuns(base, { ...base, ...change });
    expect(fault?.defect.verdict).toBe('behaviour-differs');
    expect(fault?.detail).not.toBe('');
  });

  it.each(['table-overflow', 'stack-overflow'] as const)('gives %s a verdict of its own', (code) => {
    const fault = compareRuns(base, { ...base, outcome: { how: 'fault', code, pc: 1, message: 'full' } });
    expect(fault?.defect.verdict).toBe(code);
    expect(fault?.detail).toBe('full');
  });
});

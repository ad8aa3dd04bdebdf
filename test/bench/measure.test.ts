import { describe, expect, it } from 'vitest';
import { measure, roundsOf } from '../../bench/measure.js';
import { SETTINGS } from './samples.js';

describe('roundsOf', () => {
  it('roundsOf cuts the programs into five without a gap', () => {
    expect(roundsOf(12)).toEqual([
      { from: 0, count: 2 },
      { from: 2, count: 2 },
      { from: 4, count: 3 },
      { from: 7, count: 2 },
      { from: 9, count: 3 },
    ]);
    expect(roundsOf(3).map(({ count }) => count)).toEqual([1, 1, 1]);
  });
});

describe('measure', () => {
  it('measure that is interrupted ends after the round it is in', async () => {
    const said: string[] = [];
    const interrupt = new AbortController();
    const result = await measure({
      settings: SETTINGS,
      programs: 15,
      kernel: false,
      cli: undefined,
      interrupted: interrupt.signal,
      onProgress: (text) => {
        said.push(text);
        if (text.startsWith('round 2')) interrupt.abort();
      },
    });
    expect(said).toEqual(['warming up', 'round 1: programs 0 to 2', 'round 2: programs 3 to 5']);
    expect(result).toMatchObject({
      rounds: 2,
      size: { programs: 6 },
      shrinking: { available: false, reason: 'interrupted' },
      processes: { available: false, reason: 'interrupted' },
      kernel: { available: false, reason: 'not wanted (--no-kernel)' },
    });
    expect(result.withShrinking).toBeCloseTo(result.pipeline?.perCoreSecond ?? 0);
  });
});

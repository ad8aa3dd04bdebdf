import { describe, expect, it } from 'vitest';
import { wilson } from '../../../../src/campaign/survey/interval.js';

describe('wilson', () => {
  // Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3: the score interval.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published interval of %i in %i', (hits, trials, low, high) => {
    const interval = wilson(hits, trials);
    expect(interval.rate).toBe(hits / trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('mirrors when hits and misses are swapped', () => {
    const [a, b] = [wilson(7, 50), wilson(43, 50)];
    expect(a.low).toBeCloseTo(1 - b.high, 12);
    expect(a.high).toBeCloseTo(1 - b.low, 12);
  });

  it('knows nothing of nothing, and ends exactly at 0 and 1', () => {
    expect(wilson(0, 0)).toEqual({ rate: 0, low: 0, high: 1 });
    expect(wilson(0, 5).low).toBe(0);
    expect(wilson(5, 5).high).toBe(1);
  });
});

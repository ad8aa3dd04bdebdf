/** Tests of the exact distributions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counts, count, mergeCounts, percentiles } from '../../../src/campaign/counts.js';

function counted(values: readonly number[]): Counts {
  const counts: Counts = new Map();
  for (const value of values) count(counts, value);
  return counts;
}

describe('percentiles', () => {
  it('percentiles of nothing are zero', () => {
    expect(percentiles(new Map())).toEqual({ p50: 0, p95: 0, max: 0 });
  });

  it('percentiles are those of the sorted list', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1];
        expect(percentiles(counted(values))).toEqual({ p50: at(0.5), p95: at(0.95), max: sorted.at(-1) });
      }),
    );
  });
});

describe('mergeCounts', () => {
  it('mergeCounts equals counting everything in one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.array(fc.nat(9)), (left, right) => {
        const merged = counted(left);
        mergeCounts(merged, counted(right));
        expect(percentiles(merged)).toEqual(percentiles(counted([...left, ...right])));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { orderOfGrowth } from '../../../../src/campaign/survey/order.js';

const points = (of: (n: number) => number, sizes = [1, 2, 4, 8, 16, 32]) => sizes.map((n) => ({ n, value: of(n) }));

describe('orderOfGrowth', () => {
  it.each([0, 1, 2, 3.5])('finds the exponent of exact powers: %d', (k) => {
    expect(orderOfGrowth(points((n) => 7 * n ** k))).toBeCloseTo(k, 10);
  });

  it('does not depend on the order of the points', () => {
    expect(orderOfGrowth(points((n) => n * n).reverse())).toBeCloseTo(2, 10);
  });

  it('fits the larger half only', () => {
    expect(orderOfGrowth(points((n) => (n < 8 ? 100 : n * n)))).toBeCloseTo(2, 10);
  });

  it('is 0 where nothing grows from 0, and unknown where a logarithm is missing', () => {
    expect(orderOfGrowth(points(() => 0))).toBe(0);
    expect(orderOfGrowth(points((n) => (n < 32 ? n : 0)))).toBeUndefined();
    expect(orderOfGrowth(points((n) => n, [1, 2]))).toBeUndefined();
    expect(orderOfGrowth(points((n) => n, [4, 4, 4]))).toBeUndefined();
  });
});

/** The order of growth of a measured figure: the slope of a straight line through its points, both axes logarithmic. */

export interface Point {
  readonly n: number;
  readonly value: number;
}

/** Points a slope is fitted to, at least. */
const LEAST = 3;

/**
 * The k of value ~ n^k by least squares over the larger half of the points, because constant parts hide the order where n is
 * small. Points with a value of 0 have no logarithm: if all are 0 the order is 0, if some are, or fewer than three are left, `undefined`.
 */
export function orderOfGrowth(points: readonly Point[]): number | undefined {
  if (points.length < LEAST) return undefined;
  const sorted = [...points].sort((a, b) => a.n - b.n);
  const half = sorted.slice(-Math.max(LEAST, Math.ceil(sorted.length / 2)));
  if (half.every(({ value }) => value === 0)) return 0;
  if (half.some(({ n, value }) => n <= 0 || value <= 0)) return undefined;
  const logs = half.map(({ n, value }) => ({ x: Math.log(n), y: Math.log(value) }));
  const mean = (of: (point: { readonly x: number; readonly y: number }) => number) =>
    logs.reduce((sum, point) => sum + of(point), 0) / logs.length;
  const x = mean((point) => point.x);
  const y = mean((point) => point.y);
  const width = mean((point) => (point.x - x) ** 2);
  return width === 0 ? undefined : mean((point) => (point.x - x) * (point.y - y)) / width;
}

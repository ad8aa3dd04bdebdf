/** Exact distributions of small integers: a count per value. They merge in any order and stay small. */

/** How often each value was seen. */
export type Counts = Map<number, number>;

/** The figures a report shows of a distribution; all 0 when nothing was counted. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Counts a value once more. */
export function count(counts: Counts, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** Adds all of `from` to `into`. */
export function mergeCounts(into: Counts, from: Counts): void {
  for (const [value, times] of from) into.set(value, (into.get(value) ?? 0) + times);
}

/** Median, 95th percentile (both by nearest rank) and maximum. */
export function percentiles(counts: Counts): Percentiles {
  const rows = [...counts].sort(([a], [b]) => a - b);
  const total = rows.reduce((sum, [, times]) => sum + times, 0);
  const at = (share: number): number => {
    let left = Math.ceil(total * share);
    for (const [value, times] of rows) {
      left -= times;
      if (left <= 0) return value;
    }
    return rows.at(-1)?.[0] ?? 0;
  };
  return { p50: at(0.5), p95: at(0.95), max: rows.at(-1)?.[0] ?? 0 };
}

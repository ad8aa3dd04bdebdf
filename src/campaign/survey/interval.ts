/** How sure a rate is: the Wilson score interval, which stays within 0 … 1 and says something about 0 of n, too. */

/** A rate and its interval, all shares from 0 to 1. */
export interface Rate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** The quantile of the normal distribution that leaves 2.5 % on each side. */
const Z95 = 1.959963984540054;

/**
 * `hits` of `trials` with a 95 % interval (E. B. Wilson, JASA 22 (1927) 209–212, without continuity correction).
 * Nothing tried says nothing: rate 0, interval 0 … 1.
 */
export function wilson(hits: number, trials: number): Rate {
  if (trials === 0) return { rate: 0, low: 0, high: 1 };
  const rate = hits / trials;
  const square = Z95 * Z95;
  const middle = rate + square / (2 * trials);
  const spread = Z95 * Math.sqrt((rate * (1 - rate)) / trials + square / (4 * trials * trials));
  const scale = 1 + square / trials;
  return {
    rate,
    // Rounding must not put the ends beyond what is possible.
    low: hits === 0 ? 0 : Math.max(0, (middle - spread) / scale),
    high: hits === trials ? 1 : Math.min(1, (middle + spread) / scale),
  };
}

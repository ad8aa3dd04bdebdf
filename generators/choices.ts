/**
 * The recorded source of randomness: everything a generator decides it asks here, so that a log of small numbers
 * repeats a program exactly. 0 is always the plainest answer, which lets a shortened log still make a program.
 */
import seedrandom from 'seedrandom';

export interface Choices {
  /** A number from 0 to bound - 1; `bound` is at least 1. */
  int(bound: number): number;
  /** True in `percent` of 100 cases; the answer 0 means false. */
  chance(percent: number): boolean;
  /** One of the items, all alike; throws a RangeError if there is none. */
  pick<T extends NonNullable<unknown>>(items: readonly T[]): T;
  /** Index of one of the weights (non-negative integers with a positive sum), in proportion. */
  weighted(weights: readonly number[]): number;
  /** Every number drawn so far. */
  readonly log: readonly number[];
}

class RecordedChoices implements Choices {
  readonly log: number[] = [];
  readonly #draw: (bound: number) => number;

  constructor(draw: (bound: number) => number) {
    this.#draw = draw;
  }

  int(bound: number): number {
    const drawn = this.#draw(bound);
    this.log.push(drawn);
    return drawn;
  }

  chance(percent: number): boolean {
    return this.int(100) >= 100 - percent;
  }

  pick<T extends NonNullable<unknown>>(items: readonly T[]): T {
    const item = items[this.int(Math.max(items.length, 1))];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  weighted(weights: readonly number[]): number {
    let sum = 0;
    for (const weight of weights) sum += weight;
    let rest = this.int(sum);
    for (let index = 0; index < weights.length; index++) {
      rest -= weights[index] ?? 0;
      if (rest < 0) return index;
    }
    throw new RangeError('no weight is positive');
  }
}

/** The stream of one program: it depends on the seed and the index only, never on a shard or worker. */
export function seededChoices(seed: string, index: number): Choices {
  const stream = seedrandom.alea(`${seed}/${index}`);
  return new RecordedChoices((bound) => Math.floor(stream() * bound));
}

/** Repeats a log. Numbers out of range are reduced modulo the bound; beyond the end every answer is 0. */
export function replayChoices(log: readonly number[]): Choices {
  let position = 0;
  return new RecordedChoices((bound) => {
    const number = log[position++] ?? 0;
    return number % bound;
  });
}

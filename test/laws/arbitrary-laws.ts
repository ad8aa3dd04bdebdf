/** Laws that every arbitrary of the project keeps to, written once. Each throws, by expect, with the value that breaks it. */
import fc from 'fast-check';
import { expect } from 'vitest';

/** An arbitrary and what its values are. */
export interface Lawful<T> {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<T>;
  /** Throws if a value is not well-formed. */
  readonly wellFormed: (value: T) => void;
  /** The value as text: what it prints as, without loss. */
  readonly print: (value: T) => string;
  /** Reads the text and prints the value again. */
  readonly reprint: (text: string, value: T) => string;
  /** Falls with every shrink: compared component by component, the first that differs decides. */
  readonly measure: (value: T) => readonly number[];
}

/** Values a law is tried on. */
const RUNS = 40;
/** Shrinks looked at per value; steps of a descent. */
const SHRINKS = 150;
const STEPS = 3000;

/** Drives an arbitrary as fast-check does, for what its public functions do not show. */
function generated<T>({ arbitrary }: Lawful<T>, seed: number, count: number): readonly T[] {
  return fc.sample(arbitrary, { seed, numRuns: count });
}

export function sameSeedSameValue<T>(lawful: Lawful<T>): void {
  const [first, second] = [generated(lawful, 11, RUNS), generated(lawful, 11, RUNS)];
  expect(second).toEqual(first);
  expect(second.map(lawful.print)).toEqual(first.map(lawful.print));
  const other = generated(lawful, 12, RUNS).map(lawful.print);
  expect(other).not.toEqual(first.map(lawful.print));
  expect(new Set(other).size).toBeGreaterThan(RUNS / 4);
}

export function onlyWellFormedValues<T>(lawful: Lawful<T>): void {
  for (const value of generated(lawful, 21, RUNS)) lawful.wellFormed(value);
  for (const value of descent(lawful, 22)) lawful.wellFormed(value);
}

export function textRoundTrip<T>(lawful: Lawful<T>): void {
  for (const value of [...generated(lawful, 31, RUNS), ...descent(lawful, 32)]) {
    const text = lawful.print(value);
    expect(lawful.reprint(text, value)).toBe(text);
  }
}

/** Every shrink of a value is smaller, wherever on a way down the value stands. */
export function shrinksAreSmaller<T>(lawful: Lawful<T>): void {
  const { arbitrary, measure, print } = lawful;
  for (const seed of [41, 42, 43]) {
    let current = first(lawful, seed);
    for (let step = 0; step < 10; step++) {
      const before = measure(current.value);
      let next: fc.Value<T> | undefined;
      let seen = 0;
      for (const shrunk of arbitrary.shrink(current.value, current.context)) {
        const after = measure(shrunk.value);
        const at = after.findIndex((each, index) => each !== before[index]);
        if (at === -1 || (after[at] ?? 0) >= (before[at] ?? 0)) {
          throw new Error(`${after} is not below ${before}:\n${print(current.value)}\n->\n${print(shrunk.value)}`);
        }
        // Another one each time, so that the ways down differ.
        if (++seen % (step + seed) === 1) next = shrunk;
        if (seen === SHRINKS) break;
      }
      if (next === undefined) break;
      current = next;
    }
  }
}

/** Taking always the first shrink, or always the last of the first few, ends. */
export function shrinkingEnds<T>({ arbitrary, ...lawful }: Lawful<T>): void {
  for (const take of [1, 7]) {
    let current: fc.Value<T> | undefined = first({ arbitrary, ...lawful }, 51);
    let steps = 0;
    while (current !== undefined) {
      expect(steps++).toBeLessThan(STEPS);
      let next: fc.Value<T> | undefined;
      let seen = 0;
      for (const shrunk of arbitrary.shrink(current.value, current.context)) {
        next = shrunk;
        if (++seen === take) break;
      }
      current = next;
    }
    expect(steps).toBeGreaterThan(1);
  }
}

/** A counterexample is met again by its seed and path, in one run. */
export function replaysBySeedAndPath<T>({ arbitrary, print }: Lawful<T>): void {
  // Wild but pure: depends on the text only.
  const holds = (value: T) => {
    let hash = 0;
    for (const char of print(value)) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
    return hash % 5 < 3;
  };
  const found = fc.check(fc.property(arbitrary, holds), { seed: 61 });
  expect(found.failed && found.numShrinks > 0).toBe(true);
  let runs = 0;
  const again = fc.check(
    fc.property(arbitrary, (value) => {
      runs++;
      return holds(value);
    }),
    { seed: found.seed, path: found.counterexamplePath ?? '', endOnFailure: true },
  );
  expect(runs).toBe(1);
  expect(again.counterexample?.map(print)).toEqual(found.counterexample?.map(print));
}

/** Two values side by side shrink as they do alone: a shrink depends on the value and its context, on nothing else. */
export function shrinksArePure<T>({ arbitrary, print }: Lawful<T>): void {
  const value = first({ arbitrary }, 71);
  const texts = () =>
    [...arbitrary.shrink(value.value, value.context)].slice(0, SHRINKS).map((shrunk) => print(shrunk.value));
  const once = texts();
  expect(once.length).toBeGreaterThan(0);
  const [deeper] = arbitrary.shrink(value.value, value.context);
  if (deeper !== undefined) for (const _ of arbitrary.shrink(deeper.value, deeper.context)) break;
  expect(texts()).toEqual(once);
}

/** The values on one way down, that of a property which fails for all. */
function* descent<T>(lawful: Lawful<T>, seed: number): Generator<T> {
  let current: fc.Value<T> | undefined = first(lawful, seed);
  for (let step = 0; current !== undefined && step < 60; step++) {
    yield current.value;
    let seen = 0;
    let next: fc.Value<T> | undefined;
    for (const shrunk of lawful.arbitrary.shrink(current.value, current.context)) {
      next = shrunk;
      if (seen++ === step % 5) break;
    }
    current = next;
  }
}

/** A first value with its context. */
function first<T>({ arbitrary }: Pick<Lawful<T>, 'arbitrary'>, seed: number): fc.Value<T> {
  let caught: fc.Value<T> | undefined;
  const catching = new (class extends fc.Arbitrary<T> {
    generate(random: fc.Random, bias: number | undefined): fc.Value<T> {
      caught = arbitrary.generate(random, bias);
      return caught;
    }
    canShrinkWithoutContext(value: unknown): value is T {
      return arbitrary.canShrinkWithoutContext(value);
    }
    shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
      return arbitrary.shrink(value, context);
    }
  })();
  fc.sample(catching, { seed, numRuns: 1 });
  if (caught === undefined) throw new Error('nothing was generated');
  return caught;
}

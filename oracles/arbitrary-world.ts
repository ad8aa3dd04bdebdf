/**
 * Worlds of one program for fast-check. A world is found by a run: each choice the run asks for takes one of the values
 * that explore.ts considers, so a world says what its run reads and nothing else. Shrinking makes it plainer.
 */
import fc from 'fast-check';
import type { Program } from '../src/isa/program.js';
import { WorldExplorer } from './explore.js';
import { Machine } from './machine/machine.js';
import { fixedWorld, type World, type WorldSource } from './world.js';

export interface WorldOptions {
  /** Original instructions that a run may execute. */
  readonly fuel?: number;
}

const FUEL = 100_000;

/** Worlds of a program; sampled with the odds of the judge: constants of its comparisons first, most acquires succeed. */
export function worlds(program: Program, { fuel = FUEL }: WorldOptions = {}): fc.Arbitrary<World> {
  const machine = new Machine();
  machine.load({ program });
  return new WorldArbitrary(
    (random) => sampleWorlds(machine, program, random, 1, fuel)[0] ?? emptyWorld(fuel),
    machine,
  );
}

/** Up to `count` different worlds of the program that the machine has loaded. */
export function sampleWorlds(
  machine: Machine,
  program: Program,
  random: fc.Random,
  count: number,
  fuel: number = FUEL,
): readonly World[] {
  const explorer = new WorldExplorer(program, () => random.nextInt(0, 2 ** 32 - 1) / 2 ** 32, count, fuel);
  const found: World[] = [];
  for (let source = explorer.next(); source !== undefined; source = explorer.next()) {
    machine.run(source, fuel);
    found.push(trimmed(explorer.resolved()));
  }
  return found;
}

/** The same run by a world that says only what the run asks for. The machine has run it afterwards. */
export function runTrimmed(machine: Machine, world: World): World {
  const cb: number[] = [];
  const draw: bigint[] = [];
  const fail: number[] = [];
  const source = fixedWorld(world);
  const recording: WorldSource = {
    context(word) {
      const value = source.context(word);
      while (cb.length <= word) cb.push(0);
      cb[word] = value;
      return value;
    },
    draw(bits) {
      const value = source.draw(bits);
      draw.push(value);
      return value;
    },
    acquireFails(attempt) {
      const fails = source.acquireFails(attempt);
      if (fails) fail.push(attempt);
      return fails;
    },
  };
  machine.run(recording, world.fuel);
  return trimmed({ cb, draw, fail, fuel: world.fuel });
}

/**
 * Plainer worlds, lazily: acquires that succeed after all (every one, then one at a time), inputs that are 0, then 1.
 * Each has fewer failing acquires or an input nearer to 0 in the order 0, 1, any other.
 */
export function* plainerWorlds(world: World): Generator<World> {
  const { cb, draw, fail } = world;
  if (fail.length > 1) yield { ...world, fail: [] };
  for (const attempt of fail) yield { ...world, fail: fail.filter((each) => each !== attempt) };
  for (const value of [0, 1]) {
    for (const [index, word] of cb.entries()) if (word > value) yield { ...world, cb: cb.with(index, value) };
    for (const [index, drawn] of draw.entries()) {
      if (drawn > value) yield { ...world, draw: draw.with(index, BigInt(value)) };
    }
  }
}

class WorldArbitrary extends fc.Arbitrary<World> {
  readonly #sample: (random: fc.Random) => World;
  readonly #machine: Machine;

  constructor(sample: (random: fc.Random) => World, machine: Machine) {
    super();
    this.#sample = sample;
    this.#machine = machine;
  }

  generate(random: fc.Random): fc.Value<World> {
    return new fc.Value(this.#sample(random), undefined);
  }

  canShrinkWithoutContext(value: unknown): value is World {
    return typeof value === 'object' && value !== null && 'cb' in value && 'draw' in value && 'fail' in value;
  }

  shrink(world: World): fc.Stream<fc.Value<World>> {
    const machine = this.#machine;
    return fc.stream(
      (function* () {
        for (const plainer of plainerWorlds(world)) yield new fc.Value(runTrimmed(machine, plainer), undefined);
      })(),
    );
  }
}

/** Without the zeros at the end, which say nothing: an input that is not given is 0. */
function trimmed(world: World): World {
  const cb = world.cb.slice(0, world.cb.findLastIndex((word) => word !== 0) + 1);
  const draw = world.draw.slice(0, world.draw.findLastIndex((value) => value !== 0n) + 1);
  return { ...world, cb, draw };
}

function emptyWorld(fuel: number): World {
  return { cb: [], draw: [], fail: [], fuel };
}

/**
 * Corpus cases for fast-check: a program with the truth of some of its worlds, as the machine tells it. What holds for a
 * reader of the format, or for another interpreter, is a property of these.
 */
import fc from 'fast-check';
import { programs } from '../../generators/arbitrary.js';
import type { ProfileName } from '../../generators/profile.js';
import { plainerWorlds, runTrimmed, sampleWorlds } from '../../oracles/arbitrary-world.js';
import { Machine } from '../../oracles/machine/machine.js';
import type { World } from '../../oracles/world.js';
import { shiftedWorlds } from '../campaign/same-defect.js';
import type { Outcome } from '../contract/outcome.js';
import type { Program } from '../isa/program.js';
import { type Case, DEFAULT_FUEL, type ExpectedOutcome, type ExpectedRun } from './case.js';
import { writeCase } from './write.js';

export interface CaseOptions {
  /** Default: `default`. */
  readonly profile?: ProfileName;
  /** Runs of a case at most, at least 1; default 3. */
  readonly runs?: number;
  /** Original instructions per run; default that of a `run` without `fuel`. */
  readonly fuel?: number;
}

/**
 * Cases with runs and nothing else: no refusals, no known defects, no expected output; those are about subjects. They
 * shrink to one run first, then to a smaller program, then to plainer worlds; the truth is told anew each time. As with
 * `programs`, a shrunk program is well-formed and need not verify, so a run may end in a fault or without fuel.
 */
export function cases({ profile = 'default', runs = 3, fuel = DEFAULT_FUEL }: CaseOptions = {}): fc.Arbitrary<Case> {
  return new CaseArbitrary(programs(profile), Math.max(1, runs), fuel);
}

class CaseArbitrary extends fc.Arbitrary<Case> {
  readonly #programs: fc.Arbitrary<Program>;
  readonly #runs: number;
  readonly #fuel: number;
  readonly #machine = new Machine();

  constructor(of: fc.Arbitrary<Program>, runs: number, fuel: number) {
    super();
    this.#programs = of;
    this.#runs = runs;
    this.#fuel = fuel;
  }

  generate(random: fc.Random, bias: number | undefined): fc.Value<Case> {
    const { value: program, context } = this.#programs.generate(random, bias);
    const machine = this.#machine;
    machine.load({ program });
    const worlds = sampleWorlds(machine, program, random, random.nextInt(1, this.#runs), this.#fuel);
    return new fc.Value(this.#caseOf(program, worlds), context);
  }

  canShrinkWithoutContext(value: unknown): value is Case {
    return (
      typeof value === 'object' &&
      value !== null &&
      'runs' in value &&
      'program' in value &&
      this.#programs.canShrinkWithoutContext(value.program)
    );
  }

  shrink(of: Case, context: unknown): fc.Stream<fc.Value<Case>> {
    return fc.stream(this.#shrinks(of, context));
  }

  /** The context is that of the program: where its shrinking goes on. */
  *#shrinks(of: Case, context: unknown): Generator<fc.Value<Case>> {
    const { program, runs } = of;
    const worlds = runs.map(({ world }) => world);
    if (worlds.length > 1) for (const world of worlds) yield new fc.Value(this.#caseOf(program, [world]), context);
    for (const { value: smaller, context: next } of this.#programs.shrink(program, context)) {
      yield new fc.Value(this.#caseOf(smaller, worlds), next);
      // The program may have lost a draw or an acquire, and what shows its failure has moved up by one.
      if (worlds.length !== 1) continue;
      for (const world of worlds.flatMap(shiftedWorlds)) yield new fc.Value(this.#caseOf(smaller, [world]), next);
    }
    for (const [index, world] of worlds.entries()) {
      for (const plainer of plainerWorlds(world)) {
        yield new fc.Value(this.#caseOf(program, worlds.with(index, plainer)), context);
      }
    }
  }

  /** The case of a program with its truth in these worlds, each world once. */
  #caseOf(program: Program, worlds: readonly World[]): Case {
    const machine = this.#machine;
    machine.load({ program });
    const runs = new Map<string, ExpectedRun>();
    for (const each of worlds) {
      const world = runTrimmed(machine, each);
      const { outcome, ledger } = machine;
      const { cb, draw, fail } = world;
      runs.set(`${cb}/${draw}/${fail}`, {
        world,
        stop: undefined,
        outcome: expected(outcome),
        holds: ledger.names(),
      });
    }
    return printable({
      title: 'a generated program',
      origin: undefined,
      program,
      runs: [...runs.values()],
      refusals: [],
      known: [],
      patches: [],
      expected: [],
    });
  }
}

function expected(outcome: Outcome): ExpectedOutcome {
  switch (outcome.how) {
    case 'exit':
    case 'throw':
      return { how: outcome.how, value: outcome.value };
    case 'fault':
      return { how: 'fault', code: outcome.code };
    case 'stop':
    case 'fuel':
      return { how: outcome.how };
  }
}

/** Gives a case the text that fast-check prints; nothing else sees it. */
function printable(of: Case): Case {
  return Object.defineProperty(of, fc.toStringMethod, { value: () => `\n${writeCase(of)}` });
}

/**
 * Programs for fast-check: generated like those of `fuzz`, from choices seeded by fast-check's own randomness, and shrunk
 * by the project's reducers, so that a failing property ends in a program from which no single instruction can go.
 */
import fc from 'fast-check';
import { labelNames, printProgram } from '../src/asm/print.js';
import { isProgram, type Program } from '../src/isa/program.js';
import { type Position, proposals } from '../src/shrink/proposals.js';
import { seededChoices } from './choices.js';
import { PROFILES, type ProfileName } from './profile.js';
import { generate } from './program.js';

/**
 * Programs of a profile. All of them are well-formed; those that are generated also exit with nothing held, and nearly
 * all verify. Shrinking keeps them well-formed and nothing else: whoever needs verified ones filters. A counterexample is
 * printed as a case of the corpus.
 */
export function programs(profile: ProfileName = 'default'): fc.Arbitrary<Program> {
  return new ProgramArbitrary(profile);
}

class ProgramArbitrary extends fc.Arbitrary<Program> {
  readonly #profile: ProfileName;

  constructor(profile: ProfileName) {
    super();
    this.#profile = profile;
  }

  generate(random: fc.Random): fc.Value<Program> {
    const { program } = generate(seededChoices(`${random.nextInt()}`, 0), PROFILES[this.#profile]);
    return new fc.Value(printable(program), undefined);
  }

  canShrinkWithoutContext(value: unknown): value is Program {
    return isProgram(value);
  }

  shrink(program: Program, context: unknown): fc.Stream<fc.Value<Program>> {
    return fc.stream(shrinks(program, isPosition(context) ? context : undefined));
  }
}

function* shrinks(program: Program, from: Position | undefined): Generator<fc.Value<Program>> {
  for (const { program: smaller, at } of proposals(program, from)) yield new fc.Value(printable(smaller), at);
}

function isPosition(context: unknown): context is Position {
  return typeof context === 'object' && context !== null && 'reducer' in context && 'edit' in context;
}

/** Gives a program the text that fast-check prints; nothing else sees it. */
function printable(program: Program): Program {
  return Object.defineProperty(program, fc.toStringMethod, {
    value: () => `\n${caseText(program)}`,
    configurable: true,
  });
}

/** The program as a corpus file that says nothing about it. */
function caseText(program: Program): string {
  const names = labelNames(program);
  const globals = program.subprograms.filter(({ global }) => global).map(({ start }) => names.get(start));
  return [
    ';! case: a counterexample\n',
    ...program.types.map(({ name, size }) => `;! type: ${name} ${size}\n`),
    ...program.maps.map(({ name, type, size }) => `;! map: ${name} ${type} ${size}\n`),
    ...(globals.length === 0 ? [] : [`;! global: ${globals.join(' ')}\n`]),
    '\n',
    printProgram(program),
  ].join('');
}

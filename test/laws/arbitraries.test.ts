/** The laws of arbitraries, applied to everything that generates: programs of every profile, worlds, cases, instructions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programs } from '../../generators/arbitrary.js';
import { seededChoices } from '../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { worlds } from '../../oracles/arbitrary-world.js';
import type { World } from '../../oracles/world.js';
import { parseProgram } from '../../src/asm/parse.js';
import { labelNames, printProgram } from '../../src/asm/print.js';
import { cases } from '../../src/case/arbitrary.js';
import type { Case } from '../../src/case/case.js';
import { readCase } from '../../src/case/read.js';
import { replayCase } from '../../src/case/replay.js';
import { readRun, writeRuns } from '../../src/case/run.js';
import { Scanner } from '../../src/case/scanner.js';
import { writeCase } from '../../src/case/write.js';
import { type Program, slotsOf } from '../../src/isa/program.js';
import { buildProgram } from '../../src/isa/validate.js';
import { anyProgram } from '../programs.js';
import { measureOf } from '../src/shrink/measure.js';
import {
  type Lawful,
  onlyWellFormedValues,
  replaysBySeedAndPath,
  sameSeedSameValue,
  shrinkingEnds,
  shrinksArePure,
  shrinksAreSmaller,
  textRoundTrip,
} from './arbitrary-laws.js';

function wellFormedProgram(program: Program): void {
  const { types, maps, labels, subprograms, cleanup } = program;
  const names = new Map(subprograms.map(({ start, name }) => [start, name]));
  const globals = new Set(subprograms.flatMap(({ start, global }) => (global ? [start] : [])));
  const built = buildProgram({
    slots: slotsOf(program),
    types,
    maps,
    labels,
    names,
    globals,
    ...(cleanup === undefined ? {} : { cleanup }),
  });
  expect(built).toEqual({ ok: true, program });
}

const program = {
  wellFormed: wellFormedProgram,
  print: printProgram,
  reprint(text: string, { types, maps, subprograms, ...of }: Program): string {
    const names = labelNames({ types, maps, subprograms, ...of });
    const globals = subprograms
      .filter(({ global }) => global)
      .map(({ start }) => ({ name: names.get(start) ?? '', line: 1, column: 1 }));
    const parsed = parseProgram(text, { types, maps, globals });
    return parsed.ok ? printProgram(parsed.program) : JSON.stringify(parsed.errors);
  },
  measure: measureOf,
} satisfies Omit<Lawful<Program>, 'name' | 'arbitrary'>;

/** Enough for generated programs; a shrunk one may loop for ever. */
const FUEL = 3000;

const rank = (value: number | bigint) => (value === 0 || value === 0n ? 0 : value === 1 || value === 1n ? 1 : 2);
const measureOfWorld = ({ cb, draw, fail }: World) => [
  fail.length + [...cb, ...draw].map(rank).reduce((a: number, b) => a + b, 0),
];
const runOf = (world: World) => ({ world, stop: undefined, outcome: { how: 'fuel' }, holds: [] }) as const;

const [busy] = fc.sample(programs('merge-heavy'), { seed: 9, numRuns: 1 });
if (busy === undefined) throw new Error('there is a program');

const world: Lawful<World> = {
  name: 'worlds',
  arbitrary: worlds(busy, { fuel: FUEL }),
  wellFormed({ cb, draw, fail, fuel }) {
    expect(cb.length).toBeLessThanOrEqual(5);
    for (const word of cb) expect(word).toBe(word >>> 0);
    for (const drawn of draw) expect(drawn).toBe(BigInt.asUintN(64, drawn));
    expect(fail.every((attempt, index) => attempt > (fail[index - 1] ?? 0))).toBe(true);
    expect(fuel).toBe(FUEL);
    expect([cb.at(-1), draw.at(-1)]).not.toContain(0);
  },
  print: (value) => writeRuns([runOf(value)]).join('\n'),
  reprint: (text) => writeRuns([readRun(new Scanner(text, 1))]).join('\n'),
  measure: measureOfWorld,
};

const caseRow: Lawful<Case> = {
  name: 'cases',
  arbitrary: cases({ profile: 'merge-heavy', fuel: FUEL }),
  wellFormed(value) {
    wellFormedProgram(value.program);
    expect(value.runs.length).toBeGreaterThan(0);
    for (const run of value.runs) world.wellFormed(run.world);
    // The truth that the case tells is what the machine says when it replays; no subject is asked.
    expect(replayCase(value, { subjects: [] }).mismatches.filter(({ about }) => about === 'run')).toEqual([]);
  },
  print: writeCase,
  reprint(text) {
    const read = readCase(text);
    return read.ok ? writeCase(read.case) : JSON.stringify(read.errors);
  },
  measure: ({ program: of, runs }) => [
    runs.length > 1 ? 1 : 0,
    ...measureOf(of),
    ...runs.map((run) => measureOfWorld(run.world)[0] ?? 0),
  ],
};

/** Laws of everything that generates. */
const SHARED = {
  'same seed, same value': sameSeedSameValue,
  'only well-formed values, shrunk ones too': onlyWellFormedValues,
  'text round trip': textRoundTrip,
  'seed and path repeat a counterexample': replaysBySeedAndPath,
} as const;

/** Laws of shrinking, for what does not shrink by the rules of fast-check's own arbitraries. */
const SHRINKING = {
  'shrinks are smaller by a measure': shrinksAreSmaller,
  'shrinking ends': shrinkingEnds,
  'shrinks depend on value and context alone': shrinksArePure,
} as const;

function lawsOf<T>(lawful: Lawful<T>, own: 'own shrinking' | 'stock shrinking'): void {
  describe(lawful.name, () => {
    const laws = own === 'own shrinking' ? { ...SHARED, ...SHRINKING } : SHARED;
    for (const [title, law] of Object.entries(laws)) it(title, () => law(lawful));
  });
}

for (const name of PROFILE_NAMES) {
  lawsOf({ ...program, name: `programs ${name}`, arbitrary: programs(name) }, 'own shrinking');
}
lawsOf(world, 'own shrinking');
lawsOf(caseRow, 'own shrinking');
lawsOf(
  {
    ...program,
    name: 'generate',
    arbitrary: fc
      .tuple(fc.string(), fc.nat(), fc.constantFrom(...PROFILE_NAMES))
      .map(([seed, index, name]) => generate(seededChoices(seed, index), PROFILES[name]).program),
  },
  'stock shrinking',
);
lawsOf({ ...program, name: 'anyProgram', arbitrary: anyProgram }, 'stock shrinking');

/**
 * What every subject must keep to, whatever its design: laws of one subject and one program. Each says what breaks it, or
 * nothing. They rest on the machine and the judge; none knows how a design works.
 */
import seedrandom from 'seedrandom';
import { seededChoices } from '../../generators/choices.js';
import { PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { compareRuns, digest } from '../../oracles/behaviour.js';
import { formatDefect } from '../../oracles/defect.js';
import { WorldExplorer } from '../../oracles/explore.js';
import { createJudge } from '../../oracles/judge.js';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld, type World } from '../../oracles/world.js';
import { printProgram } from '../asm/print.js';
import type { StopAt } from '../contract/prepared.js';
import type { UnwindStep } from '../contract/unwind.js';
import type { Program } from '../isa/program.js';
import type { Prepared, Refused, Subject } from '../subjects/subject.js';
import type { Analysis } from '../verify/analysis.js';
import { analyse } from '../verify/walk.js';

/** A subject on a program that verifies. */
export interface LawInput {
  readonly subject: Subject;
  readonly program: Program;
  /** Worlds per program at most. */
  readonly worlds: number;
  /** Defects, as `formatDefect` writes them, that the subject is known to have. */
  readonly known: ReadonlySet<string>;
}

export interface Law {
  /** Reads after the subject's name: `refuses stops that are finer than it supports`. */
  readonly title: string;
  /** What breaks the law, or `undefined`. A program that does not verify breaks none. */
  readonly broken: (input: LawInput) => string | undefined;
}

const FUEL = 20_000;
const SEED = '1';

/** The laws, the plainest first: what breaks one often breaks those below as well. */
export const LAWS: readonly Law[] = [
  { title: 'prepares every program, or refuses it with a reason at a pc', broken: takesAll },
  { title: 'refuses stops that are finer than it supports', broken: refusesFinerStops },
  { title: 'gives the same answer again, whatever it prepared in between', broken: isDeterministic },
  { title: 'maps pcs both ways', broken: mapsPcs },
  { title: 'counts the instructions that it adds', broken: countsInstructions },
  { title: 'changes nothing that a run without a throw can show', broken: changesNothing },
  { title: 'releases what is held, once, by its destructor, and nothing else', broken: releasesRight },
];

/** What is prepared between two answers that must be the same. */
const BETWEEN = generate(seededChoices('between', 0), PROFILES['merge-heavy']).program;

/** The answer of a subject to a program, with the walk it was given; `undefined` for a program that does not verify. */
function answerOf({ subject, program }: LawInput, stopAt: StopAt = 'throw') {
  const analysis = analyse(program, { pruning: 'exact' });
  if (analysis.refusal !== undefined) return undefined;
  return { analysis, answer: subject.prepare({ program, analysis, stopAt }) };
}

function preparedOf(input: LawInput): (Prepared & { readonly analysis: Analysis }) | undefined {
  const answered = answerOf(input);
  return answered?.answer.ok === true ? { ...answered.answer, analysis: answered.analysis } : undefined;
}

/** The guard around the subject looks at the shape of everything and throws. */
function takesAll(input: LawInput): undefined {
  preparedOf(input)?.describe();
}

const FINER: Readonly<Record<Subject['stops'], readonly StopAt[]>> = {
  throw: ['points', 'anywhere'],
  points: ['anywhere'],
  anywhere: [],
};

function refusesFinerStops(input: LawInput): string | undefined {
  const { stops } = input.subject;
  const accepted = FINER[stops].find((stopAt) => answerOf(input, stopAt)?.answer.ok);
  return accepted === undefined
    ? undefined
    : `it supports stops at ${stops} only, but accepts the program with stops at ${accepted} (unsupported-stop is the refusal)`;
}

function isDeterministic(input: LawInput): string | undefined {
  const first = answerOf(input);
  if (first === undefined) return undefined;
  const told = words(first.answer);
  const steps = first.answer.ok ? stepsOf(input, first.answer) : [];
  // Something else in between: what a subject remembers must belong to what it prepared.
  const other = analyse(BETWEEN, { pruning: 'exact' });
  input.subject.prepare({ program: BETWEEN, analysis: other, stopAt: 'throw' });
  const differs = (answer: Prepared | Refused): string | undefined =>
    firstDifference(told, words(answer)) ?? (answer.ok ? firstDifference(steps, stepsOf(input, answer)) : undefined);
  const later = differs(first.answer);
  if (later !== undefined) return `what it prepared is another thing after it prepared something else: ${later}`;
  const again = answerOf(input)?.answer;
  const difference = again === undefined ? 'there is none' : differs(again);
  return difference === undefined ? undefined : `the second answer differs: ${difference}`;
}

/** All that an answer says, in words. */
function words(answer: Prepared | Refused): readonly string[] {
  if (!answer.ok) return [JSON.stringify(answer.refusal)];
  const { program, pcMap, cost, reserved, intrinsics } = answer;
  return [
    ...printProgram(program).split('\n'),
    ...intrinsics.map(({ pc, name }) => `${pc} ${name}`),
    `pcs ${Array.from(pcMap.toPrepared)} ${Array.from(pcMap.toOriginal)} ${Array.from(pcMap.serves ?? [])}`,
    JSON.stringify({ cost, reserved }),
    ...answer.describe(),
  ];
}

/** What the unwinder asks for in every world that ends in a throw, in words. */
function stepsOf(input: LawInput, prepared: Prepared): readonly string[] {
  return runsOf(input, prepared).flatMap(({ machine, world }) => {
    machine.run(fixedWorld(world), FUEL);
    return machine.outcome.how === 'throw' ? Array.from(prepared.unwind(machine.stopped()), stepWords) : [];
  });
}

function stepWords(step: UnwindStep): string {
  return JSON.stringify(step, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}

function firstDifference(one: readonly string[], two: readonly string[]): string | undefined {
  const length = Math.max(one.length, two.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => one[index] !== two[index]);
  return at === undefined ? undefined : `${one[at] ?? 'nothing'}, then ${two[at] ?? 'nothing'}`;
}

/** A machine with the prepared program, and the worlds of the original one after the other. */
function runsOf({ program, worlds }: LawInput, prepared: Prepared) {
  const original = new Machine();
  original.load({ program });
  const machine = new Machine();
  machine.load({ ...prepared, stackDepth: prepared.cost.stack });
  const explorer = new WorldExplorer(program, seedrandom.alea(SEED), worlds, FUEL);
  const all: World[] = [];
  for (let source = explorer.next(); source !== undefined; source = explorer.next()) {
    original.run(source, FUEL);
    all.push(explorer.resolved());
  }
  return all.map((world) => ({ original, machine, world }));
}

function mapsPcs(input: LawInput): string | undefined {
  const prepared = preparedOf(input);
  if (prepared === undefined) return undefined;
  const { toPrepared, toOriginal, serves } = prepared.pcMap;
  for (let pc = 0; pc < input.program.length; pc++) {
    const there = toPrepared[pc] ?? -1;
    if (there === -1) continue;
    if (toOriginal[there] !== pc) return `original ${pc} is ${there} there, which is said to be ${toOriginal[there]}`;
    if (input.program.subprogramOf[pc] !== prepared.program.subprogramOf[there]) {
      return `original ${pc} is ${there} there, in another subprogram`;
    }
  }
  for (let pc = 0; pc < prepared.program.length; pc++) {
    const here = toOriginal[pc] ?? -1;
    if (here !== -1 && toPrepared[here] !== pc)
      return `${pc} is said to be original ${here}, which is ${toPrepared[here]} there`;
    if (serves !== undefined && here !== -1 && serves[pc] !== here) return `original ${here} serves ${serves[pc]}`;
  }
  const moved = Array.from(toPrepared).findIndex((there, pc) => there !== pc);
  if (prepared.program === input.program && moved !== -1)
    return `the program is as it was, but original ${moved} moved`;
  return undefined;
}

function countsInstructions(input: LawInput): string | undefined {
  const prepared = preparedOf(input);
  if (prepared === undefined) return undefined;
  const added = Array.from(prepared.pcMap.toOriginal).filter((pc) => pc === -1).length;
  const { instructionsAdded } = prepared.cost;
  return added === instructionsAdded ? undefined : `cost.instructionsAdded is ${instructionsAdded}; ${added} are new`;
}

function changesNothing(input: LawInput): string | undefined {
  const prepared = preparedOf(input);
  if (prepared === undefined || prepared.program === input.program) return undefined;
  for (const { original, machine, world } of runsOf(input, prepared)) {
    original.run(fixedWorld(world), FUEL);
    machine.run(fixedWorld(world), FUEL);
    if (original.outcome.how === 'throw' && machine.outcome.how === 'throw') continue;
    const fault = compareRuns(digest(original), digest(machine));
    if (fault !== undefined) return `${fault.defect.verdict}: ${fault.detail}; in the world ${worldWords(world)}`;
  }
  return undefined;
}

const worldWords = ({ cb, draw, fail }: World) => `cb=[${cb}] draw=[${draw}] fail=[${fail}]`;

function releasesRight(input: LawInput): string | undefined {
  return wrongIn(input, []);
}

/** What the subject does wrong and is not known to, in worlds that are given and in the program's own. */
export function wrongIn({ subject, program, worlds, known }: LawInput, first: readonly World[]): string | undefined {
  const judge = createJudge({
    subjects: [subject],
    pruning: 'exact',
    stopAt: 'throw',
    worlds,
    fuel: FUEL,
    seed: SEED,
    containment: false,
    patches: true,
  });
  const verdict = judge.judge(program, { worlds: first }).subjects.get(subject.name);
  if (verdict?.defect === undefined || known.has(formatDefect(verdict.defect))) return undefined;
  const { detail = '', world } = verdict.evidence ?? {};
  return `${formatDefect(verdict.defect)}: ${detail}${world === undefined ? '' : `; in the world ${worldWords(world)}`}`;
}

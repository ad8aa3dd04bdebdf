/**
 * Replays a case: runs the machine in every world it names, judges every subject there, and compares with what the file
 * says about truth, refusals, known defects and, where it has any, expected output.
 */
import { formatDefect } from '../../oracles/defect.js';
import { createJudge } from '../../oracles/judge.js';
import type { Judgement, SubjectVerdict } from '../../oracles/judgement.js';
import { Machine } from '../../oracles/machine/machine.js';
import { outcomeText } from '../../oracles/outcome.js';
import { fixedWorld } from '../../oracles/world.js';
import { labelNames } from '../asm/print.js';
import type { Refusal } from '../contract/refusal.js';
import type { FindingVerdict } from '../contract/verdict.js';
import { prepareInput } from '../subjects/input.js';
import { SUBJECTS, subjectByName } from '../subjects/registry.js';
import type { Subject } from '../subjects/subject.js';
import type { Pruning } from '../verify/analysis.js';
import { type Case, DEFAULT_FUEL, DEFAULT_PRUNING, type ExpectedRefusal, plansOf, VERIFIER } from './case.js';
import { outcomeWords } from './run.js';

export interface ReplaySettings {
  /**
   * Default: all of the registry. What a file says about others is left alone. One from outside may refuse a case that
   * does not speak of it: whoever wrote the file did not know it.
   */
  readonly subjects?: readonly Subject[];
  /** Default: that of the case. */
  readonly pruning?: Pruning;
}

/** Where a replay went otherwise than the file says. */
export interface Mismatch {
  readonly about: 'run' | 'refusal' | 'defect' | 'output';
  /** The item of the file: `run 0`, `known 1`, `instruction 15`, `expected`; see `ReadCase.items`. */
  readonly item: string;
  readonly expected: string;
  readonly actual: string;
}

/** A defect that a subject shows in a case. */
export interface ShownDefect {
  readonly subject: string;
  readonly defect: string;
  readonly verdict: FindingVerdict;
  readonly detail: string | undefined;
  /** Original pc of the instruction that threw. */
  readonly pc: number | undefined;
  /** The reason the file gives, if it knows it. */
  readonly known: string | undefined;
}

export interface Replayed {
  readonly mismatches: readonly Mismatch[];
  readonly defects: readonly ShownDefect[];
  /** What each accepting subject knows and costs: the lines that bless would write for a file without any. */
  readonly output: readonly string[];
}

/** Replays a case. Nothing is written. Throws only for bugs of unwindiff (HarnessBug and the like). */
export function replayCase(of: Case, settings: ReplaySettings = {}): Replayed {
  const subjects = settings.subjects ?? SUBJECTS;
  const pruning = settings.pruning ?? of.pruning ?? DEFAULT_PRUNING;
  const judgement = createJudge({
    subjects,
    pruning,
    stopAt: of.stopAt ?? 'throw',
    worlds: 0,
    fuel: DEFAULT_FUEL,
    seed: '1',
  }).judge(of.program, {
    worlds: of.runs.filter(({ stop }) => stop === undefined).map(({ world }) => world),
    plans: plansOf(of),
  });
  const output = describe(of, subjects, judgement, pruning);
  const mismatches = [
    ...compareRuns(of),
    ...compareRefusals(of, judgement, subjects),
    ...compareDefects(of, judgement, subjects),
    ...compareOutput(of, output, subjects),
  ];
  return { mismatches, defects: shownDefects(of, judgement, subjects), output };
}

/** Subjects whose known defects a case tells, but which were neither replayed nor are ours: nothing was checked of them. */
export function unreplayed(of: Case, subjects: readonly Subject[]): readonly string[] {
  const names = new Set(of.known.map(({ subject }) => subject));
  return [...names].filter(
    (name) => subjectByName(name) === undefined && !subjects.some((subject) => subject.name === name),
  );
}

/** One sentence: what the file says and what happened. */
export function mismatchText({ about, expected, actual }: Mismatch): string {
  const cure = about === 'output' ? ' (replay --bless rewrites it)' : '';
  return `${about}: expected ${expected}, found ${actual}${cure}`;
}

function compareRuns({ program, runs }: Case): readonly Mismatch[] {
  const machine = new Machine();
  machine.load({ program });
  return runs.flatMap(({ world, stop, outcome, holds }, index): Mismatch[] => {
    machine.run(fixedWorld(world), world.fuel, stop);
    const expected = `${outcomeWords(outcome)} holds=[${holds.join(',')}]`;
    const actual = `${outcomeText(machine.outcome)} holds=[${machine.ledger.names().join(',')}]`;
    return expected === actual ? [] : [{ about: 'run', item: `run ${index}`, expected, actual }];
  });
}

const refusalWords = ({ code, words, pc }: ExpectedRefusal) => `${code} at ${pc}${words === '' ? '' : ` '${words}'`}`;
const actualWords = ({ code, message, pc }: Refusal) => `${code} at ${pc} '${message}'`;

function meets(expected: ExpectedRefusal, actual: Refusal): boolean {
  return expected.code === actual.code && expected.pc === actual.pc && actual.message.includes(expected.words);
}

/** What each subject, and the walk they share, says against what the file says of it. */
function compareRefusals(of: Case, judgement: Judgement, subjects: readonly Subject[]): readonly Mismatch[] {
  const names = new Set([VERIFIER, ...[...SUBJECTS, ...subjects].map(({ name }) => name)]);
  const mismatches: Mismatch[] = of.refusals.flatMap((row) =>
    row.subjects
      .filter((name) => !names.has(name))
      .map((name) => ({
        about: 'refusal',
        item: `instruction ${row.pc}`,
        expected: `one of the subjects ${[...names].join(', ')}, or one that --subject FILE loads`,
        actual: `'${name}'`,
      })),
  );
  const walked = judgement.refusal !== undefined;
  const compare = (name: string, actual: Refusal | undefined): void => {
    const rows = of.refusals.filter((row) => row.subjects.includes(name));
    const said = rows.map(refusalWords).join(' or ');
    if (actual === undefined) {
      for (const row of rows) {
        const item = `instruction ${row.pc}`;
        mismatches.push({ about: 'refusal', item, expected: `${name}: ${said}`, actual: 'that it accepts the case' });
      }
    } else if (rows.length === 0 && name !== VERIFIER && subjectByName(name) === undefined) {
      return;
    } else if (rows.length === 0 && actual.code === 'no-pads' && of.program.cleanup === undefined) {
      // A case without landing pads need not speak of the design that wants them.
      return;
    } else if (!rows.some((row) => meets(row, actual))) {
      const expected = rows.length === 0 ? `that ${name} accepts the case` : `${name}: ${said}`;
      const item = `instruction ${rows[0]?.pc ?? actual.pc}`;
      mismatches.push({ about: 'refusal', item, expected, actual: actualWords(actual) });
    }
  };
  compare(VERIFIER, judgement.refusal);
  if (!walked) for (const { name } of subjects) compare(name, judgement.subjects.get(name)?.refusal);
  return mismatches;
}

const defectOf = (verdict: SubjectVerdict | undefined) =>
  verdict?.defect === undefined ? undefined : formatDefect(verdict.defect);

/** Every defect that shows must be known, and every known one must show. */
function compareDefects(of: Case, judgement: Judgement, subjects: readonly Subject[]): readonly Mismatch[] {
  return subjects.flatMap(({ name }): Mismatch[] => {
    const verdict = judgement.subjects.get(name);
    const shown = defectOf(verdict);
    const known = of.known.map((row, index) => ({ ...row, index })).filter(({ subject }) => subject === name);
    const mismatches: Mismatch[] = known
      .filter(({ defect }) => defect !== shown)
      .map(({ defect, index }) => ({
        about: 'defect',
        item: `known ${index}`,
        expected: `${name}: ${defect}`,
        actual: shown ?? verdict?.verdict ?? 'nothing',
      }));
    if (shown !== undefined && known.length === 0) {
      const detail = verdict?.evidence?.detail;
      const actual = detail === undefined ? shown : `${shown} (${detail})`;
      mismatches.push({ about: 'defect', item: 'case 0', expected: `${name}: no defect`, actual });
    }
    return mismatches;
  });
}

function shownDefects(of: Case, judgement: Judgement, subjects: readonly Subject[]): readonly ShownDefect[] {
  return subjects.flatMap(({ name }): ShownDefect[] => {
    const verdict = judgement.subjects.get(name);
    if (verdict?.defect === undefined) return [];
    const defect = formatDefect(verdict.defect);
    const known = of.known.find((row) => row.subject === name && row.defect === defect)?.reason;
    const { detail, pc } = verdict.evidence ?? { detail: undefined, pc: undefined };
    return [{ subject: name, defect, verdict: verdict.defect.verdict, detail, pc, known }];
  });
}

/** One block of lines per accepting subject: what it knows, then how much stack it adds to each subprogram. */
function describe(
  { program, stopAt }: Case,
  subjects: readonly Subject[],
  judgement: Judgement,
  pruning: Pruning,
): readonly string[] {
  if (judgement.refusal !== undefined) return [];
  const input = prepareInput(program, pruning, stopAt ?? 'throw');
  const names = labelNames(program);
  return subjects.flatMap((subject): string[] => {
    const prepared = subject.prepare(input);
    if (!prepared.ok) return [];
    const growth = judgement.subjects.get(subject.name)?.growth?.perSubprogram ?? [];
    const stack = program.subprograms.map(({ start }, index) => `${names.get(start)} +${growth[index] ?? 0}`);
    return [
      ...prepared.describe().map((line) => `${subject.name} ${line}`),
      `stack ${subject.name} ${stack.join(' ')}`,
    ];
  });
}

/** The subject an expected line is about. */
function subjectOf(line: string): string {
  const [first = '', second = ''] = line.split(' ');
  return first === 'stack' ? second : first;
}

/**
 * The expected lines a file should have: those of the subjects it mentions, or of all if it has none. Lines of subjects
 * that are not replayed stay as they are.
 */
export function blessedLines(of: Case, output: readonly string[], subjects: readonly Subject[]): readonly string[] {
  if (of.expected.length === 0) return output;
  const replayed = new Set(subjects.map(({ name }) => name));
  const mentioned = [...new Set(of.expected.map(subjectOf))];
  return mentioned.flatMap((name) =>
    (replayed.has(name) ? output : of.expected).filter((line) => subjectOf(line) === name),
  );
}

function compareOutput(of: Case, output: readonly string[], subjects: readonly Subject[]): readonly Mismatch[] {
  if (of.expected.length === 0) return [];
  const should = blessedLines(of, output, subjects);
  const differs = Array.from({ length: Math.max(should.length, of.expected.length) }, (_, index) => index).find(
    (index) => should[index] !== of.expected[index],
  );
  if (differs === undefined) return [];
  const quote = (line: string | undefined) => (line === undefined ? 'no further line' : `'${line}'`);
  return [{ about: 'output', item: 'expected', expected: quote(of.expected[differs]), actual: quote(should[differs]) }];
}

/** A finding as a corpus file: the program itself, the world that shows it, who refuses it and which defects are known in it. */
import { formatDefect } from '../../oracles/defect.js';
import type { Evidence, Judgement, ReleaseRecord, TruthRow } from '../../oracles/judgement.js';
import type { World } from '../../oracles/world.js';
import type { Case, ExpectedOutcome, ExpectedRefusal, ExpectedRun, KnownDefect } from '../case/case.js';
import { DEFAULT_PRUNING, VERIFIER } from '../case/case.js';
import { writeCase } from '../case/write.js';
import type { StopAt } from '../contract/prepared.js';
import type { Refusal } from '../contract/refusal.js';
import type { Verdict } from '../contract/verdict.js';
import type { Program } from '../isa/program.js';
import { prepareInput } from '../subjects/input.js';
import { subjectByName } from '../subjects/registry.js';
import type { Subject } from '../subjects/subject.js';
import type { Pruning } from '../verify/analysis.js';
import { type CampaignSettings, profileAt } from './plan.js';

/** What a finding's file holds, and the same for a report. */
export interface FindingFile {
  /** The corpus file. */
  readonly text: string;
  readonly program: Program;
  /** What the subject did wrong where. */
  readonly evidence: Evidence | undefined;
  /** What the design knows about the program: its descriptors or tables, one a line. */
  readonly claims: readonly string[];
  /** What the other subjects did with the program in the same world. */
  readonly others: readonly OtherDesign[];
}

/** One subject beside the one that is wrong: it refused the program, or released this. */
export interface OtherDesign {
  readonly subject: string;
  readonly verdict: Verdict;
  readonly refusal?: Refusal;
  readonly releases?: readonly ReleaseRecord[];
}

/** Where a finding comes from. */
export interface About extends Pick<CampaignSettings, 'seed' | 'profile' | 'pruning' | 'stopAt'> {
  readonly index: number;
  readonly subject: string;
  /** The subject itself, to ask what it knows; default: ours of that name. */
  readonly design?: Subject | undefined;
  readonly defect: string;
}

/**
 * Writes the file of a finding. `judgement` must be that of all subjects on this very program, the world that shows the
 * finding first.
 */
export function writeFinding(program: Program, judgement: Judgement, about: About): FindingFile {
  const { seed, index, subject, defect } = about;
  const found = findingCase(program, judgement, {
    title: `${subject} ends in ${defect} (profile ${profileAt(about.profile, index)})`,
    origin: { by: 'fuzz', seed, index },
    pruning: about.pruning,
    stopAt: about.stopAt,
    subject,
    reason: 'found by fuzzing',
  });
  const evidence = judgement.subjects.get(subject)?.evidence;
  return {
    text: writeCase(found),
    program,
    evidence,
    claims: claimsOf(program, about),
    others: othersOf(judgement, subject),
  };
}

/**
 * A judged program as a case that replays: its truth, its refusals, and as known what each subject does wrong. Of subjects
 * from outside only the one that it is about is named: the file must replay where the others cannot be loaded.
 */
export function findingCase(
  program: Program,
  judgement: Judgement,
  about: Pick<Case, 'title' | 'origin'> & {
    readonly pruning: Pruning;
    readonly stopAt?: StopAt;
    readonly subject: string;
    readonly reason: string;
  },
): Case {
  const { subject, reason } = about;
  const subjects = new Map(
    [...judgement.subjects].filter(([name]) => name === subject || subjectByName(name) !== undefined),
  );
  const told = { ...judgement, subjects };
  return {
    title: about.title,
    origin: about.origin,
    ...(about.pruning === DEFAULT_PRUNING ? {} : { pruning: about.pruning }),
    ...((about.stopAt ?? 'throw') === 'throw' ? {} : { stopAt: about.stopAt }),
    program,
    runs: runsOf(told),
    refusals: refusalsOf(told),
    known: knownOf(told, subject, reason),
    patches: judgement.subjects.get(about.subject)?.evidence?.patches ?? [],
    expected: [],
  };
}

/**
 * The worlds that show the finding of some subject, in the order in which they were run: the first of several defects
 * of one rank counts, so the order is part of what has to be repeated.
 */
function runsOf({ truth, subjects }: Judgement): ExpectedRun[] {
  const shown = new Set([...subjects.values()].flatMap(({ evidence }) => (evidence ? [worldKey(evidence.world)] : [])));
  const rows = new Map(
    truth.filter(({ world }) => shown.has(worldKey(world))).map((row) => [worldKey(row.world), row]),
  );
  return [...rows.values()].map(runOf);
}

/** The truth of one world as a `run`. */
function runOf({ world, outcome, holds }: TruthRow): ExpectedRun {
  return { world: trimmed(world), stop: undefined, outcome: expectedOutcome(outcome), holds };
}

function worldKey({ cb, draw, fail, fuel }: World): string {
  return `${cb.join()}/${draw.join()}/${fail.join()}/${fuel}`;
}

/** Without the zeros at the end, which say nothing: inputs that are not given are 0. */
function trimmed(world: World): World {
  const cb = world.cb.slice(0, world.cb.findLastIndex((word) => word !== 0) + 1);
  const draw = world.draw.slice(0, world.draw.findLastIndex((value) => value !== 0n) + 1);
  return { ...world, cb, draw };
}

function expectedOutcome(outcome: string): ExpectedOutcome {
  const [how, value] = outcome.split(' ');
  if ((how === 'exit' || how === 'throw') && value !== undefined) return { how, value: BigInt(value) };
  if (how === 'fuel' || how === 'stop') return { how };
  throw new Error(`the original ended in '${outcome}'`);
}

function refusalsOf(judgement: Judgement): ExpectedRefusal[] {
  const row = (subjects: readonly string[], { code, pc }: { code: ExpectedRefusal['code']; pc: number }) => ({
    subjects,
    code,
    words: '',
    pc,
  });
  if (judgement.refusal !== undefined) return [row([VERIFIER], judgement.refusal)];
  const rows = new Map<string, ExpectedRefusal>();
  for (const [name, { refusal }] of judgement.subjects) {
    // Goes without saying of a program without pads.
    if (refusal === undefined || refusal.code === 'no-pads') continue;
    const key = `${refusal.pc} ${refusal.code}`;
    rows.set(key, row([...(rows.get(key)?.subjects ?? []), name], refusal));
  }
  return [...rows.values()].sort((a, b) => a.pc - b.pc);
}

function knownOf(judgement: Judgement, about: string, reason: string): KnownDefect[] {
  return [...judgement.subjects].flatMap(([subject, { defect }]) =>
    defect === undefined
      ? []
      : [{ subject, defect: formatDefect(defect), reason: subject === about ? reason : 'shown by the same program' }],
  );
}

function othersOf(judgement: Judgement, about: string): OtherDesign[] {
  return [...judgement.subjects].flatMap(([subject, { verdict, refusal, releases }]) =>
    subject === about
      ? []
      : [
          {
            subject,
            verdict,
            ...(refusal === undefined ? {} : { refusal }),
            ...(releases === undefined ? {} : { releases }),
          },
        ],
  );
}

function claimsOf(program: Program, about: About): readonly string[] {
  const prepared = (about.design ?? subjectByName(about.subject))?.prepare(
    prepareInput(program, about.pruning, about.stopAt),
  );
  return prepared?.ok === true ? prepared.describe() : [];
}

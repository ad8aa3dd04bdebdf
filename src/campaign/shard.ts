/** The work of one worker: generate and judge a batch of programs, or shrink one finding. The same in a thread or not. */
import { seededChoices } from '../../generators/choices.js';
import { type Coverage, emptyCoverage, recordEmissions } from '../../generators/coverage.js';
import { PROFILES } from '../../generators/profile.js';
import { generate } from '../../generators/program.js';
import { formatDefect } from '../../oracles/defect.js';
import { HarnessBug } from '../../oracles/harness-bug.js';
import { createJudge } from '../../oracles/judge.js';
import type { Judgement } from '../../oracles/judgement.js';
import type { World } from '../../oracles/world.js';
import { printProgram } from '../asm/print.js';
import type { PatchPlan } from '../contract/patch-plan.js';
import type { FindingVerdict } from '../contract/verdict.js';
import { instructionCount, type Program } from '../isa/program.js';
import { SubjectFailure } from '../subjects/failure.js';
import { SUBJECTS, subjectByName } from '../subjects/registry.js';
import type { Subject } from '../subjects/subject.js';
import { addComparison } from './comparison.js';
import { type FindingFile, writeFinding } from './finding-file.js';
import { type Batch, type CampaignSettings, profileAt } from './plan.js';
import { showingOf, shrinkFinding } from './same-defect.js';
import { type FailedSubject, failedSubject } from './same-failure.js';
import { addJudgement, emptyTally, type Tally } from './stats.js';

/** The first program of a batch that shows a defect, and how many of the batch do. */
export interface Sighting {
  readonly subject: string;
  /** As `formatDefect` writes it. */
  readonly defect: string;
  readonly verdict: FindingVerdict;
  readonly index: number;
  readonly programs: number;
}

/** A bug of ours: what was being done to which program when it showed. */
export interface Crash {
  readonly index: number;
  readonly stage: 'generate' | 'judge' | 'shrink';
  readonly message: string;
  readonly stack: string;
  /** The program in text, if there was one by then. */
  readonly program?: string;
  /** Set if it is no bug of ours: a subject from outside failed. */
  readonly failure?: FailedSubject;
}

export interface BatchResult {
  readonly batch: Batch;
  /** Of the programs before a crash. */
  readonly tally: Tally;
  readonly sightings: readonly Sighting[];
  /** What the generator emitted, if that was asked for. */
  readonly coverage?: Coverage;
  readonly crash?: Crash;
}

/** A finding made small: its file and what people want to see of it. */
export interface Minimised {
  readonly file: FindingFile;
  readonly insns: number;
  readonly insnsBefore: number;
  readonly calls: number;
  readonly ended: 'minimal' | 'out of calls' | 'out of rounds' | 'not shrunk';
}

export type MinimiseResult =
  | { readonly ok: true; readonly minimised: Minimised }
  | { readonly ok: false; readonly crash: Crash };

export interface Shard {
  run(batch: Batch, wantCoverage: boolean): BatchResult;
  /** `asFound`: writes the generated program as it is. */
  minimise(sighting: Sighting, asFound: boolean): MinimiseResult;
}

/** A shard with judges of its own; `outside` are the subjects of `settings.modules`, loaded. */
export function createShard(settings: CampaignSettings, outside: readonly Subject[] = []): Shard {
  const all = [...SUBJECTS, ...outside];
  const chosen = all.filter(({ name }) => settings.subjects.includes(name));
  const judge = createJudge({ ...settings, subjects: chosen });
  // A finding's file says what every subject does with the program in the one world that shows it.
  const everyone = createJudge({ ...settings, subjects: all, worlds: 0 });
  // Shrinking asks thousands of times; that the verifier allowed for the states was checked when the finding was met.
  const quick = createJudge({ ...settings, subjects: chosen, containment: false });
  const other =
    settings.comparePruning === undefined
      ? undefined
      : createJudge({ ...settings, subjects: chosen, pruning: settings.comparePruning, containment: false });
  const make = (index: number) =>
    generate(seededChoices(settings.seed, index), PROFILES[profileAt(settings.profile, index)]);
  const broken = (error: unknown, index: number, stage: Crash['stage'], program: Program | undefined): Crash => {
    const crash = crashOf(error, index, stage, program);
    if (!(error instanceof SubjectFailure)) return crash;
    return { ...crash, failure: failedSubject(error, quick, everyone, settings, index) };
  };
  return {
    run(batch, wantCoverage) {
      const tally = emptyTally(settings.subjects);
      const sightings = new Map<string, Sighting>();
      const coverage = wantCoverage ? emptyCoverage() : undefined;
      const result = () => ({
        batch,
        tally,
        sightings: [...sightings.values()],
        ...(coverage === undefined ? {} : { coverage }),
      });
      for (let index = batch.from; index < batch.from + batch.count; index++) {
        let stage: Crash['stage'] = 'generate';
        let program: Program | undefined;
        try {
          const generated = make(index);
          program = generated.program;
          if (coverage !== undefined) recordEmissions(coverage, generated.emitted);
          stage = 'judge';
          const judgement = judge.judge(program);
          assertRewritesVerify(judgement);
          addJudgement(tally, judgement);
          if (other !== undefined) addComparison(tally.comparison, judgement, other.judge(program), index);
          see(sightings, judgement, index);
        } catch (error) {
          return { ...result(), crash: broken(error, index, stage, program) };
        }
      }
      return result();
    },
    minimise({ subject, defect, index }, asFound) {
      let program: Program | undefined;
      try {
        const original = make(index).program;
        program = original;
        const evidence = showingOf(judge, original, subject, defect);
        if (evidence === undefined) throw new Error(`${subject}: ${defect} does not show any more`);
        const insnsBefore = instructionCount(original);
        const written = (small: Program, world: World, patches: PatchPlan | undefined) => {
          const plans = patches === undefined ? [] : [patches];
          const judgement = everyone.judge(small, { worlds: [world], plans });
          const design = all.find(({ name }) => name === subject);
          return writeFinding(small, judgement, { ...settings, index, subject, defect, design });
        };
        const { world, patches } = evidence;
        if (asFound) {
          const file = written(original, world, patches);
          return { ok: true, minimised: { file, insns: insnsBefore, insnsBefore, calls: 0, ended: 'not shrunk' } };
        }
        const found = { subject, defect, world, patches, pruning: settings.pruning };
        const shrunk = shrinkFinding(quick, original, found);
        program = shrunk.program;
        const file = written(program, shrunk.world, shrunk.patches);
        const { calls, ended } = shrunk;
        return { ok: true, minimised: { file, insns: instructionCount(program), insnsBefore, calls, ended } };
      } catch (error) {
        return { ok: false, crash: broken(error, index, 'shrink', program) };
      }
    },
  };
}

/** A generated program is small: that our rewrite of it does not verify is a bug of ours, not a property of the design. */
function assertRewritesVerify({ subjects }: Judgement): void {
  for (const [subject, { refusal }] of subjects) {
    if (refusal?.code === 'rewrite-rejected' && subjectByName(subject) !== undefined)
      throw new HarnessBug(`${subject}: ${refusal.message}`);
  }
}

function see(sightings: Map<string, Sighting>, judgement: Judgement, index: number): void {
  for (const [subject, { defect }] of judgement.subjects) {
    if (defect === undefined) continue;
    const text = formatDefect(defect);
    const key = `${subject} ${text}`;
    const known = sightings.get(key);
    sightings.set(
      key,
      known === undefined
        ? { subject, defect: text, verdict: defect.verdict, index, programs: 1 }
        : { ...known, programs: known.programs + 1 },
    );
  }
}

function crashOf(error: unknown, index: number, stage: Crash['stage'], program: Program | undefined): Crash {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return program === undefined
    ? { index, stage, message, stack }
    : { index, stage, message, stack, program: printProgram(program) };
}

/**
 * Runs every prepared program in the same worlds and says, per subject, one verdict: the worst it did in any of them.
 *
 * The original is run first in each world; its ledger is the truth. A subject that did not rewrite the program unwinds
 * from that very run; a rewrite runs on a machine of its own, is compared with the original and then unwinds. Some worlds
 * are run again with patched programs (maintenance.ts).
 */
import seedrandom from 'seedrandom';
import type { PatchPlan } from '../src/contract/patch-plan.js';
import type { StopAt } from '../src/contract/prepared.js';
import type { Refusal } from '../src/contract/refusal.js';
import type { Program } from '../src/isa/program.js';
import { fineStop } from '../src/isa/stop-points.js';
import type { PrepareInput, Subject } from '../src/subjects/subject.js';
import type { Analysis, CompletePruning, Pruning } from '../src/verify/analysis.js';
import { Arena } from '../src/verify/arena.js';
import { isComplete } from '../src/verify/pruning.js';
import { stopVisits } from '../src/verify/stop-visits.js';
import { analyse, type RecordedAnalysis } from '../src/verify/walk.js';
import { compareRuns, digest, type RunDigest } from './behaviour.js';
import { type CleanupFault, judgeCleanup, severity } from './cleanup.js';
import { ContainmentChecker } from './containment.js';
import { WorldExplorer } from './explore.js';
import { HarnessBug } from './harness-bug.js';
import type { Evidence, Judgement, ReleaseRecord, SubjectVerdict, TruthRow } from './judgement.js';
import { Machine } from './machine/machine.js';
import { type Benches, Maintenance, type Shown } from './maintenance.js';
import { outcomeText } from './outcome.js';
import { drawPlan } from './patch-plan.js';
import { stackGrowth } from './stack-growth.js';
import { StakesCounter } from './stakes.js';
import { Stopping, stopInWindows } from './stopping.js';
import { fixedWorld, type StopPoint, type World, type WorldSource } from './world.js';

export interface JudgeOptions {
  readonly subjects: readonly Subject[];
  /** What the subjects see of a program. That it verifies, containment and the stakes are judged by a complete pruning. */
  readonly pruning: Pruning;
  readonly stopAt: StopAt;
  /** Worlds per program at most. */
  readonly worlds: number;
  /** Original instructions per run at most. */
  readonly fuel: number;
  /** Worlds depend on this and on the program, on nothing else. */
  readonly seed: string;
  /** Check the verifier's states on every run (default: yes). */
  readonly containment?: boolean;
  /** Run every program also under a plan of patches drawn for it (default: no). */
  readonly patches?: boolean;
}

/** Narrows a judgement, e.g. while shrinking. */
export interface Focus {
  /** Only these subjects; default: all. */
  readonly subjects?: readonly string[];
  /** Worlds to try before any other. */
  readonly worlds?: readonly World[];
  /** Plans of patches to run the program under; default: the one drawn for it, if that is asked for. */
  readonly plans?: readonly PatchPlan[];
  /** Stop after the first world in which this returns true; verdicts are then those so far. */
  readonly until?: (subject: string, verdict: SubjectVerdict) => boolean;
}

export interface Judge {
  /** Judges one program. Throws a HarnessBug if unwindiff contradicts itself. */
  judge(program: Program, focus?: Focus): Judgement;
}

/** A judge with machines of its own; not to be shared between threads. */
export function createJudge(options: JudgeOptions): Judge {
  const original = new Machine();
  // States of the program being judged; nothing of a judgement refers to them.
  const states = new Arena();
  const rewrites = new Map<string, Machine>();
  const benches: Benches = new Map();
  const stopping = new Stopping();
  const fine = fineStop(options.stopAt);
  const machineOf = (subject: string): Machine => {
    const known = rewrites.get(subject);
    if (known !== undefined) return known;
    const machine = new Machine();
    rewrites.set(subject, machine);
    return machine;
  };
  return {
    judge(program, focus = {}) {
      // Where a program can be stopped anywhere, the walked states say where what is held.
      const containment = (options.containment ?? true) || fine !== undefined;
      const subjects = options.subjects.filter(({ name }) => focus.subjects?.includes(name) ?? true);
      states.clear();
      const { pruning } = options;
      const complete = isComplete(pruning) ? pruning : 'exact';
      const recorded = containment ? recordedWalk(program, complete, states) : undefined;
      if (recorded === undefined) states.clear();
      const whole = recorded ?? analyse(program, { pruning: complete, arena: states });
      const analysis = pruning === complete ? whole : analyse(program, { pruning, arena: states });
      const refusal = refusalOf(whole, analysis);
      if (refusal !== undefined) return refusedJudgement(subjects, refusal, analysis);
      const hash = programHash(program);
      const drawn = () =>
        options.patches === true ? [drawPlan(program, seedrandom.alea(`${options.seed}/${hash}/p`))] : [];
      const maintenance = new Maintenance(benches, program, whole.reached, focus.plans ?? drawn(), hash % 4 === 0);
      const stops = fine === undefined || recorded === undefined ? undefined : stopVisits(recorded, fine);
      const input = { program, analysis, stopAt: options.stopAt, ...(stops === undefined ? {} : { stops }) };
      const cases = subjects.map((subject) => prepareCase(subject, input, machineOf, maintenance));
      original.load({ program });
      if (fine !== undefined) stopping.load(program, options.stopAt);
      const checker = recorded === undefined ? undefined : new ContainmentChecker(recorded, original);
      const stakes = new StakesCounter();
      const truth: TruthRow[] = [];
      const random = seedrandom.alea(`${options.seed}/${hash}`);
      const explorer = new WorldExplorer(program, () => random(), options.worlds, options.fuel);
      const runWorld = (source: WorldSource, resolve: () => World, fuel: number, given: boolean): boolean => {
        checker?.begin();
        original.run(source, fuel);
        checker?.end();
        const world = resolve();
        assertSound(original, world);
        stakes.count(original);
        truth.push({ world, outcome: outcomeText(original.outcome), holds: original.ledger.names() });
        const base = digest(original);
        const patched = maintenance.chooses(original, given);
        for (const each of cases) each.run(original, base, world, patched);
        if (options.stopAt === 'window') for (const each of cases) each.windows(world);
        else if (fine !== undefined) stopEverywhere(stopping, cases, world, stakes);
        return cases.some((each) => focus.until?.(each.subject.name, each.verdict()) ?? false);
      };
      let stopped = false;
      for (const world of focus.worlds ?? []) {
        if (stopped) break;
        stopped = runWorld(fixedWorld(world), () => world, world.fuel, true);
      }
      for (let source = explorer.next(); source !== undefined && !stopped; source = explorer.next()) {
        stopped = runWorld(source, () => explorer.resolved(), options.fuel, false);
      }
      return {
        refusal: undefined,
        subjects: withCures(cases),
        truth,
        // What was at stake is what all paths show, whether or not the subjects were shown them.
        stakes: stakes.finish(whole.refusal === undefined ? whole : analysis, explorer.complete),
      };
    },
  };
}

/** Walks longer than this are not recorded: their states would fill the memory, so containment is not checked on them. */
const RECORDED_LIMIT = 50_000;

/** A walk with its states, or `undefined` if it is too long to keep them. */
function recordedWalk(program: Program, pruning: CompletePruning, arena: Arena): RecordedAnalysis | undefined {
  const analysis = analyse(program, { pruning, record: true, limit: RECORDED_LIMIT, arena });
  return analysis.refusal?.code === 'too-complex' ? undefined : analysis;
}

/**
 * Why a program is not judged. A complete pruning decides, because a kernel-like one lets a few things pass; but a walk that
 * is too long in the one may be short enough in the other. Throws a HarnessBug if dropping states makes a refusal.
 */
function refusalOf(whole: Analysis, analysis: Analysis): Refusal | undefined {
  if (whole.refusal !== undefined && whole.refusal.code !== 'too-complex') return whole.refusal;
  const { pruning, refusal } = analysis;
  if (whole.refusal === undefined && refusal !== undefined && refusal.code !== 'too-complex') {
    throw new HarnessBug(`pruning ${pruning} refuses what ${whole.pruning} accepts: ${refusal.code} at ${refusal.pc}`);
  }
  return refusal;
}

/** A program in the hands of one subject, over all worlds. */
interface SubjectCase {
  readonly subject: Subject;
  /** `patched`: this world is one for patched runs, too. */
  run(original: Machine, base: RunDigest, world: World, patched: boolean): void;
  /** Stops the rewrite within what was inserted, all over a world. */
  windows(world: World): void;
  /** The original stands at a stop point of a world. */
  stop(original: Machine, base: RunDigest, world: World, point: StopPoint): void;
  verdict(): SubjectVerdict;
}

/** Stops a world at each of its stop points, and every subject with it. */
function stopEverywhere(stopping: Stopping, cases: readonly SubjectCase[], world: World, stakes: StakesCounter): void {
  for (const point of stopping.points(world)) {
    const stopped = stopping.stop(world, point);
    stakes.countStop(stopped);
    const base = digest(stopped);
    for (const each of cases) each.stop(stopped, base, world, point);
  }
}

function prepareCase(
  subject: Subject,
  input: PrepareInput,
  machineOf: (subject: string) => Machine,
  maintenance: Maintenance,
): SubjectCase {
  const { program, analysis } = input;
  const prepared = subject.prepare(input);
  if (!prepared.ok) {
    const verdict: SubjectVerdict = {
      verdict: prepared.refusal.code === 'merge-failure' ? 'merge-failure' : 'refused',
      refusal: prepared.refusal,
    };
    return { subject, run: () => {}, stop: () => {}, windows: () => {}, verdict: () => verdict };
  }
  const growth = stackGrowth(program, analysis.stackDepth, prepared.program, prepared.cost, subject.name);
  const rewritten = prepared.program !== program;
  const machine = rewritten ? machineOf(subject.name) : undefined;
  machine?.load({ ...prepared, stackDepth: prepared.cost.stack });
  const maintained = maintenance.of(subject.name, prepared);
  let worst: Shown | undefined;
  let inconclusive = false;
  let releases: readonly ReleaseRecord[] | undefined;
  let executedOriginal = 0;
  let executedAdded = 0;
  const window = { stops: 0, exposed: 0 };
  const note = (fault: CleanupFault | undefined, evidence: () => Evidence): void => {
    if (fault === undefined) return;
    if (worst === undefined || severity(fault.defect.verdict) < severity(worst.fault.defect.verdict)) {
      worst = { fault, evidence: evidence() };
    }
  };
  return {
    subject,
    run(original, base, world, patched) {
      const run = machine ?? original;
      machine?.run(fixedWorld(world), world.fuel);
      executedOriginal += run.executed;
      executedAdded += run.executedAdded;
      const evidence = (releases: readonly ReleaseRecord[], detail: string) =>
        evidenceOf(original, world, undefined, releases, detail);
      if (machine !== undefined) {
        const difference = compareRuns(base, digest(machine));
        note(difference, () => evidence([], difference?.detail ?? ''));
        if (difference !== undefined) return;
      }
      if (run.outcome.how === 'fuel') inconclusive = true;
      if (run.outcome.how !== 'throw') {
        if (patched) maintained.run(original, base, world);
        return;
      }
      const stopped = run.stopped();
      const result = run.unwind(prepared.unwind(stopped));
      releases ??= result.releases;
      const fault = judgeCleanup(result, stopped.frames.length - 1);
      note(fault, () => evidence(result.releases, fault?.detail ?? ''));
      if (fault === undefined && patched) maintained.run(original, base, world);
    },
    stop(original, base, world, point) {
      const run = machine ?? original;
      machine?.run(fixedWorld(world), world.fuel, point);
      const evidence = (releases: readonly ReleaseRecord[], detail: string) =>
        evidenceOf(original, world, point, releases, detail);
      if (machine !== undefined) {
        const difference = compareRuns(base, digest(machine));
        note(difference, () => evidence([], difference?.detail ?? ''));
        if (difference !== undefined) return;
      }
      const stopped = run.stopped();
      const result = run.unwind(prepared.unwind(stopped));
      const fault = judgeCleanup(result, stopped.frames.length - 1);
      note(fault, () => evidence(result.releases, fault?.detail ?? ''));
    },
    windows(world) {
      if (machine === undefined) return;
      stopInWindows(machine, prepared, world, () => {
        const stopped = machine.stopped();
        window.stops++;
        const result = machine.unwind(prepared.unwind(stopped));
        if (judgeCleanup(result, stopped.frames.length - 1) !== undefined) window.exposed++;
      });
    },
    verdict() {
      const shared = {
        releases: releases ?? [],
        cost: prepared.cost,
        growth,
        executed: { original: executedOriginal, added: executedAdded },
        ...(input.stopAt === 'window' ? { window } : {}),
      };
      // What is wrong without any patch comes first.
      const shown = worst ?? maintained.worst();
      if (shown !== undefined) {
        const { defect } = shown.fault;
        return { verdict: defect.verdict, defect, evidence: shown.evidence, ...shared };
      }
      return { verdict: inconclusive ? 'inconclusive' : 'agree', ...shared };
    },
  };
}

/** What shows a fault: the original as it stands, and what was released. */
function evidenceOf(
  original: Machine,
  world: World,
  stop: StopPoint | undefined,
  releases: readonly ReleaseRecord[],
  detail: string,
): Evidence {
  return { world, stop, pc: original.pc, holds: original.ledger.names(), releases, detail };
}

/** Adds to every refusal the subjects that accepted the program and were right in every world. */
function withCures(cases: readonly SubjectCase[]): ReadonlyMap<string, SubjectVerdict> {
  const verdicts = cases.map(({ subject, verdict }) => [subject.name, verdict()] as const);
  const cures = verdicts.filter(([, { verdict }]) => verdict === 'agree').map(([name]) => name);
  return new Map(
    verdicts.map(([name, verdict]) => [
      name,
      verdict.refusal === undefined ? verdict : { ...verdict, curableBy: cures },
    ]),
  );
}

function refusedJudgement(subjects: readonly Subject[], refusal: Refusal, analysis: Analysis): Judgement {
  return {
    refusal,
    subjects: new Map(subjects.map(({ name }) => [name, { verdict: 'refused', refusal, curableBy: [] }])),
    truth: [],
    stakes: new StakesCounter().finish(analysis, false),
  };
}

/** A verified program never faults: if one does, the verifier or the machine is wrong. */
function assertSound(machine: Machine, world: World): void {
  const { outcome } = machine;
  if (outcome.how === 'fault') {
    throw new HarnessBug(
      `a verified program faults at pc ${outcome.pc} (${outcome.code}: ${outcome.message}) in the world ${JSON.stringify(
        world,
        (_, value) => (typeof value === 'bigint' ? `${value}` : value),
      )}`,
    );
  }
}

/** FNV-1a over all columns: the same program has the same worlds wherever and whenever it is judged. */
function programHash(program: Program): number {
  let hash = 0x811c9dc5;
  for (const column of [program.code, program.dst, program.src, program.off, program.imm]) {
    for (let pc = 0; pc < program.length; pc++) hash = Math.imul(hash ^ (column[pc] ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

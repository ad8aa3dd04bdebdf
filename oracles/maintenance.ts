/**
 * Runs prepared programs as a kernel would leave them: patched between verification and running, the design's pcs moved by
 * the design. The program must behave as before and be cleaned up as before. A patched run is judged only where the
 * subject was right without patches, so whatever is wrong then is the patches' doing: the claim of such a defect is
 * `patched`.
 *
 * It costs a load and few runs a program: one that throws while something is held, and one other.
 */
import type { ReadonlyInts } from '../src/contract/ints.js';
import type { PatchPlan } from '../src/contract/patch-plan.js';
import type { Unwind } from '../src/contract/prepared.js';
import type { Program } from '../src/isa/program.js';
import { zeroInts } from '../src/isa/slab.js';
import { type KernelPass, runKernelPass } from '../src/patch/kernel-pass.js';
import { formatPlan } from '../src/patch/plan.js';
import type { Prepared } from '../src/subjects/subject.js';
import { compareRuns, digest, type RunDigest } from './behaviour.js';
import { type CleanupFault, judgeCleanup, severity } from './cleanup.js';
import { HarnessBug } from './harness-bug.js';
import type { Evidence, ReleaseRecord } from './judgement.js';
import { type Loadable, Machine } from './machine/machine.js';
import { fixedWorld, type World } from './world.js';

/** The claim in the identity of what only patches bring out. */
const PATCHED = 'patched';

/** What is wrong, and what shows it. */
export interface Shown {
  readonly fault: CleanupFault;
  readonly evidence: Evidence;
}

/** A patched program, ready to be loaded. */
interface Patched {
  readonly plan: PatchPlan;
  readonly pass: KernelPass;
  readonly loadable: Loadable;
}

/** A machine with what it has loaded and in which world it has run last. */
interface Bench {
  readonly machine: Machine;
  loaded: Patched | undefined;
  world: World | undefined;
}

/** Machines for patched programs, kept from program to program: one for originals, one for each design that rewrites. */
export type Benches = Map<string, Bench>;

/** One prepared program under all plans. */
export interface MaintainedCase {
  /** Runs it in a world in which the subject was right; `original` is the machine that has just run the original there. */
  run(original: Machine, base: RunDigest, world: World): void;
  /** The worst that the patches brought out. */
  worst(): Shown | undefined;
}

/** The patched side of one judgement. */
export class Maintenance {
  readonly #benches: Benches;
  readonly #program: Program;
  readonly #reached: Uint8Array;
  readonly #plans: readonly PatchPlan[];
  /** The original under each plan, shared by all designs that leave it as it is. */
  #originals: readonly Patched[] | undefined;
  #thrown = false;
  #other: boolean;

  /** `reached`: by original pc, what the verifier reached. `calm`: a run that cleans nothing up is wanted, too. */
  constructor(benches: Benches, program: Program, reached: Uint8Array, plans: readonly PatchPlan[], calm: boolean) {
    this.#other = !calm;
    this.#benches = benches;
    this.#program = program;
    this.#reached = reached;
    this.#plans = plans;
  }

  /** Whether the world that `original` has just run is one for patched runs: asked for, or the first of its sort. */
  chooses(original: Machine, asked: boolean): boolean {
    if (this.#plans.length === 0 || original.outcome.how === 'fuel') return false;
    const throwing = original.outcome.how === 'throw' && original.ledger.held().length > 0;
    const known = throwing ? this.#thrown : this.#other;
    if (throwing) this.#thrown = true;
    else this.#other = true;
    return asked || !known;
  }

  /** A prepared program as the kernel leaves it. */
  of(subject: string, prepared: Prepared): MaintainedCase {
    const rewritten = prepared.program !== this.#program;
    const bench = benchOf(this.#benches, rewritten ? subject : '');
    let all: readonly Patched[] | undefined;
    const unwinds = new Map<Patched, Unwind>();
    let worst: Shown | undefined;
    const note = (found: CleanupFault, evidence: Omit<Evidence, 'detail'>, plan: PatchPlan): void => {
      const defect = { ...found.defect, claim: PATCHED };
      if (worst !== undefined && severity(defect.verdict) >= severity(worst.fault.defect.verdict)) return;
      const detail = `right as verified; once patched: ${found.detail}`;
      worst = { fault: { defect, detail }, evidence: { ...evidence, patches: plan, detail } };
    };
    const runOne = (patched: Patched, original: Machine, base: RunDigest, world: World): void => {
      const machine = runOn(bench, patched, world);
      const evidence = (releases: readonly ReleaseRecord[]) => ({
        world,
        stop: undefined,
        pc: original.pc,
        holds: original.ledger.names(),
        releases,
      });
      const difference = compareRuns(base, comparable(digest(machine), base, patched.plan));
      if (difference !== undefined) {
        if (!rewritten)
          throw new HarnessBug(`patches changed a program: ${formatPlan(patched.plan)}: ${difference.detail}`);
        note(difference, evidence([]), patched.plan);
        return;
      }
      if (machine.outcome.how !== 'throw') return;
      let unwind = unwinds.get(patched);
      if (unwind === undefined) {
        unwind = prepared.maintain?.(patched.pass) ?? prepared.unwind;
        unwinds.set(patched, unwind);
      }
      const stopped = machine.stopped();
      const result = machine.unwind(unwind(stopped));
      const fault = judgeCleanup(result, stopped.frames.length - 1);
      if (fault !== undefined) note(fault, evidence(result.releases), patched.plan);
    };
    return {
      run: (original, base, world) => {
        all ??= rewritten ? this.#patchAll(prepared, true) : this.#patchOriginal(prepared);
        for (const patched of all) runOne(patched, original, base, world);
      },
      worst: () => worst,
    };
  }

  #patchOriginal(prepared: Prepared): readonly Patched[] {
    this.#originals ??= this.#patchAll(prepared, false);
    return this.#originals;
  }

  /** The prepared program under each plan that the kernel would still load. */
  #patchAll(prepared: Prepared, rewritten: boolean): readonly Patched[] {
    return this.#plans.flatMap((plan) => {
      const pass = runKernelPass(prepared, plan, this.#reached);
      if (pass === undefined) return [];
      const { program, pcMap } = pass;
      return [{ plan, pass, loadable: rewritten ? loadableOf(prepared, pass) : { program, pcMap } }];
    });
  }
}

function benchOf(benches: Benches, name: string): Bench {
  let bench = benches.get(name);
  if (bench === undefined) {
    bench = { machine: new Machine(), loaded: undefined, world: undefined };
    benches.set(name, bench);
  }
  return bench;
}

function runOn(bench: Bench, patched: Patched, world: World): Machine {
  const { machine } = bench;
  if (bench.loaded !== patched) {
    machine.load(patched.loadable);
    bench.loaded = patched;
    bench.world = undefined;
  }
  if (bench.world !== world) {
    machine.run(fixedWorld(world), world.fuel);
    bench.world = world;
  }
  return machine;
}

/** The digest of a patched run; the gotos that a plan removes are missing in the count of executed instructions. */
function comparable(run: RunDigest, base: RunDigest, plan: PatchPlan): RunDigest {
  const fewer = plan.some((step) => step.do === 'remove' && step.what === 'nops') && run.executed <= base.executed;
  return fewer ? { ...run, executed: base.executed } : run;
}

/** What the machine needs to run a patched rewrite: pcs against those of the original, inserted calls where they are now. */
function loadableOf({ pcMap: before, reserved, cost, intrinsics }: Prepared, { program, pcMap }: KernelPass): Loadable {
  return {
    program,
    pcMap: {
      toPrepared: chained(before.toPrepared, pcMap.toPrepared),
      toOriginal: chained(pcMap.toOriginal, before.toOriginal),
      serves: chained(pcMap.serves ?? pcMap.toOriginal, before.serves ?? before.toOriginal),
    },
    reserved,
    stackDepth: cost.stack,
    intrinsics: intrinsics.flatMap((intrinsic) => {
      const pc = pcMap.toPrepared[intrinsic.pc] ?? -1;
      return pc < 0 ? [] : [{ ...intrinsic, pc }];
    }),
  };
}

/** One map after the other; -1 stays -1. */
function chained(first: ReadonlyInts, second: ReadonlyInts): ReadonlyInts {
  const both = zeroInts(first.length);
  for (let pc = 0; pc < first.length; pc++) {
    const middle = first[pc] ?? -1;
    both[pc] = middle < 0 ? -1 : (second[middle] ?? -1);
  }
  return both;
}

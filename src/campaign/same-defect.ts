/** The predicate of shrinking a finding: does a smaller program still show the same defect of the same subject? */
import { formatDefect } from '../../oracles/defect.js';
import type { Judge } from '../../oracles/judge.js';
import type { Evidence, SubjectVerdict } from '../../oracles/judgement.js';
import type { World } from '../../oracles/world.js';
import type { PatchPlan } from '../contract/patch-plan.js';
import type { Program } from '../isa/program.js';
import { aimedPlans, shrinkPlan } from '../shrink/plans.js';
import { type ShrinkOptions, type Shrunk, shrink } from '../shrink/shrink.js';
import type { Pruning } from '../verify/analysis.js';
import { analyse } from '../verify/walk.js';

/** Whether a verdict is that defect. */
export function shows(verdict: SubjectVerdict | undefined, defect: string): boolean {
  return verdict?.defect !== undefined && formatDefect(verdict.defect) === defect;
}

/**
 * What shows a defect of one subject on a program: in the worlds `first`, then in the program's own, up to the first in
 * which the subject's worst verdict so far is that defect. A worse one in a later world does not matter. `plans` stand for
 * the plan of patches that the judge would draw.
 */
export function showingOf(
  judge: Judge,
  program: Program,
  subject: string,
  defect: string,
  first: readonly World[] = [],
  plans?: readonly PatchPlan[],
): Evidence | undefined {
  let evidence: Evidence | undefined;
  const until = (_: string, verdict: SubjectVerdict): boolean => {
    if (shows(verdict, defect)) evidence = verdict.evidence;
    return evidence !== undefined;
  };
  judge.judge(program, { subjects: [subject], worlds: first, ...(plans === undefined ? {} : { plans }), until });
  return evidence;
}

/** What is to be kept while a finding shrinks. */
export interface ShrunkFinding {
  readonly subject: string;
  /** As `formatDefect` writes it. */
  readonly defect: string;
  /** A world in which it shows. */
  readonly world: World;
  /** The patches under which it shows; absent: it needs none. */
  readonly patches?: PatchPlan | undefined;
  readonly pruning: Pruning;
}

/** The smallest program, and how it shows the finding. */
export type SmallFinding = Shrunk & Pick<ShrunkFinding, 'world' | 'patches'>;

/**
 * Shrinks a finding. Each candidate is tried first in the world in which the defect was last seen: it may have too many
 * worlds to meet the failing one by itself. `world` of the result is that of the smallest program. Patches are made few
 * first and then follow the program as it loses instructions.
 */
export function shrinkFinding(
  judge: Judge,
  program: Program,
  { subject, defect, world, patches, pruning }: ShrunkFinding,
  options: ShrinkOptions = {},
): SmallFinding {
  // A candidate that lost a loop's counter may be walked for ever: none needs much more than the program given.
  const limit = 2 * analyse(program, { pruning }).walked + 1000;
  const showsIn = (of: Program, where: World, plan: PatchPlan | undefined): boolean => {
    let seen = false;
    judge.judge(of, {
      subjects: [subject],
      worlds: [where],
      plans: plan === undefined ? [] : [plan],
      until: (_, verdict) => {
        seen = shows(verdict, defect);
        return true;
      },
    });
    return seen;
  };
  const fewer = (of: Program, where: World, plan: PatchPlan | undefined): PatchPlan | undefined =>
    plan === undefined ? undefined : shrinkPlan(plan, (each) => showsIn(of, where, each));
  let failing = world;
  let plan = fewer(program, world, patches);
  const sameDefect = (candidate: Program): boolean => {
    if (analyse(candidate, { pruning, limit }).refusal !== undefined) return false;
    const plans = plan === undefined ? [] : aimedPlans(plan, candidate);
    if (plan !== undefined && plans.length === 0) return false;
    const evidence = showingOf(judge, candidate, subject, defect, [failing, ...shiftedWorlds(failing)], plans);
    failing = evidence?.world ?? failing;
    plan = evidence?.patches ?? plan;
    return evidence !== undefined;
  };
  const shrunk = shrink(program, sameDefect, options);
  failing = plainestWorld(failing, (each) => showsIn(shrunk.program, each, plan));
  return { ...shrunk, world: failing, patches: fewer(shrunk.program, failing, plan) };
}

/** The plainest world that still shows it: inputs 0 and no failing acquires wherever that is enough. */
export function plainestWorld(world: World, stillShows: (world: World) => boolean): World {
  let plain = world;
  const attempt = (candidate: World): void => {
    if (stillShows(candidate)) plain = candidate;
  };
  for (const attempted of world.fail) attempt({ ...plain, fail: plain.fail.filter((each) => each !== attempted) });
  const values = (old: number) => [0, 1].filter((value) => value < old);
  for (const [index, word] of world.cb.entries()) {
    for (const value of values(word).reverse()) attempt({ ...plain, cb: plain.cb.with(index, value) });
  }
  for (const [index, drawn] of world.draw.entries()) {
    for (const value of values(Number(drawn)).reverse()) {
      attempt({ ...plain, draw: plain.draw.with(index, BigInt(value)) });
    }
  }
  return plain;
}

/** Worlds for a program that lost one draw or one acquire: the choices after it move up by one. */
export function shiftedWorlds(world: World): readonly World[] {
  const draws = world.draw.map((_, gone) => ({ ...world, draw: world.draw.toSpliced(gone, 1) }));
  const attempts = world.fail.map((_, at) => ({
    ...world,
    fail: [...world.fail.slice(0, at), ...world.fail.slice(at).map((attempt) => attempt - 1)].filter(
      (attempt, index, all) => attempt > 0 && attempt !== all[index - 1],
    ),
  }));
  return [...draws, ...attempts].slice(0, SHIFTED);
}

/** Shifted worlds per candidate at most: every rejected candidate runs them all. */
const SHIFTED = 8;

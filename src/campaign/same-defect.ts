/** The predicate of shrinking a finding: does a smaller program still show the same defect of the same subject? */
import { formatDefect } from '../../oracles/defect.js';
import type { Judge } from '../../oracles/judge.js';
import type { Evidence, SubjectVerdict } from '../../oracles/judgement.js';
import type { World } from '../../oracles/world.js';
import type { Program } from '../isa/program.js';
import { type ShrinkOptions, type Shrunk, shrink } from '../shrink/shrink.js';
import type { Pruning } from '../verify/analysis.js';
import { analyse } from '../verify/walk.js';

/** Whether a verdict is that defect. */
export function shows(verdict: SubjectVerdict | undefined, defect: string): boolean {
  return verdict?.defect !== undefined && formatDefect(verdict.defect) === defect;
}

/**
 * What shows a defect of one subject on a program: in the worlds `first`, then in the program's own, up to the first in
 * which the subject's worst verdict so far is that defect. A worse one in a later world does not matter.
 */
export function showingOf(
  judge: Judge,
  program: Program,
  subject: string,
  defect: string,
  first: readonly World[] = [],
): Evidence | undefined {
  let evidence: Evidence | undefined;
  const until = (_: string, verdict: SubjectVerdict): boolean => {
    if (shows(verdict, defect)) evidence = verdict.evidence;
    return evidence !== undefined;
  };
  judge.judge(program, { subjects: [subject], worlds: first, until });
  return evidence;
}

/** What is to be kept while a finding shrinks. */
export interface ShrunkFinding {
  readonly subject: string;
  /** As `formatDefect` writes it. */
  readonly defect: string;
  /** A world in which it shows. */
  readonly world: World;
  readonly pruning: Pruning;
}

/**
 * Shrinks a finding. Each candidate is tried first in the world in which the defect was last seen: it may have too many
 * worlds to meet the failing one by itself. `world` of the result is that of the smallest program.
 */
export function shrinkFinding(
  judge: Judge,
  program: Program,
  { subject, defect, world, pruning }: ShrunkFinding,
  options: ShrinkOptions = {},
): Shrunk & { readonly world: World } {
  // A candidate that lost a loop's counter may be walked for ever: none needs much more than the program given.
  const limit = 2 * analyse(program, { pruning }).walked + 1000;
  let failing = world;
  const sameDefect = (candidate: Program): boolean => {
    if (analyse(candidate, { pruning, limit }).refusal !== undefined) return false;
    const evidence = showingOf(judge, candidate, subject, defect, [failing, ...shiftedWorlds(failing)]);
    failing = evidence?.world ?? failing;
    return evidence !== undefined;
  };
  const shrunk = shrink(program, sameDefect, options);
  const stillShows = (each: World) => {
    let seen = false;
    judge.judge(shrunk.program, {
      subjects: [subject],
      worlds: [each],
      until: (_, verdict) => {
        seen = shows(verdict, defect);
        return true;
      },
    });
    return seen;
  };
  return { ...shrunk, world: plainestWorld(failing, stillShows) };
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

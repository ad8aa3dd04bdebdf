/** The predicate of shrinking a finding: does a smaller program still show the same defect of the same subject? */
import { formatDefect } from '../../oracles/defect.js';
import type { Judge } from '../../oracles/judge.js';
import type { Evidence, SubjectVerdict } from '../../oracles/judgement.js';
import type { World } from '../../oracles/world.js';
import type { Program } from '../isa/program.js';
import { type ShrinkOptions, type Shrunk, shrink } from '../shrink/shrink.js';
import type { Pruning } from '../verify/analysis.js';
import { analyse } from '../verify/walk.js';

/** A subject's verdict on a program, judged alone; `first` are worlds to try before the program's own. */
export function verdictOf(
  judge: Judge,
  program: Program,
  subject: string,
  first: readonly World[] = [],
): SubjectVerdict | undefined {
  const judgement = judge.judge(program, { subjects: [subject], worlds: first });
  return judgement.subjects.get(subject);
}

/** Whether a verdict is that defect. */
export function shows(verdict: SubjectVerdict | undefined, defect: string): boolean {
  return verdict?.defect !== undefined && formatDefect(verdict.defect) === defect;
}

/**
 * A predicate that judges only the failing subject and tries the world first in which the defect was last seen: a
 * candidate may have too many worlds to meet the failing one by itself.
 */
export function sameDefect(
  judge: Judge,
  subject: string,
  defect: string,
  evidence: Evidence | undefined,
): (candidate: Program) => boolean {
  let failing = evidence?.world;
  return (candidate) => {
    const verdict = verdictOf(judge, candidate, subject, failing === undefined ? [] : [failing]);
    if (!shows(verdict, defect)) return false;
    failing = verdict?.evidence?.world ?? failing;
    return true;
  };
}

/**
 * Shrinks a finding. The result shows the defect in the worlds of its own, so that everybody who judges it sees it; if
 * the smallest program shows it only with the remembered world in front, the shrink is repeated without that help.
 */
export function shrinkFinding(
  judge: Judge,
  program: Program,
  { subject, defect, evidence, pruning }: ShrunkFinding,
  options: ShrinkOptions = {},
): Shrunk {
  // A candidate that lost a loop's counter may be walked for ever: none needs much more than the program given.
  const limit = 2 * analyse(program, { pruning }).walked + 1000;
  const verifies = (candidate: Program) => analyse(candidate, { pruning, limit }).refusal === undefined;
  const same = sameDefect(judge, subject, defect, evidence);
  const helped = shrink(program, (candidate) => verifies(candidate) && same(candidate), options);
  const unaided = (candidate: Program) => verifies(candidate) && shows(verdictOf(judge, candidate, subject), defect);
  return unaided(helped.program) ? helped : shrink(program, unaided, options);
}

/** What is to be kept while a finding shrinks. */
export interface ShrunkFinding {
  readonly subject: string;
  /** As `formatDefect` writes it. */
  readonly defect: string;
  /** Where it was seen. */
  readonly evidence: Evidence | undefined;
  readonly pruning: Pruning;
}

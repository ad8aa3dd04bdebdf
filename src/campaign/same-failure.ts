/** What becomes of a program on which a subject from outside failed: it is shrunk, as a finding is, and written as a case. */
import type { Judge } from '../../oracles/judge.js';
import { writeCase } from '../case/write.js';
import { instructionCount, type Program } from '../isa/program.js';
import { shrink } from '../shrink/shrink.js';
import { type ErrorWords, SubjectFailure, type SubjectWork } from '../subjects/failure.js';
import { SUBJECTS } from '../subjects/registry.js';
import { analyse } from '../verify/walk.js';
import { findingCase } from './finding-file.js';
import type { CampaignSettings } from './plan.js';

/** A subject from outside that failed, and the smallest program found on which it does so. */
export interface FailedSubject {
  readonly subject: string;
  readonly module: string;
  readonly work: SubjectWork;
  readonly words: ErrorWords;
  /** A corpus file. */
  readonly text: string;
  readonly insns: number;
}

/** Questions put to the subject while its failure is shrunk. */
const CALLS = 3000;

/**
 * Shrinks the program of a failure to one on which the subject fails alike (by place, or else by words without numbers).
 * `quick` must judge the subject; `everyone` all of ours, whose refusals and known defects make the file one that replays.
 */
export function failedSubject(
  failure: SubjectFailure,
  quick: Judge,
  everyone: Judge,
  { seed, pruning }: Pick<CampaignSettings, 'seed' | 'pruning'>,
  index: number,
): FailedSubject {
  const { subject } = failure;
  const limit = 2 * analyse(failure.program, { pruning }).walked + 1000;
  let last = failure;
  const failsAlike = (candidate: Program): boolean => {
    if (analyse(candidate, { pruning, limit }).refusal !== undefined) return false;
    try {
      quick.judge(candidate, { subjects: [subject] });
      return false;
    } catch (error) {
      if (!(error instanceof SubjectFailure) || error.likeness !== failure.likeness) return false;
      last = error;
      return true;
    }
  };
  const { program } = shrink(failure.program, failsAlike, { calls: CALLS });
  const { module = subject, work, words } = last;
  const ours = everyone.judge(program, { subjects: SUBJECTS.map(({ name }) => name) });
  const title = `${subject} fails in ${work}: ${words.what}`;
  const written = findingCase(program, ours, {
    title,
    origin: { by: 'fuzz', seed, index },
    pruning,
    subject,
    reason: 'shown by the same program',
  });
  return { subject, module, work, words, text: writeCase(written), insns: instructionCount(program) };
}

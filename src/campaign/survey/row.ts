/** One row of a survey: what a subject came to on the programs of one profile, stopped at one granularity. */

import type { ProfileName } from '../../../generators/profile.js';
import { FINDING_ORDER } from '../../../oracles/cleanup.js';
import type { StopAt } from '../../contract/prepared.js';
import { type Percentiles, percentiles } from '../counts.js';
import type { SubjectTally, Tally } from '../stats.js';
import { type Rate, wilson } from './interval.js';

/** Programs refused for one reason, and who was right about how many of them. */
export interface Reason {
  readonly code: string;
  readonly programs: number;
  readonly curedBy: readonly { readonly subject: string; readonly programs: number }[];
}

/**
 * `programs` = `unverified` + `verified`, and `verified` = `prepared` + `mergeFailures.programs` + `refused.programs`. Programs that do
 * not verify are no property of a design, so the rates are shares of the verified ones.
 */
export interface SurveyRow {
  readonly subject: string;
  readonly profile: ProfileName;
  readonly stopAt: StopAt;
  readonly programs: number;
  readonly unverified: number;
  readonly verified: number;
  readonly prepared: number;
  readonly mergeFailures: Rate & { readonly programs: number };
  /** For other reasons than a merge. */
  readonly refused: Rate & { readonly programs: number };
  /** Most frequent first; without `unverified`. */
  readonly reasons: readonly Reason[];
  /** Prepared programs that it cleaned up right, wrong, or that ran out of fuel: they sum to `prepared`. */
  readonly right: number;
  readonly wrong: number;
  readonly inconclusive: number;
  /** Bytes added to the worst chain, per prepared program. */
  readonly growth: Percentiles;
  /** Programs pushed over 512 bytes. */
  readonly overLimit: number;
  readonly metadata: Percentiles;
  readonly added: Percentiles;
  readonly executed: { readonly original: number; readonly added: number };
  /** `executed.added / executed.original`; 0 if nothing ran. */
  readonly overhead: number;
  readonly window: { readonly stops: number; readonly exposed: number };
}

/** The row of every subject of a tally, in its order. */
export function rowsOf(tally: Tally, profile: ProfileName, stopAt: StopAt): readonly SurveyRow[] {
  return [...tally.subjects].map(([subject, share]) => rowOf(subject, share, tally, profile, stopAt));
}

function rowOf(
  subject: string,
  share: SubjectTally,
  { programs, verified }: Tally,
  profile: ProfileName,
  stopAt: StopAt,
): SurveyRow {
  const unverified = programs - verified;
  const { verdicts, executedOriginal, executedAdded } = share;
  const merges = verdicts['merge-failure'];
  const refused = verdicts.refused - unverified;
  return {
    subject,
    profile,
    stopAt,
    programs,
    unverified,
    verified,
    prepared: share.prepared,
    mergeFailures: { programs: merges, ...wilson(merges, verified) },
    refused: { programs: refused, ...wilson(refused, verified) },
    reasons: reasonsOf(share),
    right: verdicts.agree,
    wrong: FINDING_ORDER.reduce((sum, verdict) => sum + verdicts[verdict], 0),
    inconclusive: verdicts.inconclusive,
    growth: percentiles(share.growth),
    overLimit: share.overLimit,
    metadata: percentiles(share.metadata),
    added: percentiles(share.added),
    executed: { original: executedOriginal, added: executedAdded },
    overhead: executedOriginal === 0 ? 0 : executedAdded / executedOriginal,
    window: { stops: share.windowStops, exposed: share.windowExposed },
  };
}

function reasonsOf({ refusals }: SubjectTally): readonly Reason[] {
  return [...refusals]
    .filter(([code]) => code !== 'unverified')
    .map(([code, { programs, curableBy }]) => ({
      code,
      programs,
      curedBy: [...curableBy]
        .map(([subject, cured]) => ({ subject, programs: cured }))
        .sort((a, b) => b.programs - a.programs || (a.subject < b.subject ? -1 : 1)),
    }))
    .sort((a, b) => b.programs - a.programs || (a.code < b.code ? -1 : 1));
}

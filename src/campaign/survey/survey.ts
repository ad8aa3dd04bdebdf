/**
 * A survey: the same programs of each profile, stopped at each granularity, in the hands of every design. Only sums are
 * kept; what is wrong is counted and neither shrunk nor saved, which `fuzz` does.
 */
import type { ProfileName } from '../../../generators/profile.js';
import type { StopAt } from '../../contract/prepared.js';
import type { Subject } from '../../subjects/subject.js';
import type { Executor } from '../executor.js';
import { batchesOf, type CampaignSettings } from '../plan.js';
import { inOrder } from '../scheduler.js';
import type { Crash } from '../shard.js';
import { emptyTally, mergeTally, tooFewVerify } from '../stats.js';
import { rowsOf, type SurveyRow } from './row.js';
import { type Sweep, sweepsOf } from './sweeps.js';

export interface SurveyRequest {
  /** What all plans share. */
  readonly settings: Omit<CampaignSettings, 'profile' | 'stopAt'>;
  readonly subjects: readonly Subject[];
  readonly profiles: readonly ProfileName[];
  readonly stops: readonly StopAt[];
  /** Programs in all, shared out among the profiles; every granularity has the same ones. */
  readonly runs: number;
  /** Makes who does the work of one plan; it is closed at the end of that. */
  readonly executor: (settings: CampaignSettings) => Executor;
  readonly interrupted?: AbortSignal | undefined;
  /** Called with the number of judgements so far, over all plans. */
  readonly onProgress?: (judged: number) => void;
}

/** Why a survey is no answer: the plan and what was met. */
export interface SurveyFailure {
  readonly settings: CampaignSettings;
  /** Absent if fewer programs verify than can be. */
  readonly crash: Crash | undefined;
}

export interface Survey {
  readonly seed: string;
  /** `false`: somebody ended it; rows then count the programs judged by then, and plans not begun have none. */
  readonly complete: boolean;
  readonly failure: SurveyFailure | undefined;
  readonly rows: readonly SurveyRow[];
  readonly sweeps: readonly Sweep[];
  readonly timing: { readonly elapsedSeconds: number; readonly programsPerSecond: number };
}

/** How many programs of each profile: as even as whole numbers can be, the first profiles have one more. */
export function sharesOf(runs: number, profiles: number): readonly number[] {
  return Array.from({ length: profiles }, (_, nth) => Math.floor(runs / profiles) + (nth < runs % profiles ? 1 : 0));
}

/** Judgements that a survey takes: each program once a granularity. */
export function judgementsOf({ runs, stops }: Pick<SurveyRequest, 'runs' | 'stops'>): number {
  return runs * stops.length;
}

/** Runs one plan after the other; ends at the first crash. */
export async function runSurvey(request: SurveyRequest): Promise<Survey> {
  const began = performance.now();
  const rows: SurveyRow[] = [];
  const shares = sharesOf(request.runs, request.profiles.length);
  let judged = 0;
  let failure: SurveyFailure | undefined;
  const ended = () => failure !== undefined || request.interrupted?.aborted === true;
  for (const stopAt of request.stops) {
    for (const [nth, profile] of request.profiles.entries()) {
      const runs = shares[nth] ?? 0;
      if (ended() || runs === 0) continue;
      const settings: CampaignSettings = { ...request.settings, profile, stopAt };
      const executor = request.executor(settings);
      const tally = emptyTally(settings.subjects);
      let crash: Crash | undefined;
      try {
        const results = inOrder(
          batchesOf(0, runs),
          executor.workers,
          (batch) => executor.batch(batch, false),
          () => crash !== undefined || ended(),
        );
        for await (const result of results) {
          if (crash !== undefined) continue;
          mergeTally(tally, result.tally);
          judged += result.tally.programs;
          crash = result.crash;
          request.onProgress?.(judged);
        }
      } finally {
        await executor.close();
      }
      if (crash !== undefined || tooFewVerify(tally)) failure = { settings, crash };
      if (tally.programs > 0) rows.push(...rowsOf(tally, profile, stopAt));
    }
  }
  const elapsedSeconds = (performance.now() - began) / 1000;
  return {
    seed: request.settings.seed,
    complete: judged === judgementsOf(request),
    failure,
    rows,
    sweeps: ended() ? [] : sweepsOf(request.subjects, request.settings.pruning),
    timing: { elapsedSeconds, programsPerSecond: elapsedSeconds > 0 ? judged / elapsedSeconds : 0 },
  };
}

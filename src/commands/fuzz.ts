/** `fuzz`: generates programs, judges every subject on them, shrinks and saves what is wrong, reports the rest as numbers. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ProfileName } from '../../generators/profile.js';
import { type CampaignResult, runCampaign } from '../campaign/campaign.js';
import { canUseWorkers, localExecutor, threadExecutor, UnloadableModule } from '../campaign/executor.js';
import type { CampaignSettings } from '../campaign/plan.js';
import { tooFewVerify } from '../campaign/stats.js';
import { DEFAULT_FUEL, DEFAULT_PRUNING } from '../case/case.js';
import { packageVersion } from '../case/package-root.js';
import type { StopAt } from '../contract/prepared.js';
import { campaignJunit } from '../report/campaign-junit.js';
import { campaignSarif } from '../report/campaign-sarif.js';
import { campaignText } from '../report/campaign-text.js';
import { campaignJson, jsonText } from '../report/json.js';
import { progressDisplay } from '../report/progress.js';
import { paintFor, type Terminal } from '../report/terminal.js';
import type { Pruning } from '../verify/analysis.js';
import { badInput, EXIT, type ExitCode } from './failure.js';
import { loadBaseline } from './input.js';
import { freshSeed } from './options.js';
import { prepareReports, writeReports } from './report-file.js';
import { rosterOf } from './roster.js';

export interface FuzzOptions {
  readonly subject?: readonly string[];
  readonly profile: ProfileName | 'all';
  readonly stopAt: StopAt;
  readonly pruning?: Pruning;
  readonly comparePruning?: Pruning;
  readonly seed?: string;
  readonly from: number;
  readonly runs?: number;
  readonly time?: number;
  readonly workers?: number;
  readonly out?: string;
  readonly baseline?: string;
  readonly worlds: number;
  readonly containment: boolean;
  readonly patches: boolean;
  readonly coverage?: boolean;
  readonly junit?: string;
  readonly sarif?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Programs judged when neither a number nor a time is asked for. */
const DEFAULT_RUNS = 1000;

/** Runs a campaign and reports it; see docs/command-line.md for the exit codes. */
export async function runFuzz(options: FuzzOptions, terminal: Terminal): Promise<ExitCode> {
  const seed = options.seed ?? freshSeed();
  const { chosen, outside, modules } = await rosterOf(options.subject);
  const settings: CampaignSettings = {
    seed,
    profile: options.profile,
    subjects: chosen.map(({ name }) => name),
    ...(modules.length === 0 ? {} : { modules }),
    stopAt: options.stopAt,
    pruning: options.pruning ?? DEFAULT_PRUNING,
    ...(options.comparePruning === undefined ? {} : { comparePruning: options.comparePruning }),
    worlds: options.worlds,
    fuel: DEFAULT_FUEL,
    containment: options.containment,
    patches: options.patches,
  };
  const baseline = loadBaseline(options.baseline, settings.pruning, outside);
  prepareReports(options);
  // The answer must be nothing but JSON; the seed is then said first on the other stream.
  if (options.json !== true) terminal.out.write(`seed ${seed}\n\n`);
  else if (options.quiet !== true) terminal.err.write(`seed ${seed}\n`);
  const runs = options.runs ?? (options.time === undefined ? DEFAULT_RUNS : undefined);
  const workers = options.workers ?? (canUseWorkers() ? availableParallelism() : 1);
  const executor = canUseWorkers() ? threadExecutor(settings, workers) : localExecutor(settings, outside);
  const display = progressDisplay(terminal, { programs: runs, seconds: options.time }, options.quiet === true);
  let result: CampaignResult;
  let rssMiB: number;
  try {
    result = await runCampaign(
      {
        settings,
        from: options.from,
        runs,
        seconds: options.time,
        out: options.out ?? join('runs', `${seed.replaceAll(':', '_')}-${options.profile}`),
        baseline,
        interrupted: terminal.interrupted,
        onProgress: (progress) => display.update(progress),
        wantCoverage: options.coverage,
      },
      executor,
    );
    // Before the threads end: their memory counts.
    rssMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
  } catch (error) {
    throw error instanceof UnloadableModule ? badInput(error.message) : error;
  } finally {
    display.stop();
    await executor.close();
  }
  const unwritten = writeReports(options, {
    junit: () => campaignJunit(result),
    sarif: () => campaignSarif(result, packageVersion()),
  });
  if (options.json === true) {
    terminal.out.write(jsonText(campaignJson(result, rssMiB)));
  } else {
    terminal.out.write(campaignText(result, paintFor(terminal.out, terminal.env)));
  }
  if (unwritten !== undefined) throw unwritten;
  return exitCodeOf(result);
}

/**
 * A bug of ours outweighs findings; an interrupted run ends with the code of what it found. A subject from outside that
 * failed is bad input: the run is not the experiment that was asked for, and 1 would say that findings[] tells what is new.
 */
export function exitCodeOf(result: CampaignResult): ExitCode {
  const failure = result.crash?.crash.failure;
  if ((result.crash !== undefined && failure === undefined) || tooFewVerify(result.tally)) return EXIT.bug;
  if (failure !== undefined) return EXIT.usage;
  return result.findings.some(({ known }) => known === undefined) ? EXIT.found : EXIT.nothingNew;
}

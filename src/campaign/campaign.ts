/** Runs a campaign: batches to workers, results merged in index order, each new defect saved, shrunk and saved again. */
import { join } from 'node:path';
import { type Coverage, mergeCoverage } from '../../generators/coverage.js';
import { writeAtomically } from './atomic-file.js';
import { type BaselineRow, writeBaseline } from './baseline.js';
import { periodicCollector } from './collect.js';
import type { Executor } from './executor.js';
import { type Finding, Findings, saveFinding } from './findings.js';
import { batchesOf, type CampaignSettings, profileAt } from './plan.js';
import { inOrder } from './scheduler.js';
import type { Crash } from './shard.js';
import { emptyTally, mergeTally, type Tally } from './stats.js';

export interface CampaignRequest {
  readonly settings: CampaignSettings;
  /** First index. */
  readonly from: number;
  /** How many programs; without it until time is up or it is interrupted. */
  readonly runs: number | undefined;
  /** Begin no more batches after so many seconds. */
  readonly seconds: number | undefined;
  /** Folder for findings. */
  readonly out: string;
  readonly baseline: readonly BaselineRow[];
  readonly interrupted?: AbortSignal | undefined;
  /** Called with every merged batch. */
  readonly onProgress?: (progress: Progress) => void;
  /** Count what the generator emitted in which situation. */
  readonly wantCoverage?: boolean | undefined;
}

interface Progress {
  readonly programs: number;
  readonly findings: number;
  readonly newFindings: number;
}

export interface CampaignResult {
  readonly settings: CampaignSettings;
  readonly from: number;
  readonly tally: Tally;
  readonly coverage: Coverage | undefined;
  readonly findings: readonly Finding[];
  /** Rows of the baseline that were not seen, for the subjects of this run. */
  readonly unseen: readonly BaselineRow[];
  /** `failure`: of a subject from outside; a `crash` is a bug of ours. */
  readonly ended: 'complete' | 'time' | 'interrupted' | 'crash' | 'failure';
  readonly crash: { readonly crash: Crash; readonly file: string } | undefined;
  readonly timing: {
    readonly elapsedSeconds: number;
    readonly firstFindingSeconds: number | undefined;
    readonly workers: number;
  };
}

/** The programs judged are always from, from + 1, … without a gap, also after an interruption or a crash. */
export async function runCampaign(request: CampaignRequest, executor: Executor): Promise<CampaignResult> {
  const { settings, from, runs, seconds, out } = request;
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const tally = emptyTally(settings.subjects);
  const findings = new Findings(request.baseline);
  const shrinks: Promise<Crash | undefined>[] = [];
  let newFindings = 0;
  let firstFindingSeconds: number | undefined;
  let crash: Crash | undefined;
  let ended: CampaignResult['ended'] = 'complete';
  const stopped = () => {
    if (crash !== undefined) ended = endedBy(crash);
    else if (request.interrupted?.aborted === true) ended = 'interrupted';
    else if (seconds !== undefined && elapsed() >= seconds) ended = 'time';
    else return false;
    return true;
  };
  const wantCoverage = request.wantCoverage === true;
  const collect = periodicCollector();
  let coverage: Coverage | undefined;
  const results = inOrder(
    batchesOf(from, runs),
    executor.workers,
    (batch) => executor.batch(batch, wantCoverage),
    stopped,
  );
  for await (const result of results) {
    if (crash !== undefined) continue;
    mergeTally(tally, result.tally);
    if (result.coverage !== undefined)
      coverage = coverage === undefined ? result.coverage : mergeCoverage(coverage, result.coverage);
    for (const sighting of result.sightings) {
      const finding = findings.add(sighting);
      if (finding === undefined) continue;
      if (finding.known === undefined) newFindings++;
      firstFindingSeconds ??= elapsed();
      shrinks.push(saveAndShrink(executor, out, finding));
    }
    crash = result.crash;
    collect(result.batch.count);
    request.onProgress?.({ programs: tally.programs, findings: findings.all().length, newFindings });
  }
  for (const failed of await Promise.all(shrinks)) crash ??= failed;
  const programs = tally.programs;
  const all = findings.all();
  if (all.length > 0) saveBaseline(out, settings, all);
  if (crash !== undefined) ended = endedBy(crash);
  else if (ended !== 'complete' && runs !== undefined && programs === runs) ended = 'complete';
  return {
    settings,
    from,
    tally,
    coverage,
    findings: all.filter(({ file }) => file !== undefined),
    unseen: request.baseline.filter(
      ({ subject, defect }) => settings.subjects.includes(subject) && !findings.has(subject, defect),
    ),
    ended,
    crash: crash === undefined ? undefined : { crash, file: saveCrash(out, settings, crash) },
    timing: { elapsedSeconds: elapsed(), firstFindingSeconds, workers: executor.workers },
  };
}

async function saveAndShrink(executor: Executor, out: string, finding: Finding): Promise<Crash | undefined> {
  // First as it was found: if shrinking goes wrong, the finding is not lost.
  for (const asFound of [true, false]) {
    const result = await executor.minimise({ ...finding }, asFound);
    if (!result.ok) return result.crash;
    saveFinding(out, finding, result.minimised);
  }
  return undefined;
}

/** Beside the findings: the baseline that would accept them all. */
function saveBaseline(out: string, { seed }: CampaignSettings, findings: readonly Finding[]): void {
  const rows = findings.map(({ subject, defect, known, index }) => ({
    subject,
    defect,
    reason: known ?? `not explained yet; found by fuzzing, seed ${seed} index ${index}`,
  }));
  writeAtomically(join(out, 'baseline.txt'), writeBaseline(rows));
}

const endedBy = ({ failure }: Crash) => (failure === undefined ? 'crash' : 'failure');

/** Saves what is needed to meet a crash of ours, or the failure of a subject, again; returns the path. */
function saveCrash(out: string, settings: CampaignSettings, crash: Crash): string {
  if (crash.failure !== undefined) {
    const file = join(out, `failure-${crash.index}.bpf`);
    writeAtomically(file, crash.failure.text);
    return file;
  }
  const path = join(out, `crash-${crash.index}.txt`);
  const lines = [
    `; unwindiff crashed while it wanted to ${crash.stage} this program`,
    `; seed=${settings.seed} index=${crash.index} profile=${profileAt(settings.profile, crash.index)}`,
    `; again: unwindiff fuzz --seed '${settings.seed}' --profile ${settings.profile} --from ${crash.index} --runs 1`,
    ...crash.stack.split('\n').map((line) => `; ${line}`),
    '',
    crash.program ?? '; (no program was generated)',
  ];
  writeAtomically(path, `${lines.join('\n')}\n`);
  return path;
}

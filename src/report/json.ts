/** The JSON answers. Everything that may differ between two runs of the same request sits under `timing`. */

import { type CoverageCell, coverageCells } from '../../generators/coverage.js';
import { formatDefect } from '../../oracles/defect.js';
import type { Judgement, SubjectVerdict } from '../../oracles/judgement.js';
import type { CampaignResult } from '../campaign/campaign.js';
import { percentiles } from '../campaign/counts.js';
import type { Finding } from '../campaign/findings.js';
import { type SubjectTally, VERDICT_NAMES } from '../campaign/stats.js';
import type { StopAt } from '../contract/prepared.js';

/** A value as JSON text with two spaces of indentation; a bigint becomes a decimal string. */
export function jsonText(value: unknown): string {
  const plain = (_: string, each: unknown) => (typeof each === 'bigint' ? each.toString() : each);
  return `${JSON.stringify(value, plain, 2)}\n`;
}

/** The answer of `fuzz`. `rssMiB` is the memory of the whole process, worker threads included. */
export function campaignJson(result: CampaignResult, rssMiB: number) {
  const { settings, tally, timing } = result;
  const { elapsedSeconds } = timing;
  return {
    seed: settings.seed,
    profile: settings.profile,
    from: result.from,
    programs: tally.programs,
    // A run that time or somebody ended stops at a point of its own: what it did is repeated by `from` and `programs`.
    complete: result.ended === 'complete' || result.ended === 'time',
    settings: {
      stopAt: settings.stopAt,
      pruning: settings.pruning,
      worlds: settings.worlds,
      fuel: settings.fuel,
      containment: settings.containment,
      patches: settings.patches,
      ...(settings.modules === undefined ? {} : { modules: settings.modules.map(({ given }) => given) }),
    },
    coverage: {
      generated: tally.programs,
      verified: tally.verified,
      unverified: Object.fromEntries(sorted(tally.unverified)),
      throwRuns: tally.throwRuns,
      ...(settings.stopAt === 'throw' ? {} : { stopRuns: tally.stopRuns, stopsHolding: tally.stopsHolding }),
      heldAtThrow: percentiles(tally.heldAtThrow),
      programsThrowingWhileHolding: tally.throwingWhileHolding,
      programsHoldingInTwoFrames: tally.holdingInTwoFrames,
      programsWithDifferingStatesAtAThrow: tally.differingStates,
      worlds: tally.worlds,
      worldsEnumerated: tally.enumerated,
      throwPcs: tally.throwPcs,
      throwPcsRun: tally.throwPcsRun,
      instructionsExecuted: tally.executed,
    },
    subjects: Object.fromEntries(
      [...tally.subjects].map(([name, subject]) => [
        name,
        subjectJson(
          subject,
          result.findings.filter((finding) => finding.subject === name),
          settings.stopAt,
        ),
      ]),
    ),
    ...(settings.comparePruning === undefined ? {} : { comparePruning: comparisonJson(result) }),
    ...(result.coverage === undefined ? {} : { emitted: coverageCells(result.coverage).map(cellJson) }),
    baseline: {
      unseen: result.unseen.map(({ subject, defect, reason }) => ({ subject, defect, reason })),
    },
    ...(result.crash === undefined ? {} : crashJson(result.crash)),
    timing: {
      elapsedSeconds,
      programsPerSecond: elapsedSeconds > 0 ? tally.programs / elapsedSeconds : 0,
      firstFindingSeconds: timing.firstFindingSeconds ?? null,
      rssMiB,
      workers: timing.workers,
      ended: result.ended,
    },
  };
}

/** `crash` is a bug of ours, `failure` one of a subject from outside. */
function crashJson({ crash, file }: NonNullable<CampaignResult['crash']>) {
  const { index, stage, message, failure } = crash;
  if (failure === undefined) return { crash: { index, stage, message, file } };
  const { subject, module, work, words, insns } = failure;
  return { failure: { subject, module, work, message: words.what, at: words.where ?? null, index, file, insns } };
}

/** Per subject every pair of verdicts, those that stay the same too: the counts sum to the programs. */
function comparisonJson({ settings, tally }: CampaignResult) {
  const subjects = [...tally.comparison].map(([name, changes]) => {
    const verdicts = sorted(changes).map(([, { from, to, programs, first }]) => ({ from, to, programs, first }));
    const changed = verdicts.filter(({ from, to }) => from !== to).reduce((sum, { programs }) => sum + programs, 0);
    return [name, { changed, verdicts }] as const;
  });
  return { from: settings.pruning, to: settings.comparePruning, subjects: Object.fromEntries(subjects) };
}

function cellJson({ row, context, count, impossible }: CoverageCell) {
  return { row, ...context, count, ...(impossible === undefined ? {} : { impossible }) };
}

function subjectJson(subject: SubjectTally, findings: readonly Finding[], stopAt: StopAt) {
  const { verdicts } = subject;
  return {
    prepared: subject.prepared,
    refused: { mergeFailure: verdicts['merge-failure'], other: verdicts.refused },
    verdicts: Object.fromEntries(VERDICT_NAMES.map((verdict) => [verdict, verdicts[verdict]])),
    patched: subject.patched,
    findings: findings.map((finding) => ({
      defect: finding.defect,
      verdict: finding.verdict,
      file: finding.file ?? null,
      insns: finding.minimised?.insns ?? null,
      index: finding.index,
      known: finding.known !== undefined,
      programs: finding.programs,
    })),
    stack: { ...percentiles(subject.growth), overLimit: subject.overLimit },
    metadataBytes: percentiles(subject.metadata),
    instructionsAdded: percentiles(subject.added),
    executed: { original: subject.executedOriginal, added: subject.executedAdded },
    ...(stopAt === 'window' ? { window: { stops: subject.windowStops, exposed: subject.windowExposed } } : {}),
    refusals: Object.fromEntries(
      sorted(subject.refusals).map(([code, { programs, curableBy }]) => [
        code,
        { programs, curableBy: Object.fromEntries(sorted(curableBy)) },
      ]),
    ),
  };
}

/** By key, so that the order does not depend on which was met first. */
function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The answer of `judge`. */
export function judgementJson(judgement: Judgement) {
  return {
    ...(judgement.refusal === undefined ? {} : { refusal: judgement.refusal }),
    subjects: Object.fromEntries([...judgement.subjects].map(([name, verdict]) => [name, verdictJson(verdict)])),
    truth: judgement.truth,
    stakes: judgement.stakes,
  };
}

function verdictJson(judged: SubjectVerdict) {
  const { verdict, defect, refusal, curableBy, evidence, cost, growth, executed, window } = judged;
  return {
    verdict,
    ...(defect === undefined ? {} : { defect: formatDefect(defect) }),
    ...(refusal === undefined ? {} : { refusal, curableBy: curableBy ?? [] }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(cost === undefined ? {} : { cost }),
    ...(growth === undefined ? {} : { growth }),
    ...(executed === undefined ? {} : { executed }),
    ...(window === undefined ? {} : { window }),
  };
}

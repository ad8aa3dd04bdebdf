/** The aggregates of a campaign: what is kept of every judged program. Everything here merges, so memory stays flat. */
import type { Judgement, SubjectVerdict } from '../../oracles/judgement.js';
import type { RefusalCode } from '../contract/refusal.js';
import type { Verdict } from '../contract/verdict.js';
import { type Comparison, emptyComparison, mergeComparison } from './comparison.js';
import { type Counts, count, mergeCounts } from './counts.js';

/** Programs that a subject refused for one reason, and which other subjects were right about how many of them. */
interface RefusalTally {
  programs: number;
  readonly curableBy: Map<string, number>;
}

/** One subject's share. The verdicts sum to the number of programs. */
export interface SubjectTally {
  prepared: number;
  readonly verdicts: Record<Verdict, number>;
  /** Findings among the verdicts that show only once a kernel has patched the program. */
  patched: number;
  /** By refusal code; programs that do not verify are under `unverified`. */
  readonly refusals: Map<RefusalCode | 'unverified', RefusalTally>;
  /** Bytes that the design adds to the worst chain, per prepared program. */
  readonly growth: Counts;
  /** Programs refused because the design's stack does not fit. */
  overLimit: number;
  readonly metadata: Counts;
  readonly added: Counts;
  executedOriginal: number;
  executedAdded: number;
  /** Stops within what the design has inserted, and how many of them it did not clean up right. */
  windowStops: number;
  windowExposed: number;
}

/** All programs together. */
export interface Tally {
  programs: number;
  verified: number;
  /** Why programs did not verify. */
  readonly unverified: Map<RefusalCode, number>;
  throwRuns: number;
  /** Stops between throws, and at how many of them something was held. */
  stopRuns: number;
  stopsHolding: number;
  readonly heldAtThrow: Counts;
  throwingWhileHolding: number;
  holdingInTwoFrames: number;
  differingStates: number;
  worlds: number;
  /** Programs of which every world was run. */
  enumerated: number;
  throwPcs: number;
  throwPcsRun: number;
  executed: number;
  readonly subjects: Map<string, SubjectTally>;
  /** If another pruning was asked for: what it changes. */
  readonly comparison: Comparison;
}

function emptyVerdicts(): Record<Verdict, number> {
  return {
    'garbage-release': 0,
    'double-release': 0,
    'wrong-destructor': 0,
    'stale-use': 0,
    leak: 0,
    'table-overflow': 0,
    'stack-overflow': 0,
    'behaviour-differs': 0,
    'order-dependent': 0,
    'merge-failure': 0,
    refused: 0,
    inconclusive: 0,
    agree: 0,
  };
}

/** All verdicts in order of severity, worst first. */
export const VERDICT_NAMES: readonly Verdict[] = Object.keys(emptyVerdicts()).filter(
  (name): name is Verdict => name in emptyVerdicts(),
);

/** A tally of nothing, with a row for each subject. */
export function emptyTally(subjects: readonly string[]): Tally {
  return {
    programs: 0,
    verified: 0,
    unverified: new Map(),
    throwRuns: 0,
    stopRuns: 0,
    stopsHolding: 0,
    heldAtThrow: new Map(),
    throwingWhileHolding: 0,
    holdingInTwoFrames: 0,
    differingStates: 0,
    worlds: 0,
    enumerated: 0,
    throwPcs: 0,
    throwPcsRun: 0,
    executed: 0,
    subjects: new Map(subjects.map((name) => [name, emptySubject()])),
    comparison: emptyComparison(subjects),
  };
}

function emptySubject(): SubjectTally {
  return {
    prepared: 0,
    verdicts: emptyVerdicts(),
    patched: 0,
    refusals: new Map(),
    growth: new Map(),
    overLimit: 0,
    metadata: new Map(),
    added: new Map(),
    executedOriginal: 0,
    executedAdded: 0,
    windowStops: 0,
    windowExposed: 0,
  };
}

/** Adds one judged program. */
export function addJudgement(tally: Tally, judgement: Judgement): void {
  tally.programs++;
  const { refusal, stakes } = judgement;
  if (refusal === undefined) {
    tally.verified++;
    tally.throwRuns += stakes.throwRuns;
    tally.stopRuns += stakes.stopRuns;
    tally.stopsHolding += stakes.stopsHolding;
    let most = 0;
    for (const held of stakes.heldAtThrow) {
      count(tally.heldAtThrow, held);
      most = Math.max(most, held);
    }
    if (most > 0) tally.throwingWhileHolding++;
    if (stakes.heldInTwoFrames) tally.holdingInTwoFrames++;
    if (stakes.differingStates) tally.differingStates++;
    tally.worlds += stakes.worlds;
    if (stakes.enumerated) tally.enumerated++;
    tally.throwPcs += stakes.throwPcs;
    tally.throwPcsRun += stakes.throwPcsRun;
    tally.executed += stakes.executed;
  } else {
    tally.unverified.set(refusal.code, (tally.unverified.get(refusal.code) ?? 0) + 1);
  }
  for (const [name, subject] of tally.subjects) {
    if (refusal !== undefined) {
      subject.verdicts.refused++;
      addRefusal(subject, 'unverified', []);
      continue;
    }
    const verdict = judgement.subjects.get(name);
    if (verdict === undefined) throw new Error(`the judge gave no verdict for ${name}`);
    addVerdict(subject, verdict);
  }
}

function addVerdict(subject: SubjectTally, judged: SubjectVerdict): void {
  subject.verdicts[judged.verdict]++;
  if (judged.verdict === 'refused' || judged.verdict === 'merge-failure') {
    if (judged.refusal === undefined) throw new Error(`a verdict ${judged.verdict} without a refusal`);
    if (judged.refusal.code === 'stack-limit') subject.overLimit++;
    addRefusal(subject, judged.refusal.code, judged.curableBy ?? []);
    return;
  }
  subject.prepared++;
  if (judged.evidence?.patches !== undefined) subject.patched++;
  if (judged.growth !== undefined) count(subject.growth, judged.growth.chain);
  if (judged.cost !== undefined) {
    count(subject.metadata, judged.cost.metadataBytes);
    count(subject.added, judged.cost.instructionsAdded);
  }
  subject.executedOriginal += judged.executed?.original ?? 0;
  subject.executedAdded += judged.executed?.added ?? 0;
  subject.windowStops += judged.window?.stops ?? 0;
  subject.windowExposed += judged.window?.exposed ?? 0;
}

function addRefusal(subject: SubjectTally, code: RefusalCode | 'unverified', curableBy: readonly string[]): void {
  let row = subject.refusals.get(code);
  if (row === undefined) {
    row = { programs: 0, curableBy: new Map() };
    subject.refusals.set(code, row);
  }
  row.programs++;
  for (const name of curableBy) row.curableBy.set(name, (row.curableBy.get(name) ?? 0) + 1);
}

/** Adds all of `from` to `into`; both have the same subjects. */
export function mergeTally(into: Tally, from: Tally): void {
  into.programs += from.programs;
  into.verified += from.verified;
  addAll(into.unverified, from.unverified);
  into.throwRuns += from.throwRuns;
  into.stopRuns += from.stopRuns;
  into.stopsHolding += from.stopsHolding;
  mergeCounts(into.heldAtThrow, from.heldAtThrow);
  into.throwingWhileHolding += from.throwingWhileHolding;
  into.holdingInTwoFrames += from.holdingInTwoFrames;
  into.differingStates += from.differingStates;
  into.worlds += from.worlds;
  into.enumerated += from.enumerated;
  into.throwPcs += from.throwPcs;
  into.throwPcsRun += from.throwPcsRun;
  into.executed += from.executed;
  for (const [name, subject] of from.subjects) {
    const known = into.subjects.get(name);
    if (known === undefined) throw new Error(`no tally for ${name}`);
    mergeSubject(known, subject);
  }
  mergeComparison(into.comparison, from.comparison);
}

function mergeSubject(into: SubjectTally, from: SubjectTally): void {
  into.prepared += from.prepared;
  into.patched += from.patched;
  for (const verdict of VERDICT_NAMES) into.verdicts[verdict] += from.verdicts[verdict];
  for (const [code, row] of from.refusals) {
    const known = into.refusals.get(code);
    if (known === undefined) {
      into.refusals.set(code, { programs: row.programs, curableBy: new Map(row.curableBy) });
    } else {
      known.programs += row.programs;
      addAll(known.curableBy, row.curableBy);
    }
  }
  mergeCounts(into.growth, from.growth);
  into.overLimit += from.overLimit;
  mergeCounts(into.metadata, from.metadata);
  mergeCounts(into.added, from.added);
  into.executedOriginal += from.executedOriginal;
  into.executedAdded += from.executedAdded;
  into.windowStops += from.windowStops;
  into.windowExposed += from.windowExposed;
}

function addAll<K>(into: Map<K, number>, from: ReadonlyMap<K, number>): void {
  for (const [key, times] of from) into.set(key, (into.get(key) ?? 0) + times);
}

/** Programs from which on the share that verifies is judged. */
const ENOUGH = 200;
const SHARE_THAT_VERIFIES = 0.95;

/** Whether fewer generated programs verify than can be: then the generator or the verifier is wrong. */
export function tooFewVerify({ programs, verified }: Pick<Tally, 'programs' | 'verified'>): boolean {
  return programs >= ENOUGH && verified < SHARE_THAT_VERIFIES * programs;
}

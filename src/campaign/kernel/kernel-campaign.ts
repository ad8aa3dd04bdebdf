/**
 * Asks the running kernel about program after program: batches to workers, what they were told merged in the order of the
 * programs. What differs is written before it is reported, then made small. A failure of the kernel itself (EFAULT, a warning
 * in its log) stops the run: it is a finding about the kernel and no verdict.
 */
import { join } from 'node:path';
import { writeAtomically } from '../atomic-file.js';
import { batchesOf } from '../plan.js';
import { inOrder } from '../scheduler.js';
import { type Health, healthOf, settledHealthOf } from './health.js';
import type { KernelExecutor } from './kernel-executor.js';
import type { SavedText } from './kernel-finding.js';
import type { KernelFailure, KernelSighting } from './kernel-shard.js';
import { emptyLegTally, type LegTally, mergeLegTally } from './leg-tally.js';
import type { Leg } from './legs.js';

export interface KernelFinding {
  readonly leg: string;
  readonly class: string;
  readonly known?: string;
  readonly detail: string;
  readonly index: number;
  readonly programs: number;
  readonly file: string;
  readonly insns: number;
  readonly insnsBefore: number;
}

export interface KernelCampaign {
  readonly from: number;
  readonly runs: number;
  /** Folder for findings. */
  readonly out: string;
  readonly legs: readonly Pick<Leg, 'name' | 'group' | 'target'>[];
  /** Whose health is looked at before and after. */
  readonly kernel: Parameters<typeof healthOf>[0];
  readonly interrupted?: AbortSignal | undefined;
  readonly onProgress: (programs: number, findings: number) => void;
}

/** The first failure of the kernel, and the programs that other workers had in hand when it showed. */
interface Stopped {
  readonly leg: string;
  readonly index: number;
  readonly why: string;
  readonly file: string;
  readonly suspects: readonly string[];
}

export interface KernelResult {
  readonly programs: number;
  readonly legs: readonly LegTally[];
  readonly findings: readonly KernelFinding[];
  /** What stopped the run before its end. */
  readonly stopped?: Stopped;
  readonly health: { readonly before: Health; readonly after: Health };
  readonly ended: 'complete' | 'interrupted' | 'kernel failed';
}

/** Runs it to its end, an interruption, or a failure of the kernel; closes the executor. What was asked about is always from, from + 1, … */
export async function runKernelCampaign(campaign: KernelCampaign, executor: KernelExecutor): Promise<KernelResult> {
  const { from, runs, kernel, out } = campaign;
  const before = healthOf(kernel);
  const tallies = campaign.legs.map(emptyLegTally);
  const findings = new Map<string, KernelFinding>();
  const shrinks: Promise<void>[] = [];
  let programs = 0;
  let stopped: Stopped | undefined;
  const write = ({ name, text }: SavedText): string => {
    const file = join(out, name);
    writeAtomically(file, text);
    return file;
  };
  const stop = ({ saved, ...failure }: KernelFailure): void => {
    const file = write(saved);
    stopped =
      stopped === undefined
        ? { ...failure, file, suspects: [] }
        : { ...stopped, suspects: [...stopped.suspects, file].filter((each) => each !== stopped?.file) };
  };
  const meet = (sighting: KernelSighting): void => {
    const key = `${sighting.leg} ${sighting.class}`;
    const before = findings.get(key);
    if (before !== undefined) {
      findings.set(key, { ...before, programs: before.programs + sighting.programs });
      return;
    }
    const { saved, asIs, ...seen } = sighting;
    findings.set(key, { ...seen, file: write(saved), insnsBefore: seen.insns });
    if (!asIs && stopped === undefined) shrinks.push(minimise(key, sighting));
  };
  const minimise = async (key: string, sighting: KernelSighting): Promise<void> => {
    const { saved, failure, ...small } = await executor.minimise(sighting);
    if (failure !== undefined) stop(failure);
    const now = findings.get(key);
    if (saved === undefined || now === undefined) return;
    write(saved);
    findings.set(key, { ...now, ...small });
  };
  const over = () => stopped !== undefined || campaign.interrupted?.aborted === true;
  try {
    let complete = true;
    for await (const batch of inOrder(batchesOf(from, runs), executor.workers, (each) => executor.batch(each), over)) {
      if (batch.failure !== undefined) stop(batch.failure);
      // After a failure, what other workers say is kept only where it is about that failure.
      if (complete) {
        programs += batch.programs;
        batch.tallies.forEach((tally, at) => {
          const into = tallies[at];
          if (into !== undefined) mergeLegTally(into, tally);
        });
        batch.sightings.forEach(meet);
      }
      complete &&= batch.complete;
      campaign.onProgress(programs, findings.size);
    }
    await Promise.all(shrinks);
  } finally {
    await executor.close();
  }
  const ended = stopped !== undefined ? 'kernel failed' : programs < runs ? 'interrupted' : 'complete';
  return {
    programs,
    legs: tallies,
    findings: [...findings.values()],
    ...(stopped === undefined ? {} : { stopped }),
    health: { before, after: await settledHealthOf(kernel, before) },
    ended,
  };
}

/** How long it takes to shrink a finding: every defect that was met, once. */
import type { Shard, Sighting } from '../src/campaign/shard.js';
import { median, spentOn } from './clock.js';

/** Milliseconds of processor time a finding, and means of its instructions before and after. */
export type Shrinking =
  | {
      readonly available: true;
      readonly findings: number;
      readonly medianMs: number;
      readonly maxMs: number;
      readonly totalMs: number;
      readonly instructionsBefore: number;
      readonly instructionsAfter: number;
      /** Findings from which no single instruction can be removed; a shrink may run out of calls before. */
      readonly minimal: number;
    }
  | { readonly available: false; readonly reason: string };

/** Shrinks the findings in this thread. */
export async function measureShrinks(shard: Shard, sightings: readonly Sighting[]): Promise<Shrinking> {
  const times: number[] = [];
  let [before, after, minimal] = [0, 0, 0];
  for (const sighting of sightings) {
    const { cpu } = await spentOn(() => {
      const result = shard.minimise(sighting, false);
      if (!result.ok) throw new Error(`shrinking program ${result.crash.index}: ${result.crash.stack}`);
      before += result.minimised.insnsBefore;
      after += result.minimised.insns;
      if (result.minimised.ended === 'minimal') minimal++;
    });
    times.push(cpu / 1000);
  }
  if (times.length === 0) return { available: false, reason: 'no findings' };
  return {
    available: true,
    findings: times.length,
    medianMs: median(times),
    maxMs: Math.max(...times),
    totalMs: times.reduce((sum, each) => sum + each, 0),
    instructionsBefore: before / times.length,
    instructionsAfter: after / times.length,
    minimal,
  };
}

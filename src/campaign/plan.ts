/** What a campaign is going to do: its settings, which profile an index has, and index ranges to hand out. */
import { PROFILE_NAMES, PROFILES, type ProfileName } from '../../generators/profile.js';
import type { StopAt } from '../contract/prepared.js';
import type { SubjectModule } from '../subjects/failure.js';
import type { Pruning } from '../verify/analysis.js';

/** Everything the result of a program depends on, beside its index. Plain data: it is sent to workers. */
export interface CampaignSettings {
  readonly seed: string;
  /** `all`: the profiles take turns, index modulo their number. */
  readonly profile: ProfileName | 'all';
  readonly subjects: readonly string[];
  /** Where subjects among them come from that are not ours. */
  readonly modules?: readonly SubjectModule[];
  readonly stopAt: StopAt;
  readonly pruning: Pruning;
  /** Judge every program under this pruning, too, and count the verdicts that change. */
  readonly comparePruning?: Pruning;
  /** Worlds per program at most. */
  readonly worlds: number;
  /** Original instructions per run at most. */
  readonly fuel: number;
  /** Check at every executed instruction that the verifier allowed for the concrete state. */
  readonly containment: boolean;
  /** Run every program also as a kernel would leave it: patched. */
  readonly patches: boolean;
}

/** Programs `from`, `from + 1`, … */
export interface Batch {
  readonly from: number;
  readonly count: number;
}

/** Programs per message to a worker: enough to hide the round trip, few enough to stop quickly. */
const BATCH = 32;

/** Whether a word names a profile. */
export function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

/** The profile of the program with this index. */
export function profileAt(profile: ProfileName | 'all', index: number): ProfileName {
  if (profile !== 'all') return profile;
  return PROFILE_NAMES[index % PROFILE_NAMES.length] ?? 'default';
}

/** Cuts [from, from + runs) into batches, ascending; without `runs` it goes on until the largest safe index. */
export function* batchesOf(from: number, runs: number | undefined, size: number = BATCH): Generator<Batch> {
  const end = runs === undefined ? Number.MAX_SAFE_INTEGER : from + runs;
  for (let start = from; start < end; start += size) yield { from: start, count: Math.min(size, end - start) };
}

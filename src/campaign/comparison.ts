/** What another pruning makes of the same programs: per subject, how often which verdict becomes which. */
import type { Judgement } from '../../oracles/judgement.js';
import type { Verdict } from '../contract/verdict.js';

/** Programs whose verdict goes from one to another (which may be the same). */
export interface VerdictChange {
  readonly from: Verdict;
  readonly to: Verdict;
  programs: number;
  /** The smallest index among them. */
  first: number;
}

/** By subject, then by `from to`. Plain maps: it is sent between threads. */
export type Comparison = Map<string, Map<string, VerdictChange>>;

/** A comparison of nothing. */
export function emptyComparison(subjects: readonly string[]): Comparison {
  return new Map(subjects.map((name) => [name, new Map<string, VerdictChange>()]));
}

/** Adds a program that was judged twice. */
export function addComparison(comparison: Comparison, before: Judgement, after: Judgement, index: number): void {
  for (const [name, changes] of comparison) {
    const from = before.subjects.get(name)?.verdict;
    const to = after.subjects.get(name)?.verdict;
    if (from === undefined || to === undefined) throw new Error(`the judge gave no verdict for ${name}`);
    addChange(changes, { from, to, programs: 1, first: index });
  }
}

/** Adds all of `from` to `into`; both have the same subjects. */
export function mergeComparison(into: Comparison, from: Comparison): void {
  for (const [name, changes] of from) {
    const known = into.get(name);
    if (known === undefined) throw new Error(`no comparison for ${name}`);
    for (const change of changes.values()) addChange(known, change);
  }
}

function addChange(changes: Map<string, VerdictChange>, change: VerdictChange): void {
  const key = `${change.from} ${change.to}`;
  const known = changes.get(key);
  if (known === undefined) changes.set(key, { ...change });
  else {
    known.programs += change.programs;
    known.first = Math.min(known.first, change.first);
  }
}

/** The ways to drop states, a row each. */
import type { CompletePruning, Pruning } from './analysis.js';

interface PruningRow {
  /** All that reaches a throw is seen, so that nothing which is reported depends on what was dropped. */
  readonly complete: boolean;
  /** A state that exactly repeats a finished one is dropped (prune.ts). */
  readonly reusesFinished: boolean;
  /** Pruning as the kernel does it (checkpoints.ts): which prune points make a checkpoint. */
  readonly checkpoints?: 'some' | 'every';
}

export const PRUNINGS: Readonly<Record<Pruning, PruningRow>> = {
  off: { complete: true, reusesFinished: false },
  exact: { complete: true, reusesFinished: true },
  'kernel-like': { complete: false, reusesFinished: false, checkpoints: 'some' },
  'kernel-like-every': { complete: false, reusesFinished: false, checkpoints: 'every' },
};

/** Names, in the order of the table. */
export const PRUNING_NAMES = Object.keys(PRUNINGS);

/** Whether a word names a pruning. */
export function isPruning(word: string): word is Pruning {
  return Object.hasOwn(PRUNINGS, word);
}

/** Whether a pruning sees every throw state. */
export function isComplete(pruning: Pruning): pruning is CompletePruning {
  return PRUNINGS[pruning].complete;
}

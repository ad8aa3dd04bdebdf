/**
 * Why a spill does not give a resource a place. Each reason is a property of the program that a reader can check by hand: what
 * the slot of the resource has in the state that has no place for it, and in the others at that pc.
 */
import { livesOnStack } from '../../isa/kinds.js';
import type { Program } from '../../isa/program.js';
import type { Attempt } from './attempt.js';
import { heldIn } from './clears.js';

/** What is wrong with the slot of a resource that has no place. */
export type Unspillable =
  /** Its call acquires another one while it is held: one slot a pc. */
  | 'acquired-again'
  /** A call releases it on one path and something else on this one: the slot cannot be cleared on one path only. */
  | 'released-or-kept'
  /** On some path a callee has released it when it throws: the slot is in a frame that cannot clear it by then. */
  | 'released-below'
  /** Its frame got it from a callee, but not in R0. */
  | 'not-returned'
  /** R0 of the call that returns it is something else on another path. */
  | 'returned-or-not'
  /** A dynptr or iterator that is no longer whole: it cannot be destroyed. */
  | 'not-whole'
  /** Places there are, but no choice among them releases everything once. */
  | 'overlap';

const WORDS: Readonly<Record<Unspillable, (slot: number) => string>> = {
  'acquired-again': (pc) => `the call at insn ${pc} acquires another one while it is held`,
  'released-or-kept': (pc) => `what releases the resource of insn ${pc} on one path releases another one here`,
  'released-below': (pc) => `a callee releases the resource of insn ${pc} and throws afterwards`,
  'not-returned': (pc) => `the call at insn ${pc} does not return it in R0`,
  'returned-or-not': (pc) => `the call at insn ${pc} returns something else on another path`,
  'not-whole': () => 'its slots are overwritten, or gone with their frame',
  overlap: () => 'every choice of places releases something twice or never',
};

/** The reason in words. */
export function whyNotSpilled(program: Program, attempt: Attempt): string {
  const { reason, pc } = reasonOf(program, attempt);
  return WORDS[reason](pc);
}

/** The reason why the resource that a failed attempt blames has no place, and the pc of its spill. */
export function reasonOf(program: Program, attempt: Attempt): { readonly reason: Unspillable; readonly pc: number } {
  const { analysis, choice, pcMap, layout } = attempt;
  const { selection, candidates } = choice;
  const duty = selection.ok ? undefined : candidates.duties[selection.duty];
  const state = duty === undefined ? undefined : analysis.throws[duty.visit]?.state;
  if (selection.ok || duty === undefined || state === undefined) throw new Error('the attempt has not failed');
  if (selection.why !== 'no-key') return { reason: 'overlap', pc: -1 };
  const { reference } = duty;
  // What is whole has a place, if only one that cannot be listed.
  if (livesOnStack(reference.kind) && duty.keys.length === 0) return { reason: 'not-whole', pc: -1 };
  const acquired = pcMap.toOriginal[reference.acquiredAt] ?? -1;
  const owner = state.frame(reference.frame).subprogram;
  const isReturned = owner !== (program.subprogramOf[acquired] ?? 0);
  const slots = (layout?.slots ?? []).filter(
    (slot) => slot.subprogram === owner && (isReturned || slot.pc === acquired),
  );
  const own = slots.find(({ offset }) => heldIn(state, reference.frame, offset) === reference.id);
  const pc = own?.pc ?? slots[0]?.pc ?? acquired;
  if (own !== undefined) return { reason: isReturned ? 'returned-or-not' : 'released-below', pc };
  if (isReturned) return { reason: 'not-returned', pc };
  const isAnother = slots.some(({ offset }) => heldIn(state, reference.frame, offset) !== 0);
  return { reason: isAnother ? 'acquired-again' : 'released-or-kept', pc };
}

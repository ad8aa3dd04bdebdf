/**
 * A program with some of its spills, and what descriptors can be made for it. Two walks: one of the program with its stores,
 * which says where the slots have to be cleared; one of the whole rewrite, whose throw states the descriptors are made from.
 * So whatever was thought when the spills were placed, the descriptors rest on what the verifier sees of the program that
 * runs, as those of frame-descriptors/sound do.
 */
import type { PcMap } from '../../contract/prepared.js';
import type { Refusal } from '../../contract/refusal.js';
import type { Program } from '../../isa/program.js';
import type { Patched } from '../../patch/patch.js';
import type { Analysis } from '../../verify/analysis.js';
import { isComplete } from '../../verify/pruning.js';
import { analyse, WALK_LIMIT } from '../../verify/walk.js';
import { STACK_LIMIT } from '../cost.js';
import { type Choice, chooseKeys } from '../frame-descriptors/sound.js';
import { findClears } from './clears.js';
import { type Clear, insertSpills } from './rewrite.js';
import { layOutSlots, type SlotLayout } from './slots.js';

/** A program, its walk, and the places chosen in it. */
export interface Attempt {
  readonly program: Program;
  readonly analysis: Analysis;
  readonly pcMap: PcMap;
  readonly choice: Choice;
  /** `undefined`: the original. */
  readonly layout: SlotLayout | undefined;
}

export type Attempted =
  | { readonly ok: true; readonly attempt: Attempt }
  | { readonly ok: false; readonly refusal: Refusal };

/** Spills the calls at these pcs. A refusal: no room, or the rewrite does not verify, which is a bug of ours. */
export function attemptWith(program: Program, analysis: Analysis, pcs: ReadonlySet<number>): Attempted {
  const layout = layOutSlots(program, analysis.stackDepth, pcs);
  const tooLarge = stackRefusal(layout);
  if (tooLarge !== undefined) return { ok: false, refusal: tooLarge };
  const stored = insertSpills(program, layout, []);
  if (!stored.ok) return rejected(stored);
  const { pruning } = analysis;
  const limit = walkLimit(analysis, stored.program);
  const complete = isComplete(pruning) ? pruning : 'exact';
  const walked = analyse(stored.program, { pruning: complete, record: true, limit, throwStates: false });
  if (walked.refusal !== undefined) return rejected(stored, walked.refusal);
  const clears: readonly Clear[] = findClears(stored.program, walked, layout.slots, stored.pcMap);
  const patched = clears.length === 0 ? stored : insertSpills(program, layout, clears);
  if (!patched.ok) return rejected(patched);
  const again = analyse(patched.program, { pruning, limit: walkLimit(analysis, patched.program) });
  if (again.refusal !== undefined) return rejected(patched, again.refusal);
  const choice = chooseKeys(patched.program, again, layout.above);
  return { ok: true, attempt: { program: patched.program, pcMap: patched.pcMap, analysis: again, choice, layout } };
}

/** The slots do not fit into the stack of a call chain. */
export function stackRefusal({ cost }: SlotLayout): Refusal | undefined {
  if (cost.chain <= STACK_LIMIT) return undefined;
  const message = `combined stack size of the worst chain is ${cost.chain}. Too large`;
  return { code: 'stack-limit', pc: 0, message };
}

/**
 * Instructions that the walk of a rewrite may process: beside each one of the original all that was inserted, and as much once
 * more because slots tell states apart. Walks that the kernel's pruning has cut short say nothing of a complete one.
 */
export function walkLimit({ pruning, walked, program }: Analysis, rewritten: Program): number {
  const added = rewritten.length - program.length;
  return 2 * (isComplete(pruning) ? walked : WALK_LIMIT) * (1 + added);
}

/** The refusal of a rewrite that the patcher could not make, or that does not verify. */
export function rejected(patched: Patched, refusal?: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  if (!patched.ok) return { ok: false, refusal: { ...patched.refusal, code: 'rewrite-rejected' } };
  const { code = 'too-complex', pc = 0, message = '' } = refusal ?? {};
  const original = Math.max(0, patched.pcMap.serves?.[pc] ?? 0);
  const words = `the rewrite does not verify: ${code}: ${message}`;
  return { ok: false, refusal: { code: 'rewrite-rejected', pc: original, message: words } };
}

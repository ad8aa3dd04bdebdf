/**
 * The reply read literally (domain, section 3), on top of rfc-v1: what it says is done, what it does not say is not.
 *
 * - _Which of the conflicting resources is spilled?_ The one at hand: that of the path whose entry does not merge, since its
 *   reference, and so the pc that acquired it, is in the verifier's state. If that path has none there, the recorded one.
 *   Then all is collected anew; what still conflicts is spilled in turn. A path meets slots before registers.
 * - _What is erased?_ Every register and spill with the reference is an unknown scalar when the throw is described, as after the
 *   simulated cleanup of rfc-v1, and the reference is no longer listed. So R6–R9 make a NOT_INIT entry, which conflicts in its
 *   turn with the resource of the other path; a slot makes none, and an entry of the other path stays.
 * - _What if it is a dynptr or iterator?_ It cannot be stored in 8 bytes: the failed merge refuses the program, unless the other
 *   side can be spilled.
 * - _What happens to the slot on release?_ Nothing is said, nothing happens: it keeps its value.
 * - _What if one pc acquires several live resources?_ The last store stands.
 * - _What if the resource outlives the frame?_ Its slot was in that frame: it is recorded nowhere.
 * - _At which pcs is (slot, type) recorded?_ Wherever a path holds the resource at a throw, while the frame that acquired it owns it.
 */
import { callableAt } from '../../cfg/calls.js';
import { CALLABLES } from '../../isa/callables.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { isComplete } from '../../verify/pruning.js';
import { analyse } from '../../verify/walk.js';
import { type Collected, collectPosted } from '../frame-descriptors/collect.js';
import { rejected, stackRefusal, walkLimit } from './attempt.js';
import { eraseSpilled } from './erase.js';
import { insertSpills } from './rewrite.js';
import { layOutSlots, type SlotLayout } from './slots.js';

/** What came of spilling: the descriptors, with original pcs, of the states with what was spilled erased. */
export interface LiteralSpills {
  readonly layout: SlotLayout;
  readonly analysis: Analysis;
  readonly collected: Collected;
}

/** Spills one resource after the other until the rest merges, until a failed merge has none to spill or there is no room. */
export function spillConflicts(program: Program, analysis: Analysis): LiteralSpills {
  const spilled = new Set<number>();
  for (;;) {
    const layout = layOutSlots(program, analysis.stackDepth, spilled);
    const refusal = stackRefusal(layout);
    if (refusal !== undefined) return { layout, analysis, collected: { ok: false, refusal } };
    const seen = spilled.size === 0 ? analysis : eraseSpilled(analysis, layout);
    const collected = collectPosted(program, seen);
    const pc = collected.ok ? undefined : conflicting(program, collected, spilled);
    if (pc === undefined) return { layout, analysis: seen, collected };
    spilled.add(pc);
  }
}

/** pc of the call whose resource is to be spilled for a failed merge, if there is one. */
function conflicting(
  program: Program,
  { refusal }: Extract<Collected, { readonly ok: false }>,
  spilled: ReadonlySet<number>,
): number | undefined {
  // Only a failed merge has two sides.
  return [refusal.right, refusal.left]
    .flatMap((side) => side?.acquiredAt ?? [])
    .find((pc) => !spilled.has(pc) && returnsIt(program, pc));
}

/** Whether what the call at a pc acquires is in R0. */
function returnsIt(program: Program, pc: number): boolean {
  const name = callableAt(program, pc);
  return name !== undefined && CALLABLES[name].returns.is !== 'scalar';
}

/** The program with its stores; it has to verify like any other. */
export function storeSpills(program: Program, analysis: Analysis, layout: SlotLayout) {
  const patched = insertSpills(program, layout, []);
  if (!patched.ok) return rejected(patched);
  const pruning = isComplete(analysis.pruning) ? analysis.pruning : 'exact';
  const limit = walkLimit(analysis, patched.program);
  const { refusal } = analyse(patched.program, { pruning, limit, throwStates: false });
  return refusal === undefined ? patched : rejected(patched, refusal);
}

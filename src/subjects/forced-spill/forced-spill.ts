/**
 * Forced spill (Kumar's reply): frame descriptors that act where a merge fails. The conflicting resource is stored, right behind
 * the call that acquires it, in a new slot of 8 bytes reserved for that call, and the descriptor lists the slot. Two answers to
 * what the reply leaves open: `literal`, in literal.ts, and `sound`.
 *
 * **sound** builds on frame-descriptors/sound: what counts is whether every resource of every throw state can be given exactly one
 * place that all paths share (the argument is in merge.ts of that folder). Where one has none it gets a slot, by plain stores, and
 * the descriptors are made from a walk of the rewritten program, so that whatever follows is what the verifier sees of it.
 *
 * - _Which of the conflicting resources is spilled?_ Every one that has no other place: at a place where two different things
 *   stand, both have lost it. Where only the choice of places fails, the one that the search blames first (points.ts).
 * - _What becomes of its verifier state?_ Nothing: the slot is one more place. What is not listed conflicts with nothing.
 * - _What if it is a dynptr or iterator?_ It stays where it is, and its address is spilled: the destructor gets what the slot holds.
 * - _What happens to the slot on release?_ It is cleared by a store behind the instruction that releases what it holds; behind the
 *   call, if a callee does (clears.ts).
 * - _What if one pc acquires several live resources?_ There is one slot: those that have no other place make the program refused.
 * - _What if the resource outlives the frame?_ Returned, it is stored anew behind the call that returns it. Passed down, the slot of
 *   the frame that has it serves. Put into a caller's memory, it needs a place there, or the program is refused.
 * - _What is refused?_ What unspillable.ts lists, with the reason behind the refusal of frame-descriptors/sound; and slots that do
 *   not fit into 512 bytes. A resource that nobody has a pointer of any more at a throw is no failed merge, but a slot is a
 *   place for it, too.
 */
import type { PcMap } from '../../contract/prepared.js';
import type { Descriptors } from '../frame-descriptors/descriptor.js';
import { EXACT, POSTED } from '../frame-descriptors/frame-descriptors.js';
import { prepareDescriptors, unchanged } from '../frame-descriptors/prepare.js';
import { describeChoice } from '../frame-descriptors/sound.js';
import { onlyAtThrows } from '../refusal.js';
import type { Prepared, Subject } from '../subject.js';
import { literalKnowledge, soundKnowledge } from './knowledge.js';
import { spillConflicts, storeSpills } from './literal.js';
import type { SlotLayout } from './slots.js';
import { spillUntilPlaced } from './spill.js';

/** What the reply says and no more, on top of rfc-v1. */
export const literal: Subject = {
  name: 'forced-spill/literal',
  stops: 'throw',
  prepare(input) {
    const unsupported = onlyAtThrows(input.stopAt);
    if (unsupported !== undefined) return unsupported;
    const { program, analysis } = input;
    const { layout, collected } = spillConflicts(program, analysis);
    if (!collected.ok) return collected;
    if (layout.slots.length === 0) return prepareDescriptors(collected.descriptors, POSTED, unchanged(input));
    const stored = storeSpills(program, analysis, layout);
    if (!stored.ok) return stored;
    const moved = movedTo(collected.descriptors, stored.pcMap);
    return prepareDescriptors(moved, POSTED, carrierOf(program.length, stored, layout));
  },
  know: ({ program, analysis }) => literalKnowledge(program, analysis),
};

/** Never wrong; refuses only what no store can help. */
export const sound: Subject = {
  name: 'forced-spill/sound',
  stops: 'throw',
  prepare(input) {
    const unsupported = onlyAtThrows(input.stopAt);
    if (unsupported !== undefined) return unsupported;
    const spilled = spillUntilPlaced(input.program, input.analysis);
    if (!spilled.ok) return spilled;
    const { program, analysis, choice, layout } = spilled.attempt;
    const collected = describeChoice(program, analysis, choice);
    if (!collected.ok) return collected;
    if (layout === undefined) return prepareDescriptors(collected.descriptors, EXACT, unchanged(input));
    return prepareDescriptors(collected.descriptors, EXACT, carrierOf(input.program.length, spilled.attempt, layout));
  },
  know: ({ program, analysis }) => soundKnowledge(program, analysis),
};

function carrierOf(before: number, rewritten: Pick<Prepared, 'program' | 'pcMap'>, { reserved, cost }: SlotLayout) {
  const { program, pcMap } = rewritten;
  return { program, pcMap, reserved, cost: { ...cost, instructionsAdded: program.length - before } };
}

/** Descriptors made for the original, at the pcs of its rewrite. */
function movedTo({ byPc, pcs }: Descriptors, { toPrepared }: PcMap): Descriptors {
  const at = (pc: number) => toPrepared[pc] ?? -1;
  return {
    byPc: new Map([...byPc].map(([pc, descriptor]) => [at(pc), { ...descriptor, pc: at(pc) }])),
    pcs: pcs.map(at),
  };
}

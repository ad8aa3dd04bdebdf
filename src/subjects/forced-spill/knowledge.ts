/**
 * Why the descriptors of a forced spill list what they list: as those of their base do, with what the slots hold at each throw.
 * Visits, references and pcs are those of the original walk.
 */
import type { DescriptorKnowledge, SpillKnowledge } from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import type { Analysis, StateView } from '../../verify/analysis.js';
import { postedKnowledge } from '../frame-descriptors/posted-knowledge.js';
import { knowledgeOfChoice, soundKnowledge as placesOf } from '../frame-descriptors/sound-knowledge.js';
import { heldIn } from './clears.js';
import { spilledReference } from './erase.js';
import { spillConflicts } from './literal.js';
import type { SpillSlot } from './slots.js';
import { spillUntilPlaced } from './spill.js';
import { translateKnowledge, translationOf } from './translate.js';

/** What rfc-v1 makes of the states in which the spilled resources are erased. */
export function literalKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  const { analysis: erased, layout, collected } = spillConflicts(program, analysis);
  const knowledge = postedKnowledge(program, erased);
  const isTooLarge = !collected.ok && collected.refusal.code === 'stack-limit';
  if (layout.slots.length === 0 || isTooLarge) return knowledge;
  const spills = spillsOf(
    layout.slots,
    analysis,
    (state, frame, slot) => spilledReference(state, frame, slot)?.id ?? 0,
  );
  return { ...knowledge, spills };
}

/** What frame-descriptors/sound chooses in the rewritten program; of a refused one what it says of the original. */
export function soundKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  const spilled = spillUntilPlaced(program, analysis);
  const attempt = spilled.ok ? spilled.attempt : undefined;
  if (attempt?.layout === undefined) return placesOf(program, analysis);
  const { slots } = attempt.layout;
  const translation = translationOf(analysis, attempt.analysis, attempt.pcMap);
  const chosen = knowledgeOfChoice(attempt.program, attempt.analysis, attempt.choice);
  const knowledge = translateKnowledge(chosen, translation);
  const spills = spillsOf(slots, analysis, (_, frame, { offset }, visit) => {
    const there = translation.originals.indexOf(visit);
    const state = attempt.analysis.throws[there]?.state;
    return state === undefined ? 0 : translation.reference(there, heldIn(state, frame, offset));
  });
  return { ...knowledge, spills };
}

function spillsOf(
  slots: readonly SpillSlot[],
  { throws }: Analysis,
  held: (state: StateView, frame: number, slot: SpillSlot, visit: number) => number,
): readonly SpillKnowledge[] {
  return slots.map((slot) => ({
    subprogram: slot.subprogram,
    offset: slot.offset,
    pc: slot.pc,
    holds: throws.map(({ state }, visit) => {
      for (let frame = 0; frame < state.depth; frame++) {
        if (state.frame(frame).subprogram === slot.subprogram) return held(state, frame, slot, visit);
      }
      return 0;
    }),
  }));
}

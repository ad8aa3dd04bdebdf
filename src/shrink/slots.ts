/** Moves stack slots up: the 8 bytes at fp-24 become those at fp-8 where these are not in use. */
import { type Program, slotAt } from '../isa/program.js';
import type { Inserted } from '../patch/patch.js';
import { accessAt } from './access.js';
import { pcsIn } from './listing.js';
import { sweep } from './reducer.js';
import { inPlaceOf, type Plan, rewrite } from './rewrite.js';

/** Slots are counted by their lowest address; only accesses with R10 as base move. The sum of the depths falls. */
export const raiseSlots = sweep('raise slots', function* (program) {
  for (let subprogram = 0; subprogram < program.subprograms.length; subprogram++) {
    const used = new Set(slotsIn(program, subprogram).map(({ slot }) => slot));
    for (const from of [...used].sort((a, b) => a - b)) {
      for (let to = -8; to > from; to -= 8) {
        if (!used.has(to)) yield () => rewrite(program, moved(program, subprogram, from, to));
      }
    }
  }
});

/** Instructions of a subprogram that access the stack through R10, with the 8-byte slot they touch. */
export function slotsIn(program: Program, subprogram: number): { readonly pc: number; readonly slot: number }[] {
  return pcsIn(program, subprogram).flatMap((pc) => {
    const offset = accessAt(program, pc).slot?.offset;
    return offset === undefined || offset >= 0 ? [] : [{ pc, slot: Math.floor(offset / 8) * 8 }];
  });
}

/** Every access to one slot of a subprogram goes to another. */
export function moved(program: Program, subprogram: number, from: number, to: number): Plan {
  const plan = new Map<number, readonly Inserted[]>();
  for (const { pc, slot } of slotsIn(program, subprogram)) {
    if (slot !== from) continue;
    const old = slotAt(program, pc);
    plan.set(pc, inPlaceOf(program, pc, { ...old, off: old.off + to - from }));
  }
  return plan;
}

/** Renumbers callee-saved registers towards R6, one subprogram at a time. */
import { fieldsOf, SOURCE_X } from '../isa/op.js';
import { type Program, rowAt, slotAt } from '../isa/program.js';
import type { Inserted } from '../patch/patch.js';
import { pcsIn, registersIn } from './listing.js';
import { sweep } from './reducer.js';
import { inPlaceOf, type Plan, rewrite } from './rewrite.js';

/** R9 → R6, R8 → R6, …: only into a register that the subprogram does not name; the sum of the numbers falls. */
export const renumberRegisters = sweep('renumber registers', function* (program) {
  for (let subprogram = 0; subprogram < program.subprograms.length; subprogram++) {
    const used = registersIn(program, subprogram);
    for (let from = 9; from > 6; from--) {
      if (!used.has(from)) continue;
      for (let to = 6; to < from; to++) {
        if (used.has(to)) continue;
        yield () => rewrite(program, renamed(program, subprogram, from, to));
      }
    }
  }
});

/** Every mention of one register in a subprogram becomes another. */
export function renamed(program: Program, subprogram: number, from: number, to: number): Plan {
  const plan = new Map<number, readonly Inserted[]>();
  for (const pc of pcsIn(program, subprogram)) {
    const row = rowAt(program, pc);
    if (row === undefined) continue;
    const slot = slotAt(program, pc);
    const fields = fieldsOf(row, row.operand === 'X' || (slot.code & SOURCE_X) !== 0);
    const dst = fields.dst && slot.dst === from ? to : slot.dst;
    const src = fields.src && slot.src === from ? to : slot.src;
    if (dst === slot.dst && src === slot.src) continue;
    plan.set(pc, inPlaceOf(program, pc, { ...slot, dst, src }));
  }
  return plan;
}

/**
 * Removes an instruction together with everything that needs what it made: `r0 = acquire`, the copy, the NULL test and
 * the release go at once. The slice is syntactic and follows the text, not the paths; the predicate judges the result.
 */

import { type Program, rowAt, targetAt } from '../isa/program.js';
import type { Inserted } from '../patch/patch.js';
import { accessAt, callableAt } from './access.js';
import { pcsIn, pcsOf } from './listing.js';
import { type Edit, sweep } from './reducer.js';
import { gotoPc, type Plan, rewrite } from './rewrite.js';

const TAKEN = 'taken';
type Jumps = 'fall through' | typeof TAKEN;

/** For every instruction that makes something, last first: without it and its users, tests falling through or taken. */
export const removeCascades = sweep('remove with users', function* (program): Iterable<Edit> {
  for (const pc of pcsOf(program).reverse()) {
    const { writes, slot } = accessAt(program, pc);
    if (writes.length === 0 && slot === undefined) continue;
    yield () => rewrite(program, slice(program, pc, 'fall through'));
    yield () => rewrite(program, slice(program, pc, TAKEN));
  }
});

function slice(program: Program, first: number, jumps: Jumps): Plan {
  const plan = new Map<number, readonly Inserted[]>([[first, []]]);
  const registers = new Set<number>(made(program, first));
  const slots = new Set<number>();
  const slot = accessAt(program, first).slot;
  if (slot !== undefined && slot.does !== 'read') slots.add(slot.offset);
  for (const pc of pcsIn(program, program.subprogramOf[first] ?? 0)) {
    if (pc <= first) continue;
    const shape = rowAt(program, pc)?.shape;
    const access = accessAt(program, pc);
    const reads =
      access.reads.some((register) => registers.has(register)) ||
      (access.slot !== undefined && access.slot.does !== 'write' && slots.has(access.slot.offset));
    if (!reads) {
      for (const register of access.writes) registers.delete(register);
      if (access.slot?.does === 'write') slots.delete(access.slot.offset);
      continue;
    }
    if (shape === 'exit') continue;
    const target = targetAt(program, pc);
    plan.set(pc, target !== undefined && jumps === TAKEN ? [gotoPc(target)] : []);
    for (const register of made(program, pc)) registers.add(register);
    if (access.slot !== undefined && access.slot.does !== 'read') slots.add(access.slot.offset);
  }
  return plan;
}

/** Registers that hold a result after the instruction: of a call only R0. */
function made(program: Program, pc: number): readonly number[] {
  const isCall = callableAt(program, pc) !== undefined || rowAt(program, pc)?.shape === 'call-local';
  return isCall ? [0] : accessAt(program, pc).writes;
}

/** Everything in one subprogram that names one of R6–R9, or one stack slot, goes. */
export const removeMentions = sweep('remove mentions', function* (program): Iterable<Edit> {
  for (let subprogram = 0; subprogram < program.subprograms.length; subprogram++) {
    const pcs = pcsIn(program, subprogram);
    for (const register of [9, 8, 7, 6]) {
      const mentions = pcs.filter((pc) => {
        const { reads, writes } = accessAt(program, pc);
        return reads.includes(register) || writes.includes(register);
      });
      if (mentions.length > 1) yield () => rewrite(program, new Map(mentions.map((pc) => [pc, []])));
    }
    const offsets = new Set(pcs.flatMap((pc) => accessAt(program, pc).slot?.offset ?? []));
    for (const offset of offsets) {
      const mentions = pcs.filter((pc) => accessAt(program, pc).slot?.offset === offset);
      if (mentions.length > 1) yield () => rewrite(program, new Map(mentions.map((pc) => [pc, []])));
    }
  }
});

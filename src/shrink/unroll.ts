/**
 * Unrolls a loop into two copies of its body. That makes a program larger, but what needed two rounds of a loop often needs
 * only part of each: the driver takes this detour when nothing else helps, and keeps it if it ends in a smaller program.
 */
import { type Program, rowAt, slotAt, targetAt } from '../isa/program.js';
import type { Inserted } from '../patch/patch.js';
import { pcsIn, pcsOf } from './listing.js';
import type { Edit } from './reducer.js';
import { inPlaceOf, rewrite } from './rewrite.js';

/** For each innermost loop that ends in a conditional jump: the program in which its body runs exactly twice. */
export function* unrolledLoops(program: Program): Generator<Edit> {
  for (const pc of pcsOf(program)) {
    const start = backTarget(program, pc);
    if (start !== undefined && rowAt(program, pc)?.shape === 'jump') yield () => unrollAt(program, start, pc);
  }
}

/** Where an instruction jumps back to, or `undefined` if it does not. */
function backTarget(program: Program, pc: number): number | undefined {
  const target = jumpTarget(program, pc);
  return target !== undefined && target <= pc ? target : undefined;
}

function jumpTarget(program: Program, pc: number): number | undefined {
  return rowAt(program, pc)?.shape === 'call-local' ? undefined : targetAt(program, pc);
}

function unrollAt(program: Program, start: number, backPc: number): Program | undefined {
  const body = pcsIn(program, program.subprogramOf[backPc] ?? 0).filter((pc) => pc >= start && pc < backPc);
  if (body.some((pc) => backTarget(program, pc) !== undefined)) return undefined;
  const copy: Inserted[] = [];
  /** Index in the copy, by original pc; what leads to the loop's test goes behind the copy. */
  const at = new Map<number, number>();
  for (const pc of body) {
    at.set(pc, copy.length);
    copy.push(...inPlaceOf(program, pc, slotAt(program, pc)));
  }
  at.set(backPc, copy.length);
  for (const pc of body) {
    const target = jumpTarget(program, pc);
    const [from, to] = [at.get(pc) ?? 0, target === undefined ? undefined : at.get(target)];
    if (to === undefined) continue;
    const slot = slotAt(program, pc);
    const distance = to - from - 1;
    copy[from] = rowAt(program, pc)?.shape === 'gotol' ? { ...slot, imm: distance } : { ...slot, off: distance };
  }
  return rewrite(program, new Map([[backPc, copy]]));
}

/** Edges between instructions, as the kernel's check_cfg sees them: a call, bpf_throw included, falls through. */
import { OP_SECOND_SLOT } from '../isa/op.js';
import { type Program, rowAt, targetAt, widthAt } from '../isa/program.js';

/** pcs that may follow the instruction at a pc within its subprogram, the fall-through first. Empty after `exit`. */
export function successorsOf(program: Program, pc: number): readonly number[] {
  const next = pc + widthAt(program, pc);
  switch (rowAt(program, pc)?.shape) {
    case undefined:
    case 'exit':
      return [];
    case 'goto':
    case 'gotol':
      return [targetAt(program, pc) ?? next];
    case 'jump':
    case 'may_goto': {
      const target = targetAt(program, pc) ?? next;
      return target === next ? [next] : [next, target];
    }
    default:
      return [next];
  }
}

/** pcs of all instructions, ascending; second slots of 64-bit immediates left out. */
export function instructionPcs(program: Program): readonly number[] {
  const pcs: number[] = [];
  for (let pc = 0; pc < program.length; pc++) if (program.op[pc] !== OP_SECOND_SLOT) pcs.push(pc);
  return pcs;
}

/**
 * The kernel's prune points (visit_insn in verifier.c): conditional jumps and may_goto, targets of jumps, and the
 * instruction after a call of a subprogram. One byte per slot, 1 = prune point.
 */
export function prunePointsOf(program: Program): Uint8Array {
  const points = new Uint8Array(program.length);
  for (const pc of instructionPcs(program)) {
    const shape = rowAt(program, pc)?.shape;
    if (shape === 'call-local') points[pc + 1] = 1;
    else if (shape === 'goto' || shape === 'gotol') points[targetAt(program, pc) ?? pc] = 1;
    else if (shape === 'jump' || shape === 'may_goto') {
      points[pc] = 1;
      points[targetAt(program, pc) ?? pc] = 1;
    }
  }
  return points;
}

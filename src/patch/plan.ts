/** Steps of a patch plan: which fit a program, and how they are written. What they do is in kernel-pass.ts. */
import type { Filler, PatchPlan, PatchStep } from '../contract/patch-plan.js';
import { OP_SECOND_SLOT, type Shape } from '../isa/op.js';
import { type Program, rowAt } from '../isa/program.js';

/** Slots that one step may insert. */
export const MOST_SLOTS = 64;

/** Instructions behind which nothing can be inserted: control never falls out of them, or they have a second slot. */
const NO_AFTER: ReadonlySet<Shape | undefined> = new Set<Shape>(['exit', 'goto', 'gotol', 'imm64']);

/** Why a step does not fit a program, or `undefined` if it does. */
export function stepProblem(program: Program, step: PatchStep): string | undefined {
  switch (step.do) {
    case 'insert': {
      const problem = pcProblem(program, step.pc);
      if (problem !== undefined || step.after === 0 || !NO_AFTER.has(rowAt(program, step.pc)?.shape)) return problem;
      return `nothing can be inserted behind the instruction at pc ${step.pc}`;
    }
    case 'split':
      return (
        pcProblem(program, step.pc) ??
        (rowAt(program, step.pc)?.shape === 'load' ? undefined : `no load starts at pc ${step.pc}`)
      );
    case 'entry':
      return program.subprograms.some(({ name }) => name === step.subprogram)
        ? undefined
        : `no subprogram is called '${step.subprogram}'`;
    case 'remove':
    case 'blind':
      return undefined;
  }
}

function pcProblem(program: Program, pc: number): string | undefined {
  const starts = pc >= 0 && pc < program.length && program.op[pc] !== OP_SECOND_SLOT;
  return starts ? undefined : `no instruction starts at pc ${pc}`;
}

/** A step in the words of the corpus format: `before 7 2`, `around 7 1 2 r6`, `entry sub1 1`, `remove dead`, `blind`. */
export function formatStep(step: PatchStep): string {
  switch (step.do) {
    case 'insert': {
      const { pc, before, after, filler } = step;
      if (after === 0) return `before ${pc} ${before}${fillerText(filler)}`;
      if (before === 0) return `after ${pc} ${after}${fillerText(filler)}`;
      return `around ${pc} ${before} ${after}${fillerText(filler)}`;
    }
    case 'entry':
      return `entry ${step.subprogram} ${step.slots}${fillerText(step.filler)}`;
    case 'split':
      return `split ${step.pc}`;
    case 'remove':
      return `remove ${step.what}`;
    case 'blind':
      return 'blind';
  }
}

/** A plan in one line. */
export function formatPlan(plan: PatchPlan): string {
  return plan.map(formatStep).join(', ');
}

function fillerText(filler: Filler): string {
  return filler === 0 ? '' : ` ${filler === 'goto' ? filler : `r${filler}`}`;
}

/**
 * Patch plans while a finding shrinks: smaller ones for the same program, and those for a program that has lost
 * instructions, whose pcs the old plan does not know. Only frames of a stopped program have pcs that count, so a step that
 * stands at one instruction is tried at every call that can be on a stack.
 */
import type { PatchPlan, PatchStep } from '../contract/patch-plan.js';
import { CALLABLES, kfuncById } from '../isa/callables.js';
import { type Program, rowAt } from '../isa/program.js';
import { stepProblem } from '../patch/plan.js';
import { pcsOf } from './listing.js';

/** Plans that are smaller by one step, then those with one step made smaller; most telling first. */
export function* smallerPlans(plan: PatchPlan): Generator<PatchPlan, undefined> {
  for (let index = plan.length - 1; index >= 0; index--) yield plan.toSpliced(index, 1);
  for (const [index, step] of plan.entries()) {
    for (const smaller of smallerSteps(step)) yield plan.with(index, smaller);
  }
  return undefined;
}

function smallerSteps(step: PatchStep): readonly PatchStep[] {
  switch (step.do) {
    case 'insert': {
      const { before, after } = step;
      const plain = step.filler === 0 ? [] : [{ ...step, filler: 0 } as const];
      if (before > 0 && after > 0) return [{ ...step, after: 0 }, { ...step, before: 0 }, ...plain];
      return before + after > 1
        ? [{ ...step, before: Math.min(1, before), after: Math.min(1, after) }, ...plain]
        : plain;
    }
    case 'entry':
      return [
        ...(step.slots > 1 ? [{ ...step, slots: 1 }] : []),
        ...(step.filler === 0 ? [] : [{ ...step, filler: 0 } as const]),
      ];
    case 'split':
    case 'remove':
    case 'blind':
      return [];
  }
}

/** The smallest plan that `smallerPlans` reaches and `stillShows` accepts. */
export function shrinkPlan(plan: PatchPlan, stillShows: (plan: PatchPlan) => boolean): PatchPlan {
  let small = plan;
  for (let better = true; better; ) {
    better = false;
    for (const candidate of smallerPlans(small)) {
      if (candidate.length === 0 || !stillShows(candidate)) continue;
      small = candidate;
      better = true;
      break;
    }
  }
  return small;
}

/** Plans tried per candidate program at most. */
const MOST = 24;

/** The plan for another program: as it is if it fits, then with each of its steps aimed at other places. */
export function aimedPlans(plan: PatchPlan, program: Program): readonly PatchPlan[] {
  const places = plan.map((step) =>
    [step, ...aims(step, program)].filter((each) => stepProblem(program, each) === undefined),
  );
  if (places.some((steps) => steps.length === 0)) return [];
  const first = places.flatMap(([step]) => step ?? []);
  const plans = [first];
  for (const [index, steps] of places.entries()) {
    for (const step of steps.slice(1)) if (plans.length < MOST) plans.push(first.with(index, step));
  }
  return plans;
}

function aims(step: PatchStep, program: Program): readonly PatchStep[] {
  switch (step.do) {
    case 'insert':
      return framePcs(program)
        .filter((pc) => pc !== step.pc)
        .map((pc) => ({ ...step, pc }));
    case 'entry':
      return program.subprograms
        .filter(({ name }) => name !== step.subprogram)
        .map(({ name }) => ({ ...step, subprogram: name }));
    case 'split':
      return pcsOf(program).map((pc) => ({ ...step, pc }));
    case 'remove':
    case 'blind':
      return [];
  }
}

/** pcs that a frame of a stopped program can have. */
function framePcs(program: Program): readonly number[] {
  return pcsOf(program).filter((pc) => {
    const shape = rowAt(program, pc)?.shape;
    if (shape === 'call-local') return true;
    const name = shape === 'call-kfunc' ? kfuncById(program.imm[pc] ?? 0) : undefined;
    return name !== undefined && CALLABLES[name].throws === true;
  });
}

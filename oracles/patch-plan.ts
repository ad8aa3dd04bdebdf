/**
 * Draws what a kernel does to a program between verifying and running it: patches of the kinds that real kernels make, in
 * the order in which they make them, each at instructions chosen at random.
 */
import type { Filler, PatchPlan, PatchStep } from '../src/contract/patch-plan.js';
import { OP_SECOND_SLOT } from '../src/isa/op.js';
import { type Program, rowAt } from '../src/isa/program.js';
import { stepProblem } from '../src/patch/plan.js';

/** Registers that patches of a kernel touch; R6..R9 are rare, but then the prologue pushes them. */
const FILLERS: readonly Filler[] = [0, 0, 0, 1, 2, 6, 7, 8, 9, 'goto'];

/** A plan for a program, of at least one step. `random` gives numbers in [0, 1) and alone decides. */
export function drawPlan(program: Program, random: () => number): PatchPlan {
  const pcs: number[] = [];
  const calls: number[] = [];
  const loads: number[] = [];
  for (let pc = 0; pc < program.length; pc++) {
    if (program.op[pc] === OP_SECOND_SLOT) continue;
    pcs.push(pc);
    const shape = rowAt(program, pc)?.shape;
    if (shape === 'load') loads.push(pc);
    if (shape === 'call-helper' || shape === 'call-kfunc' || shape === 'call-local') calls.push(pc);
  }
  const plan: PatchStep[] = [];
  const chance = (share: number): boolean => random() < share;
  const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)];
  const count = (): number => 1 + Math.floor(random() * 3);
  const insert = (from: readonly number[], before: number, after: number): void => {
    const pc = pick(from);
    if (pc === undefined) return;
    const step = { do: 'insert', pc, before, after, filler: pick(FILLERS) ?? 0 } as const;
    if (stepProblem(program, step) === undefined) plan.push(step);
  };
  // A callback or helper is inlined.
  if (chance(0.25)) insert(calls, count(), count());
  if (chance(0.5)) {
    plan.push({ do: 'remove', what: 'dead' });
    if (chance(0.5)) plan.push({ do: 'remove', what: 'nops' });
  }
  // Accesses to the context are converted; a prologue is generated.
  for (let left = 2; left > 0 && loads.length > 0 && chance(0.3); left--) {
    plan.push({ do: 'split', pc: pick(loads) ?? 0 });
  }
  if (chance(0.3)) {
    const subprogram = pick(program.subprograms)?.name ?? '';
    plan.push({ do: 'entry', subprogram, slots: count(), filler: pick(FILLERS) ?? 0 });
  }
  // Calls get their hidden arguments, other instructions their guards; upper halves are zeroed.
  if (chance(0.5)) insert(calls, count(), 0);
  if (chance(0.3)) insert(pcs, count(), 0);
  if (chance(0.3)) insert(pcs, 0, count());
  if (chance(0.2)) plan.push({ do: 'blind' });
  if (plan.length === 0) insert(pcs, count(), 0);
  return plan;
}

/** Where pruning as the kernel does it looks at states (mark_prune_point), computed once per program. */
import { CALLABLES, kfuncById } from '../isa/callables.js';
import { OP_ROWS, OP_SECOND_SLOT, type Shape } from '../isa/op.js';
import { type Program, targetAt } from '../isa/program.js';
import { zeroBytes } from '../isa/slab.js';
import { type RegisterUses, registerUses } from './liveness.js';

/** No prune point. */
export const NO_POINT = 0;
/** A prune point whose state is always stored (mark_force_checkpoint). */
export const FORCED_POINT = 2;
const POINT = 1;

/** What an instruction makes a prune point (itself, where it leads, what follows it), and whether it counts as a jump. */
interface PointRow {
  readonly own?: typeof POINT | typeof FORCED_POINT;
  readonly target?: true;
  readonly next?: true;
  /** Of the kernel's classes JMP and JMP32. */
  readonly counts?: true;
}

/**
 * One row per shape. An instruction that bounds a loop at run time is a forced point, as may_goto since Linux 6.9: such a
 * loop is left where a state repeats, so its states should be there. So is a call that steps an iterator.
 */
const ROWS: Readonly<Record<Shape, PointRow>> = {
  alu: {},
  neg: {},
  movsx: {},
  swap: {},
  jump: { own: POINT, target: true, counts: true },
  goto: { target: true, counts: true },
  gotol: { target: true, counts: true },
  may_goto: { own: FORCED_POINT, target: true, counts: true },
  'call-helper': { counts: true },
  'call-local': { next: true, counts: true },
  'call-kfunc': { counts: true },
  exit: { counts: true },
  imm64: {},
  load: {},
  store: {},
  'store-imm': {},
  atomic: {},
  fetch: {},
  xchg: {},
  cmpxchg: {},
  'load-acquire': {},
  'store-release': {},
};

export interface PrunePlan {
  /** By pc: NO_POINT, FORCED_POINT, or another number for an ordinary prune point. */
  readonly points: Uint8Array;
  /** By pc: 1 if the instruction counts as a jump. */
  readonly jumps: Uint8Array;
  readonly uses: RegisterUses;
}

const plans = new WeakMap<Program, PrunePlan>();

/** The plan of a program; the same object for the same program. */
export function prunePlanOf(program: Program): PrunePlan {
  let plan = plans.get(program);
  if (plan === undefined) {
    plan = { ...findPoints(program), uses: registerUses(program) };
    plans.set(program, plan);
  }
  return plan;
}

function findPoints(program: Program): Pick<PrunePlan, 'points' | 'jumps'> {
  const points = zeroBytes(program.length + 1);
  const jumps = zeroBytes(program.length);
  const mark = (pc: number | undefined, kind: number) => {
    if (pc !== undefined) points[pc] = Math.max(points[pc] ?? 0, kind);
  };
  for (let pc = 0; pc < program.length; pc++) {
    const row = OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT];
    if (row === undefined) continue;
    const { own, target, next, counts } = ROWS[row.shape];
    if (own !== undefined) mark(pc, own);
    if (row.shape === 'call-kfunc' && stepsIterator(program.imm[pc] ?? 0)) mark(pc, FORCED_POINT);
    if (target) mark(targetAt(program, pc), POINT);
    if (next) mark(pc + 1, POINT);
    if (counts) jumps[pc] = 1;
  }
  return { points, jumps };
}

function stepsIterator(kfunc: number): boolean {
  const name = kfuncById(kfunc);
  return name !== undefined && CALLABLES[name].returns.is === 'element';
}

/** What a walk needs to know about a program before it starts, computed once per program. */
import { OP_ROWS, OP_SECOND_SLOT } from '../isa/op.js';
import { type Program, targetAt } from '../isa/program.js';
import { zeroBytes } from '../isa/slab.js';
import { scratchLiveness } from './liveness.js';

export interface Plan {
  /** By pc: 1 where paths can meet, and so states can repeat: two ways lead there, or a subprogram returns there. */
  readonly joins: Uint8Array;
  /** By pc: which of R0–R5 may still be read (liveness.ts). */
  readonly live: Uint8Array;
}

const plans = new WeakMap<Program, Plan>();

/** The plan of a program; the same object for the same program. */
export function planOf(program: Program): Plan {
  let plan = plans.get(program);
  if (plan === undefined) {
    plan = { joins: findJoins(program), live: scratchLiveness(program) };
    plans.set(program, plan);
  }
  return plan;
}

function findJoins(program: Program): Uint8Array {
  const ways = zeroBytes(program.length + 2);
  const arrive = (pc: number) => {
    if ((ways[pc] ?? 0) < 2) ways[pc] = (ways[pc] ?? 0) + 1;
  };
  for (const { start } of program.subprograms) arrive(start);
  for (let pc = 0; pc < program.length; pc++) {
    const row = OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT];
    if (row === undefined || row.shape === 'exit') continue;
    if (row.shape === 'call-local') {
      ways[pc + 1] = 2;
      continue;
    }
    const target = targetAt(program, pc);
    if (target !== undefined) arrive(target);
    if (row.shape !== 'goto' && row.shape !== 'gotol') arrive(row.shape === 'imm64' ? pc + 2 : pc + 1);
  }
  return ways.map((count) => (count >= 2 ? 1 : 0));
}

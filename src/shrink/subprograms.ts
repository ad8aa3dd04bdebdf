/** Cuts subprograms: all calls of one, or a single call, become `r0 = 0`. */
import { insn } from '../isa/insn.js';
import { callsOf } from './listing.js';
import { sweep } from './reducer.js';
import { type Plan, rewrite } from './rewrite.js';

const ZERO = [insn('mov64', { dst: 0, operand: { imm: 0 } })] as const;

/** Deepest callee (the last one) first; then call by call. */
export const cutSubprograms = sweep('cut subprograms', function* (program) {
  for (let index = program.subprograms.length - 1; index > 0; index--) {
    const calls = callsOf(program, index);
    const plan: Plan = new Map(calls.map((pc) => [pc, ZERO]));
    yield () => rewrite(program, plan);
    if (calls.length < 2) continue;
    for (const pc of calls) yield () => rewrite(program, new Map([[pc, ZERO]]));
  }
});

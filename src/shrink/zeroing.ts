/** Replaces what an instruction computes by the constant 0: calls, loads and arithmetic become `rX = 0`. */
import { insn } from '../isa/insn.js';
import { rowAt, slotAt } from '../isa/program.js';
import { accessAt, callableAt } from './access.js';
import { pcsOf } from './listing.js';
import { sweep } from './reducer.js';
import { rewrite } from './rewrite.js';

/** The measure is the number of instructions that are not `rX = 0`. */
export const zeroResults = sweep('zero results', function* (program) {
  for (const pc of pcsOf(program).reverse()) {
    const isCall = callableAt(program, pc) !== undefined || rowAt(program, pc)?.shape === 'call-local';
    const { writes } = accessAt(program, pc);
    const register = isCall ? 0 : writes[0];
    if (register === undefined || register === 10) continue;
    const zero = insn('mov64', { dst: register, operand: { imm: 0 } });
    const { code, dst, src, off, imm } = slotAt(program, pc);
    if (code === zero.code && dst === zero.dst && src === 0 && off === 0 && imm === 0) continue;
    yield () => rewrite(program, new Map([[pc, [zero]]]));
  }
});

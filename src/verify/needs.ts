/** Which scalars an instruction needs the value of: the places where the kernel calls mark_chain_precision. */
import { type ArgType, CALLABLES, helperById, kfuncById } from '../isa/callables.js';
import { OP_ROWS, OP_SECOND_SLOT, SOURCE_X } from '../isa/op.js';
import { FALLS, sidesOf, TAKES } from './branch.js';
import type { Context } from './context.js';
import { Marks } from './marks.js';
import { eachScalar } from './precision.js';

/** Bit n is set if the value of the scalar in R`n` decides what the instruction at a pc does to the current state. */
export function neededRegisters(context: Context, pc: number): number {
  const { program } = context;
  const shape = OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT]?.shape;
  switch (shape) {
    case 'alu':
      return offsetOf(context, pc);
    case 'jump':
      // A jump that may go either way goes either way whatever the value is.
      return sidesOf(context, pc) === (FALLS | TAKES) ? 0 : scalarsOf(context, operandsOf(context, pc));
    case 'call-helper':
    case 'call-kfunc':
      return constantArguments(context, pc, shape === 'call-helper');
    default:
      return 0;
  }
}

/** The scalar that is added to a pointer or subtracted from one. */
function offsetOf(context: Context, pc: number): number {
  const { program, state, table } = context;
  const operands = operandsOf(context, pc);
  const moves = OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT]?.symbol === '=';
  if (moves || operands.length < 2) return 0;
  if (!operands.some((register) => table.isPointer(state.register(register)))) return 0;
  return scalarsOf(context, operands);
}

function operandsOf({ program }: Context, pc: number): readonly number[] {
  const dst = program.dst[pc] ?? 0;
  return ((program.code[pc] ?? 0) & SOURCE_X) !== 0 ? [dst, program.src[pc] ?? 0] : [dst];
}

function scalarsOf({ state, table }: Context, registers: readonly number[]): number {
  return registers.reduce(
    (mask, register) => (table.isScalar(state.register(register)) ? mask | (1 << register) : mask),
    0,
  );
}

/**
 * Sizes and type ids, which must be known, and what must be NULL. Of that Linux 6.8 does not ask the value, and drops a state
 * in which it is another number.
 */
function constantArguments({ program }: Context, pc: number, helper: boolean): number {
  const imm = program.imm[pc] ?? 0;
  const name = helper ? helperById(imm) : kfuncById(imm);
  if (name === undefined) return 0;
  const isKnown = (is: ArgType['is']) => is === 'constant' || is === 'local-type' || is === 'null';
  return CALLABLES[name].args.reduce((mask, { is }, index) => (isKnown(is) ? mask | (1 << (index + 1)) : mask), 0);
}

/** Of a jump: every location that has a value it compares, if there are copies, which then learn from the test; else nothing. */
export function comparedCopies(context: Context, pc: number): Marks | undefined {
  const { program, state, table } = context;
  if (OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT]?.shape !== 'jump') return undefined;
  const words = operandsOf(context, pc).map((register) => state.register(register));
  const links = words.flatMap((word) => (table.isScalar(word) && table.link(word) !== 0 ? [table.link(word)] : []));
  if (links.length === 0) return undefined;
  const copies = new Marks();
  eachScalar(table, state, (frame, location, word) => {
    if (links.includes(table.link(word))) copies.add(frame, location);
  });
  return copies;
}

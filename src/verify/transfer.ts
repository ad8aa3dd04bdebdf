/** What each instruction does to the state, one row per shape. What it requires first is in obligations.ts. */
import { OP_ROWS, type Shape, SOURCE_X } from '../isa/op.js';
import { imm64At } from '../isa/program.js';
import { amountOf } from './arithmetic.js';
import { FALLS, sidesOf, TAKES, take } from './branch.js';
import { callHelper, callKfunc, callLocal, exit } from './call-transfer.js';
import type { Context, Transfer } from './context.js';
import { TAG, UNKNOWN_WORD } from './intern.js';
import { constant } from './scalar.js';
import { UNKNOWN_SHAPE } from './scalar-table.js';
import { giveLink, loadFromStack, narrowed, scrambleStack, storeToStack } from './stack.js';

const ADD = '+=';

const alu: Transfer = (context, pc) => {
  const { program, state, table } = context;
  const op = program.op[pc] ?? 0;
  const row = OP_ROWS[op];
  const dst = program.dst[pc] ?? 0;
  const registerForm = ((program.code[pc] ?? 0) & SOURCE_X) !== 0;
  if (row?.symbol === '=') {
    state.setRegister(dst, registerForm ? moved(context, pc, op, row.width) : immediate(context, pc, op));
    return pc + 1;
  }
  const target = state.register(dst);
  const operand = registerForm ? state.register(program.src[pc] ?? 0) : undefined;
  if (table.isPointer(target) || (operand !== undefined && table.isPointer(operand))) {
    state.setRegister(dst, shifted(context, pc, row?.symbol === ADD, row?.width === 32, target, operand));
    return pc + 1;
  }
  const shape = operand === undefined ? table.scalars.immediate(program.imm[pc] ?? 0) : table.parameter(operand);
  state.setRegister(dst, table.scalar(table.scalars.apply(op, table.parameter(target), shape), 0));
  return pc + 1;
};

function immediate({ program, table }: Context, pc: number, op: number): number {
  return table.scalar(table.scalars.apply(op, UNKNOWN_SHAPE, table.scalars.immediate(program.imm[pc] ?? 0)), 0);
}

/** A move keeps the value where it fits: then both registers are copies. The low half of a pointer is any scalar. */
function moved(context: Context, pc: number, op: number, width: number): number {
  const { program, state, table } = context;
  const src = program.src[pc] ?? 0;
  const word = state.register(src);
  if (width === 64 && !table.isScalar(word)) return word;
  if (!table.isScalar(word)) return table.scalar(table.scalars.apply(op, UNKNOWN_SHAPE, UNKNOWN_SHAPE), 0);
  const shape = table.parameter(word);
  if (width === 32 && (table.scalars.width[shape] ?? 64) > 32) {
    return table.scalar(table.scalars.apply(op, UNKNOWN_SHAPE, shape), 0);
  }
  const linked = giveLink(context, word);
  state.setRegister(src, linked);
  return linked;
}

/** A pointer plus or minus a constant; all other arithmetic that is allowed on pointers leaves an unknown scalar. */
function shifted(
  context: Context,
  pc: number,
  adds: boolean,
  narrow: boolean,
  target: number,
  operand: number | undefined,
): number {
  const { table } = context;
  const bothPointers = operand !== undefined && table.isPointer(target) && table.isPointer(operand);
  const amount = bothPointers || narrow ? undefined : amountOf(context, pc, target, operand);
  if (amount === undefined) return UNKNOWN_WORD;
  const pointer = table.isPointer(target) ? target : (operand ?? target);
  return table.withOffset(pointer, table.offset(pointer) + Number(adds ? amount : -amount));
}

const unary: Transfer = ({ program, state, table }, pc) => {
  const dst = program.dst[pc] ?? 0;
  const word = state.register(dst);
  const shape = table.isScalar(word) ? table.parameter(word) : UNKNOWN_SHAPE;
  state.setRegister(dst, table.scalar(table.scalars.apply(program.op[pc] ?? 0, shape, shape), 0));
  return pc + 1;
};

const movsx: Transfer = (context, pc) => {
  const { program, state, table } = context;
  const op = program.op[pc] ?? 0;
  const src = program.src[pc] ?? 0;
  const word = state.register(src);
  const shape = table.isScalar(word) ? table.parameter(word) : UNKNOWN_SHAPE;
  const result = table.scalars.apply(op, UNKNOWN_SHAPE, shape);
  let target = table.scalar(result, 0);
  if (result === shape && table.isScalar(word) && (table.scalars.width[shape] ?? 64) < (program.off[pc] ?? 0)) {
    target = giveLink(context, word);
    state.setRegister(src, target);
  }
  state.setRegister(program.dst[pc] ?? 0, target);
  return pc + 1;
};

const jump: Transfer = (context, pc) => {
  const { program } = context;
  const sides = sidesOf(context, pc);
  if (sides === TAKES) {
    take(context, pc, true);
    return pc + 1 + (program.off[pc] ?? 0);
  }
  if (sides === (FALLS | TAKES)) context.push(pc, true);
  take(context, pc, false);
  return pc + 1;
};

/** The jump is explored first, as the kernel does; it may always be taken. */
const mayGoto: Transfer = (context, pc) => {
  context.state.mayGotos++;
  context.push(pc + 1, false);
  context.state.mayGotos--;
  return pc + 1 + (context.program.off[pc] ?? 0);
};

const imm64: Transfer = ({ program, state, table }, pc) => {
  const dst = program.dst[pc] ?? 0;
  const imm = program.imm[pc] ?? 0;
  switch (OP_ROWS[program.op[pc] ?? 0]?.symbol) {
    case 'map':
      state.setRegister(dst, table.pointer(TAG.map, imm, 0, 0, 0));
      break;
    case 'type':
      state.setRegister(dst, table.scalar(table.scalars.immediate(imm), 0));
      break;
    default:
      state.setRegister(dst, table.scalar(table.scalars.intern(constant(imm64At(program, pc))), 0));
  }
  return pc + 2;
};

/** What instruction `op` reads through a register. Only the stack is remembered; other memory may hold anything. */
function read(context: Context, pc: number, register: number): number {
  const { program, state, table } = context;
  const op = program.op[pc] ?? 0;
  const pointer = state.register(register);
  if (table.tag(pointer) !== TAG.stack) return narrowed(context, op, UNKNOWN_WORD);
  const offset = table.offset(pointer) + (program.off[pc] ?? 0);
  return loadFromStack(context, op, table.parameter(pointer), offset, (OP_ROWS[op]?.width ?? 64) / 8);
}

const load: Transfer = (context, pc) => {
  const { program, state } = context;
  state.setRegister(program.dst[pc] ?? 0, read(context, pc, program.src[pc] ?? 0));
  return pc + 1;
};

function sizeAt({ program }: Context, pc: number): number {
  return (OP_ROWS[program.op[pc] ?? 0]?.width ?? 64) / 8;
}

const store: Transfer = (context, pc) => {
  const { program, state, table } = context;
  const pointer = state.register(program.dst[pc] ?? 0);
  if (table.tag(pointer) !== TAG.stack) return pc + 1;
  const src = program.src[pc] ?? 0;
  const offset = table.offset(pointer) + (program.off[pc] ?? 0);
  const word = state.register(src);
  const linked = storeToStack(context, table.parameter(pointer), offset, sizeAt(context, pc), word, false);
  if (linked !== word) state.setRegister(src, linked);
  return pc + 1;
};

const storeImm: Transfer = (context, pc) => {
  const { program, state, table } = context;
  const pointer = state.register(program.dst[pc] ?? 0);
  if (table.tag(pointer) !== TAG.stack) return pc + 1;
  const offset = table.offset(pointer) + (program.off[pc] ?? 0);
  const word = table.scalar(table.scalars.immediate(program.imm[pc] ?? 0), 0);
  storeToStack(context, table.parameter(pointer), offset, sizeAt(context, pc), word, true);
  return pc + 1;
};

/** An atomic instruction: the old value goes to `loads`, what is stored is not tracked. */
function readModifyWrite(context: Context, pc: number, loads: number | undefined): number {
  const { program, state, table } = context;
  const dst = program.dst[pc] ?? 0;
  const pointer = state.register(dst);
  if (loads !== undefined) state.setRegister(loads, read(context, pc, dst));
  if (table.tag(pointer) === TAG.stack) {
    const offset = table.offset(pointer) + (program.off[pc] ?? 0);
    scrambleStack(context, table.parameter(pointer), offset, sizeAt(context, pc));
  }
  return pc + 1;
}

export const TRANSFERS: Readonly<Record<Shape, Transfer>> = {
  alu,
  neg: unary,
  movsx,
  swap: unary,
  jump,
  goto: ({ program }, pc) => pc + 1 + (program.off[pc] ?? 0),
  gotol: ({ program }, pc) => pc + 1 + (program.imm[pc] ?? 0),
  may_goto: mayGoto,
  'call-helper': callHelper,
  'call-local': callLocal,
  'call-kfunc': callKfunc,
  exit,
  imm64,
  load,
  store,
  'store-imm': storeImm,
  atomic: (context, pc) => readModifyWrite(context, pc, undefined),
  fetch: (context, pc) => readModifyWrite(context, pc, context.program.src[pc] ?? 0),
  xchg: (context, pc) => readModifyWrite(context, pc, context.program.src[pc] ?? 0),
  cmpxchg: (context, pc) => readModifyWrite(context, pc, 0),
  'load-acquire': load,
  'store-release': store,
};

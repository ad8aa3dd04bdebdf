/**
 * Which of R0–R5 may still be read, by pc: a register that is overwritten first cannot tell two states apart. R6–R9 are
 * not asked for, because what is collected at a throw reads them always.
 */
import { CALLABLE_NAMES, CALLABLES, type CallableName, helperById, kfuncById } from '../isa/callables.js';
import { OP_ROWS, OP_SECOND_SLOT, SOURCE_X } from '../isa/op.js';
import { type Program, targetAt } from '../isa/program.js';
import { zeroBytes } from '../isa/slab.js';

const SCRATCH = 0b11_1111;
const ARGUMENTS = 0b11_1110;

/** By pc, reused from program to program: masks of what is read and written, and where the path goes on (-1: nowhere). */
let reads = new Uint16Array(0);
let writes = new Uint16Array(0);
let nexts = new Int32Array(0);
let targets = new Int32Array(0);
let callees = new Int32Array(0);

function reserve(length: number): void {
  if (reads.length >= length) return;
  const capacity = 2 * length;
  reads = new Uint16Array(capacity);
  writes = new Uint16Array(capacity);
  nexts = new Int32Array(capacity);
  targets = new Int32Array(capacity);
  callees = new Int32Array(capacity);
}

/** Bit n of element pc is set if R`n` (0..5) may be read from there on before it is written. */
export function scratchLiveness(program: Program): Uint8Array {
  const { length } = program;
  const live = zeroBytes(length + 1);
  reserve(length);
  for (let pc = 0; pc < length; pc++) flowAt(program, pc);
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = length - 1; pc >= 0; pc--) {
      const next = nexts[pc] ?? -1;
      const target = targets[pc] ?? -1;
      const callee = callees[pc] ?? -1;
      let after = next === -1 ? 0 : (live[next] ?? 0);
      if (target !== -1) after |= live[target] ?? 0;
      const called = callee === -1 ? 0 : (live[callee] ?? 0) & ARGUMENTS;
      const before = ((reads[pc] ?? 0) & SCRATCH) | called | (after & ~(writes[pc] ?? 0));
      if (before !== live[pc]) {
        live[pc] = before;
        changed = true;
      }
    }
  }
  return live;
}

function set(pc: number, read: number, write: number, next = pc + 1, target = -1, callee = -1): void {
  reads[pc] = read;
  writes[pc] = write;
  nexts[pc] = next;
  targets[pc] = target;
  callees[pc] = callee;
}

/** What instructions read and write, by pc: bit n of a mask for R`n`. A local call reads no argument itself. */
export interface RegisterUses {
  readonly reads: Uint16Array;
  readonly writes: Uint16Array;
}

/** What every instruction of a program reads and writes. */
export function registerUses(program: Program): RegisterUses {
  const { length } = program;
  reserve(length);
  for (let pc = 0; pc < length; pc++) flowAt(program, pc);
  return { reads: reads.slice(0, length), writes: writes.slice(0, length) };
}

const bit = (register: number) => 1 << register;

function flowAt(program: Program, pc: number): void {
  const row = OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT];
  if (row === undefined) {
    set(pc, 0, 0, -1);
    return;
  }
  const dst = bit(program.dst[pc] ?? 0);
  const src = bit(program.src[pc] ?? 0);
  const operand = row.operand === 'KX' && ((program.code[pc] ?? 0) & SOURCE_X) === 0 ? 0 : src;
  switch (row.shape) {
    case 'alu':
      set(pc, row.symbol === '=' ? operand : operand | dst, dst);
      break;
    case 'neg':
    case 'swap':
      set(pc, dst, dst);
      break;
    case 'movsx':
    case 'load':
    case 'load-acquire':
      set(pc, src, dst);
      break;
    case 'jump':
      set(pc, dst | operand, 0, pc + 1, targetAt(program, pc));
      break;
    case 'may_goto':
      set(pc, 0, 0, pc + 1, targetAt(program, pc));
      break;
    case 'goto':
    case 'gotol':
      set(pc, 0, 0, -1, targetAt(program, pc));
      break;
    case 'call-local':
      set(pc, 0, SCRATCH, pc + 1, -1, targetAt(program, pc));
      break;
    case 'call-helper':
    case 'call-kfunc':
      callFlow(program, pc, row.shape === 'call-helper');
      break;
    case 'exit':
      set(pc, 1, 0, -1);
      break;
    case 'imm64':
      set(pc, 0, dst, pc + 2);
      break;
    case 'store':
    case 'atomic':
    case 'store-release':
      set(pc, dst | src, 0);
      break;
    case 'store-imm':
      set(pc, dst, 0);
      break;
    case 'fetch':
    case 'xchg':
      set(pc, dst | src, src);
      break;
    case 'cmpxchg':
      set(pc, dst | src | 1, 1);
      break;
    default:
      row.shape satisfies never;
  }
}

function callFlow(program: Program, pc: number, helper: boolean): void {
  const imm = program.imm[pc] ?? 0;
  const name = helper ? helperById(imm) : kfuncById(imm);
  // An inserted call keeps every register; an unknown one is refused anyway.
  if (name === undefined) set(pc, 0, 0);
  else set(pc, ARGUMENT_READS[name], SCRATCH, CALLABLES[name].throws ? -1 : pc + 1);
}

/** By callable: the argument registers that it reads. */
const ARGUMENT_READS = Object.fromEntries(
  CALLABLE_NAMES.map((name) => [
    name,
    CALLABLES[name].args.reduce((mask, arg, index) => (arg.is === 'ignored' ? mask : mask | bit(index + 1)), 0),
  ]),
) as Record<CallableName, number>;

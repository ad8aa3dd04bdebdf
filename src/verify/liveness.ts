/**
 * Which of R0–R5 may still be read, by pc: a register that is overwritten first cannot tell two states apart. R6–R9 are
 * not asked for, because what is collected at a throw reads them always.
 */
import { CALLABLES, helperById, kfuncById } from '../isa/callables.js';
import { OP_ROWS, OP_SECOND_SLOT, SOURCE_X } from '../isa/op.js';
import { type Program, targetAt } from '../isa/program.js';

const SCRATCH = 0b11_1111;
const ARGUMENTS = 0b11_1110;

interface Flow {
  readonly reads: number;
  readonly writes: number;
  /** Next pcs in the same subprogram, -1 for none. */
  readonly next: number;
  readonly target: number;
  /** Start of the called subprogram, or -1. */
  readonly callee: number;
}

/** Bit n of element pc is set if R`n` (0..5) may be read from there on before it is written. */
export function scratchLiveness(program: Program): Uint8Array {
  const live = new Uint8Array(program.length + 1);
  const flows = Array.from({ length: program.length }, (_, pc) => flowAt(program, pc));
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = program.length - 1; pc >= 0; pc--) {
      const flow = flows[pc];
      if (flow === undefined) continue;
      let after = 0;
      if (flow.next !== -1) after |= live[flow.next] ?? 0;
      if (flow.target !== -1) after |= live[flow.target] ?? 0;
      const called = flow.callee === -1 ? 0 : (live[flow.callee] ?? 0) & ARGUMENTS;
      const before = flow.reads | called | (after & ~flow.writes);
      if (before !== live[pc]) {
        live[pc] = before;
        changed = true;
      }
    }
  }
  return live;
}

const bit = (register: number) => (1 << register) & SCRATCH;

function flowAt(program: Program, pc: number): Flow | undefined {
  const op = program.op[pc] ?? OP_SECOND_SLOT;
  const row = OP_ROWS[op];
  if (row === undefined) return undefined;
  const dst = bit(program.dst[pc] ?? 0);
  const src = bit(program.src[pc] ?? 0);
  const operand = row.operand === 'KX' && ((program.code[pc] ?? 0) & SOURCE_X) === 0 ? 0 : src;
  const flow = (reads: number, writes: number): Flow => ({ reads, writes, next: pc + 1, target: -1, callee: -1 });
  switch (row.shape) {
    case 'alu':
      return flow(row.symbol === '=' ? operand : operand | dst, dst);
    case 'neg':
    case 'swap':
      return flow(dst, dst);
    case 'movsx':
    case 'load':
    case 'load-acquire':
      return flow(src, dst);
    case 'jump':
      return { ...flow(dst | operand, 0), target: targetAt(program, pc) ?? -1 };
    case 'may_goto':
      return { ...flow(0, 0), target: targetAt(program, pc) ?? -1 };
    case 'goto':
    case 'gotol':
      return { ...flow(0, 0), next: -1, target: targetAt(program, pc) ?? -1 };
    case 'call-local':
      return { ...flow(0, SCRATCH), callee: targetAt(program, pc) ?? -1 };
    case 'call-helper':
    case 'call-kfunc':
      return callFlow(program, pc, row.shape === 'call-helper', flow);
    case 'exit':
      return { ...flow(1, 0), next: -1 };
    case 'imm64':
      return { ...flow(0, dst), next: pc + 2 };
    case 'store':
    case 'atomic':
    case 'store-release':
      return flow(dst | src, 0);
    case 'store-imm':
      return flow(dst, 0);
    case 'fetch':
    case 'xchg':
      return flow(dst | src, src);
    case 'cmpxchg':
      return flow(dst | src | 1, 1);
    default:
      return row.shape satisfies never;
  }
}

function callFlow(program: Program, pc: number, helper: boolean, flow: (reads: number, writes: number) => Flow): Flow {
  const imm = program.imm[pc] ?? 0;
  const name = helper ? helperById(imm) : kfuncById(imm);
  // An inserted call keeps every register; an unknown one is refused anyway.
  if (name === undefined) return flow(0, 0);
  const { args, throws } = CALLABLES[name];
  const reads = args.reduce((mask, arg, index) => (arg.is === 'ignored' ? mask : mask | bit(index + 1)), 0);
  return throws ? { ...flow(reads, SCRATCH), next: -1 } : flow(reads, SCRATCH);
}

/**
 * The one place that makes a Program: decodes every slot and refuses what the kernel refuses before it verifies
 * (bpf_check: resolve_pseudo_ldimm64, add_subprog, check_subprogs, check_cfg), with pc and the kernel's words where it
 * has some. Recursion is refused here in any form; the kernel meets it as a call stack that is too deep.
 */
import type { FormRefusal, Refusal } from '../contract/refusal.js';
import { cleanupRefusal } from './cleanup.js';
import { type Columns, columnsOf } from './columns.js';
import { decodeOp, fieldsOf, OP_ROWS, OP_SECOND_SLOT, SOURCE_X } from './op.js';
import { type Declarations, type Program, type ProgramParts, rowAt, type Subprogram, targetAt } from './program.js';
import { zeroBytes, zeroInts } from './slab.js';

/** A program, or why it is none. */
export type Built =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly refusal: Refusal };

class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

function refuse(code: FormRefusal, pc: number, message: string): never {
  throw new Refused({ code, pc, message });
}

/** Validates parts into a program. Refusals carry the pc; an exception means a bug of ours. */
export function buildProgram(parts: ProgramParts): Built {
  return buildOfColumns(columnsOf(parts.slots), parts);
}

/** The same of columns; the program keeps them. */
export function buildOfColumns(columns: Columns, declarations: Declarations): Built {
  try {
    const { cleanup } = declarations;
    const op = decode(columns);
    const starts = findSubprograms(columns, op);
    const program = assemble(columns, declarations, op, starts);
    checkJumps(program);
    checkReachable(program);
    checkRecursion(program);
    if (cleanup !== undefined && cleanup.slots.length > 0) decode(columnsOf(cleanup.slots), columns.length);
    const misfit = cleanupRefusal(program);
    if (misfit !== undefined) throw new Refused(misfit);
    return { ok: true, program };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/**
 * Makes a program of columns that cannot but be valid, such as a valid program with slots added that do nothing. The caller
 * answers for it: nothing is checked. `op` are the op numbers of all slots, `starts` the first pcs of subprograms, ascending.
 */
export function trustedProgram(
  columns: Columns,
  declarations: Declarations,
  op: Int32Array,
  starts: readonly number[],
): Program {
  return assemble(columns, declarations, op, starts);
}

/** Op numbers of slots; `base` is the pc of the first. */
function decode(columns: Columns, base = 0): Int32Array {
  const { length, code, dst, src, off, imm } = columns;
  const op = zeroInts(length);
  if (length === 0) refuse('empty-program', 0, 'no instructions');
  for (let pc = 0; pc < length; pc++) {
    if (op[pc] === OP_SECOND_SLOT) continue;
    const own = code[pc] ?? 0;
    const number = decodeOp(own, src[pc] ?? 0, off[pc] ?? 0, imm[pc] ?? 0);
    const row = OP_ROWS[number];
    if (row === undefined) refuse('unknown-opcode', base + pc, `unknown opcode ${own.toString(16).padStart(2, '0')}`);
    checkFields(columns, row, row.operand === 'KX' ? (own & SOURCE_X) !== 0 : row.operand === 'X', pc, base);
    op[pc] = number;
    if (row.shape === 'imm64') {
      const next = pc + 1;
      if (next === length || code[next] !== 0 || dst[next] !== 0 || src[next] !== 0 || off[next] !== 0) {
        refuse('reserved-field', base + pc, 'invalid bpf_ld_imm64 insn');
      }
      if (row.symbol !== 'plain' && imm[next] !== 0) refuse('reserved-field', base + next, 'invalid bpf_ld_imm64 insn');
      op[next] = OP_SECOND_SLOT;
    }
  }
  return op;
}

function checkFields(
  columns: Columns,
  row: (typeof OP_ROWS)[number],
  registerForm: boolean,
  pc: number,
  base: number,
): void {
  const used = fieldsOf(row, registerForm);
  const { select } = row;
  const dst = columns.dst[pc] ?? 0;
  const src = columns.src[pc] ?? 0;
  if (
    (!used.dst && dst !== 0) ||
    (!used.src && src !== (select?.src ?? 0)) ||
    (!used.off && columns.off[pc] !== (select?.off ?? 0)) ||
    (!used.imm && columns.imm[pc] !== (select?.imm ?? 0))
  ) {
    refuse('reserved-field', base + pc, `${row.symbol} uses reserved fields`);
  }
  if (used.dst && (dst < 0 || dst > 10)) refuse('bad-register', base + pc, `R${dst} is invalid`);
  if (used.src && (src < 0 || src > 10)) refuse('bad-register', base + pc, `R${src} is invalid`);
}

function findSubprograms({ length, imm }: Columns, op: Int32Array): number[] {
  const starts = new Set([0]);
  for (let pc = 0; pc < length; pc++) {
    if (OP_ROWS[op[pc] ?? -1]?.shape !== 'call-local') continue;
    const target = pc + 1 + (imm[pc] ?? 0);
    if (target < 0 || target >= length || op[target] === OP_SECOND_SLOT) {
      refuse('bad-call-target', pc, `call to invalid destination ${target}`);
    }
    starts.add(target);
  }
  return [...starts].sort((a, b) => a - b);
}

function assemble(
  { length, code, dst, src, off, imm }: Columns,
  declarations: Declarations,
  op: Int32Array,
  starts: readonly number[],
): Program {
  const subprograms: Subprogram[] = starts.map((start, index) => ({
    name: declarations.names?.get(start) ?? (index === 0 ? 'main' : `sub${index}`),
    start,
    end: starts[index + 1] ?? length,
    global: declarations.globals?.has(start) ?? false,
  }));
  const subprogramOf = zeroInts(length);
  subprograms.forEach(({ start, end }, index) => {
    subprogramOf.fill(index, start, end);
  });
  return {
    length,
    code,
    dst,
    src,
    off,
    imm,
    op,
    subprogramOf,
    subprograms,
    types: declarations.types ?? [],
    maps: declarations.maps ?? [],
    labels: declarations.labels ?? new Map(),
    ...(declarations.cleanup === undefined ? {} : { cleanup: declarations.cleanup }),
  };
}

function checkJumps(program: Program): void {
  for (const subprogram of program.subprograms) {
    let last = subprogram.start;
    for (let pc = subprogram.start; pc < subprogram.end; pc++) {
      if (program.op[pc] === OP_SECOND_SLOT) continue;
      last = pc;
      const target = rowAt(program, pc)?.shape === 'call-local' ? undefined : targetAt(program, pc);
      if (target === undefined) continue;
      if (target < subprogram.start || target >= subprogram.end) {
        refuse('jump-out-of-range', pc, `jump out of range from insn ${pc} to ${target}`);
      }
      if (program.op[target] === OP_SECOND_SLOT) {
        refuse('jump-into-imm64', pc, `jump into the middle of ldimm64 insn ${target}`);
      }
    }
    const shape = rowAt(program, last)?.shape;
    if (shape !== 'exit' && shape !== 'goto' && shape !== 'gotol') {
      refuse('falls-off-end', last, 'last insn is not an exit or jmp');
    }
  }
}

function checkReachable(program: Program): void {
  const seen = zeroBytes(program.length);
  const work = program.subprograms.map(({ start }) => start);
  for (let pc = work.pop(); pc !== undefined; pc = work.pop()) {
    if (seen[pc] === 1) continue;
    seen[pc] = 1;
    const shape = rowAt(program, pc)?.shape;
    if (shape === 'imm64') seen[pc + 1] = 1;
    if (shape === 'exit') continue;
    const target = shape === 'call-local' ? undefined : targetAt(program, pc);
    if (target !== undefined) work.push(target);
    if (shape !== 'goto' && shape !== 'gotol') work.push(pc + (shape === 'imm64' ? 2 : 1));
  }
  const unreachable = seen.indexOf(0);
  if (unreachable !== -1) refuse('unreachable-insn', unreachable, `unreachable insn ${unreachable}`);
}

function checkRecursion(program: Program): void {
  const callees = program.subprograms.map(({ start, end }) => {
    const calls: { readonly pc: number; readonly callee: number }[] = [];
    for (let pc = start; pc < end; pc++) {
      if (rowAt(program, pc)?.shape !== 'call-local') continue;
      calls.push({ pc, callee: program.subprogramOf[targetAt(program, pc) ?? 0] ?? 0 });
    }
    return calls;
  });
  const state = zeroBytes(callees.length); // 1: being visited, 2: done
  const visit = (index: number): void => {
    state[index] = 1;
    for (const { pc, callee } of callees[index] ?? []) {
      if (state[callee] === 1) {
        const name = (i: number) => program.subprograms[i]?.name ?? '?';
        refuse('recursion', pc, `recursive call from ${name(index)}() to ${name(callee)}()`);
      }
      if (state[callee] === 0) visit(callee);
    }
    state[index] = 2;
  };
  for (let index = 0; index < callees.length; index++) if (state[index] === 0) visit(index);
}

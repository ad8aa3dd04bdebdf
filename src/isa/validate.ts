/**
 * The one place that makes a Program: decodes every slot and refuses what the kernel refuses before it verifies
 * (bpf_check: resolve_pseudo_ldimm64, add_subprog, check_subprogs, check_cfg), with pc and the kernel's words where it
 * has some. Recursion is refused here in any form; the kernel meets it as a call stack that is too deep.
 */
import type { FormRefusal, Refusal } from '../contract/refusal.js';
import type { Insn } from './insn.js';
import { decodeOp, fieldsOf, OP_ROWS, OP_SECOND_SLOT, SOURCE_X } from './op.js';
import { type Program, type ProgramParts, rowAt, type Subprogram, targetAt } from './program.js';

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
  try {
    const op = decode(parts.slots);
    const starts = findSubprograms(parts.slots, op);
    const program = assemble(parts, op, starts);
    checkJumps(program);
    checkReachable(program);
    checkRecursion(program);
    return { ok: true, program };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/**
 * Makes a program of parts that cannot but be valid, such as a valid program with slots added that do nothing. The caller
 * answers for it: nothing is checked. `op` are the op numbers of all slots, `starts` the first pcs of subprograms, ascending.
 */
export function trustedProgram(parts: ProgramParts, op: Int32Array, starts: readonly number[]): Program {
  return assemble(parts, op, starts);
}

function decode(slots: readonly Insn[]): Int32Array {
  const op = new Int32Array(slots.length);
  if (slots.length === 0) refuse('empty-program', 0, 'no instructions');
  let pc = -1;
  for (const slot of slots) {
    pc++;
    if (op[pc] === OP_SECOND_SLOT) continue;
    const number = decodeOp(slot.code, slot.src, slot.off, slot.imm);
    const row = OP_ROWS[number];
    if (row === undefined) refuse('unknown-opcode', pc, `unknown opcode ${slot.code.toString(16).padStart(2, '0')}`);
    const registerForm = row.operand === 'KX' ? (slot.code & SOURCE_X) !== 0 : row.operand === 'X';
    checkFields(slot, row, registerForm, pc);
    op[pc] = number;
    if (row.shape === 'imm64') {
      const second = slots[pc + 1];
      if (second === undefined || second.code !== 0 || second.dst !== 0 || second.src !== 0 || second.off !== 0) {
        refuse('reserved-field', pc, 'invalid bpf_ld_imm64 insn');
      }
      if (row.symbol !== 'plain' && second.imm !== 0) refuse('reserved-field', pc + 1, 'invalid bpf_ld_imm64 insn');
      op[pc + 1] = OP_SECOND_SLOT;
    }
  }
  return op;
}

function checkFields(slot: Insn, row: (typeof OP_ROWS)[number], registerForm: boolean, pc: number): void {
  const used = fieldsOf(row, registerForm);
  const { select } = row;
  if (
    (!used.dst && slot.dst !== 0) ||
    (!used.src && slot.src !== (select?.src ?? 0)) ||
    (!used.off && slot.off !== (select?.off ?? 0)) ||
    (!used.imm && slot.imm !== (select?.imm ?? 0))
  ) {
    refuse('reserved-field', pc, `${row.symbol} uses reserved fields`);
  }
  if (used.dst && (slot.dst < 0 || slot.dst > 10)) refuse('bad-register', pc, `R${slot.dst} is invalid`);
  if (used.src && (slot.src < 0 || slot.src > 10)) refuse('bad-register', pc, `R${slot.src} is invalid`);
}

function findSubprograms(slots: readonly Insn[], op: Int32Array): number[] {
  const starts = new Set([0]);
  let pc = -1;
  for (const slot of slots) {
    pc++;
    if (OP_ROWS[op[pc] ?? -1]?.shape !== 'call-local') continue;
    const target = pc + 1 + slot.imm;
    if (target < 0 || target >= slots.length || op[target] === OP_SECOND_SLOT) {
      refuse('bad-call-target', pc, `call to invalid destination ${target}`);
    }
    starts.add(target);
  }
  return [...starts].sort((a, b) => a - b);
}

function assemble(parts: ProgramParts, op: Int32Array, starts: readonly number[]): Program {
  const length = parts.slots.length;
  // Written out, field by field: every generated and every patched program comes through here.
  const code = new Int32Array(length);
  const dst = new Int32Array(length);
  const src = new Int32Array(length);
  const off = new Int32Array(length);
  const imm = new Int32Array(length);
  let at = 0;
  for (const slot of parts.slots) {
    code[at] = slot.code;
    dst[at] = slot.dst;
    src[at] = slot.src;
    off[at] = slot.off;
    imm[at] = slot.imm;
    at++;
  }
  const subprograms: Subprogram[] = starts.map((start, index) => ({
    name: parts.names?.get(start) ?? (index === 0 ? 'main' : `sub${index}`),
    start,
    end: starts[index + 1] ?? length,
    global: parts.globals?.has(start) ?? false,
  }));
  const subprogramOf = new Int32Array(length);
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
    types: parts.types ?? [],
    maps: parts.maps ?? [],
    labels: parts.labels ?? new Map(),
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
  const seen = new Uint8Array(program.length);
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
  const state = new Uint8Array(callees.length); // 1: being visited, 2: done
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

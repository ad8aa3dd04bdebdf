/** A program as the machine runs it: predecoded once per load, in columns by pc that are reused from load to load. */
import { OP_NAMES, OP_ROWS, SOURCE_X } from '../../src/isa/op.js';
import type { Program } from '../../src/isa/program.js';
import { zeroBytes } from '../../src/isa/slab.js';
import type { Alu } from './alu.js';
import type { Core } from './core.js';
import type { Test } from './jump.js';
import { REGISTERS, type RegisterFile } from './register-file.js';
import { allSemantics, type Semantics } from './semantics.js';

/** Runs the instruction at a pc; returns the next pc, or HALT with the core's outcome set. */
export type Step = (core: Core, pc: number) => number;

/** What of a program is needed to run it: also programs that no kernel would take. */
export type Runnable = Pick<Program, 'length' | 'code' | 'dst' | 'src' | 'off' | 'imm' | 'op' | 'subprogramOf'>;

/** Next pc of an instruction that ended the run. */
export const HALT = -1;
/** Classes of instructions in `Code.does`. */
export const DOES_ALU = 0;
export const DOES_JUMP = 1;
const DOES_STEP = 2;

const noAlu: Alu = () => {};
const noTest: Test = () => false;
const noStep: Step = (core, pc) => core.fault('bad-instruction', pc, `no instruction at ${pc}`);

export class Code {
  length = 0;
  does = new Uint8Array(0);
  /** Positions in the register file; a constant's for an immediate operand. */
  dst = new Uint16Array(0);
  src = new Int32Array(0);
  /** Signed 16-bit offset, as encoded. */
  off = new Int32Array(0);
  /** Signed 32-bit immediate, as encoded. */
  imm = new Int32Array(0);
  /** pc that a taken jump, a goto or a local call leads to. */
  target = new Int32Array(0);
  /** 1: not one of the original's instructions. */
  added = new Uint8Array(0);
  readonly alu: Alu[] = [];
  readonly test: Test[] = [];
  readonly step: Step[] = [];
  readonly #semantics: readonly Semantics[] = allSemantics();

  /**
   * Decodes all slots; constants go behind the registers in `file`, after the first `kept`, which another code has there.
   * `original` is the pc map, if any.
   */
  load(program: Runnable, original: { readonly [pc: number]: number } | undefined, file: RegisterFile, kept = 0): void {
    const { length } = program;
    this.#reserve(length);
    this.length = length;
    file.keepConstants(kept);
    for (let pc = 0; pc < length; pc++) {
      const imm = program.imm[pc] ?? 0;
      const off = program.off[pc] ?? 0;
      const number = program.op[pc] ?? -1;
      const shape = OP_ROWS[number]?.shape;
      this.dst[pc] = program.dst[pc] ?? 0;
      this.off[pc] = off;
      this.imm[pc] = imm;
      this.added[pc] = original !== undefined && (original[pc] ?? -1) < 0 ? 1 : 0;
      this.target[pc] = pc + 1 + (shape === 'gotol' || shape === 'call-local' ? imm : off);
      this.src[pc] = program.src[pc] ?? 0;
      if (shape === 'imm64') this.src[pc] = file.addConstant(imm, program.imm[pc + 1] ?? 0);
      else if (takesImmediate(number, program.code[pc] ?? 0)) this.src[pc] = file.addConstant(imm, imm >> 31);
      const semantics = this.#semantics[number];
      this.does[pc] = semantics?.does === 'alu' ? DOES_ALU : semantics?.does === 'jump' ? DOES_JUMP : DOES_STEP;
      this.alu[pc] = semantics?.does === 'alu' ? semantics.run : noAlu;
      this.test[pc] = semantics?.does === 'jump' ? semantics.holds : noTest;
      this.step[pc] = semantics?.does === 'step' ? semantics.run : noStep;
    }
  }

  #reserve(length: number): void {
    if (this.does.length >= length) return;
    const capacity = Math.max(128, 1 << (32 - Math.clz32(length)));
    this.does = new Uint8Array(capacity);
    this.dst = new Uint16Array(capacity);
    this.src = new Int32Array(capacity);
    this.off = new Int32Array(capacity);
    this.imm = new Int32Array(capacity);
    this.target = new Int32Array(capacity);
    this.added = new Uint8Array(capacity);
    while (this.alu.length < capacity) {
      this.alu.push(noAlu);
      this.test.push(noTest);
      this.step.push(noStep);
    }
  }
}

function takesImmediate(op: number, code: number): boolean {
  const row = OP_ROWS[op];
  if (row === undefined) return false;
  if (row.shape === 'store-imm') return true;
  return row.operand === 'KX' && (code & SOURCE_X) === 0;
}

/** Which of R6..R9 (bits 0..3) appear as src or dst in each subprogram: what its prologue pushes (x86 detect_reg_usage). */
export function usedCalleeSaved(program: Runnable, subprograms: number): Uint8Array {
  const used = zeroBytes(subprograms);
  for (let pc = 0; pc < program.length; pc++) {
    const subprogram = program.subprogramOf[pc] ?? 0;
    for (const register of [program.dst[pc] ?? 0, program.src[pc] ?? 0]) {
      if (register >= 6 && register <= 9) used[subprogram] = (used[subprogram] ?? 0) | (1 << (register - 6));
    }
  }
  return used;
}

/** Registers must exist; only a program that was never validated can have others. */
export function hasBadRegister(program: Runnable): number {
  for (let pc = 0; pc < program.length; pc++) {
    if (OP_NAMES[program.op[pc] ?? -1] === undefined) continue;
    if ((program.dst[pc] ?? 0) >= REGISTERS || (program.src[pc] ?? 0) >= REGISTERS) return pc;
  }
  return -1;
}

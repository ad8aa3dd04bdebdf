/**
 * What a program is: columns of instruction fields plus what the columns cannot say (names, struct types, maps).
 * A Program exists only in validated form; `buildProgram` (validate.ts) is the one place that makes them.
 */
import type { ReadonlyInts } from '../contract/ints.js';
import type { MapType } from './callables.js';
import type { Insn } from './insn.js';
import { OP_NAMES, OP_ROWS, OP_SECOND_SLOT, type OpName, type OpRow } from './op.js';

/** A subprogram: slots [start, end). Number 0 is main and starts at 0. */
export interface Subprogram {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Verified on its own (BTF linkage global); the others are explored inline at every call. */
  readonly global: boolean;
}

/** A struct type declared by the program, of `size` bytes of plain data. Its BTF id is its index + 1. */
export interface StructType {
  readonly name: string;
  readonly size: number;
}

/** A map declared by the program; `size` is max_entries: for a ring buffer, bytes. */
export interface MapDefinition {
  readonly name: string;
  readonly type: MapType;
  readonly size: number;
}

/** A record of the flat table of landing pads: pcs [begin, end) are served by the code at slot `pad` of the section. */
export interface LandingPad {
  readonly begin: number;
  readonly end: number;
  readonly pad: number;
}

/** The landing pads that a compiler has put beside a program (cleanup.ts). */
export interface Cleanup {
  /** The code of all pads; each ends in an exit, which resumes the unwinding. */
  readonly slots: readonly Insn[];
  readonly pads: readonly LandingPad[];
  /** Names by slot of the section, for people. */
  readonly labels: ReadonlyMap<number, string>;
}

/** A validated program. All columns have one element per 8-byte slot; pcs are slot numbers, as in the kernel. */
export interface Program {
  readonly length: number;
  readonly code: ReadonlyInts;
  readonly dst: ReadonlyInts;
  readonly src: ReadonlyInts;
  readonly off: ReadonlyInts;
  readonly imm: ReadonlyInts;
  /** Op number (see op.ts), or OP_SECOND_SLOT. */
  readonly op: ReadonlyInts;
  /** Index of the subprogram that a slot belongs to. */
  readonly subprogramOf: ReadonlyInts;
  readonly subprograms: readonly Subprogram[];
  readonly types: readonly StructType[];
  readonly maps: readonly MapDefinition[];
  /** Names of jump targets, for people; carries no meaning. Subprograms have their names in `subprograms`. */
  readonly labels: ReadonlyMap<number, string>;
  /** Absent: it was compiled without landing pads. */
  readonly cleanup?: Cleanup;
}

const COLUMNS = [
  'code',
  'dst',
  'src',
  'off',
  'imm',
  'op',
  'subprogramOf',
] as const satisfies readonly (keyof Program)[];

/** Whether a value has the columns of a program; `buildProgram` alone makes such objects. */
export function isProgram(value: unknown): value is Program {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { length, subprograms, types, maps, labels } = fields;
  return (
    COLUMNS.every((name) => fields[name] instanceof Int32Array && fields[name].length === length) &&
    [subprograms, types, maps].every(Array.isArray) &&
    labels instanceof Map
  );
}

/** What a program has beside its slots. */
export interface Declarations {
  readonly types?: readonly StructType[];
  readonly maps?: readonly MapDefinition[];
  /** Names of subprograms by start pc; without one they are called `main`, `sub1`, … */
  readonly names?: ReadonlyMap<number, string>;
  readonly globals?: ReadonlySet<number>;
  readonly labels?: ReadonlyMap<number, string>;
  readonly cleanup?: Cleanup | undefined;
}

/** What `buildProgram` makes a Program of. Slots may use all 8-byte slots, second slots of 64-bit immediates included. */
export interface ProgramParts extends Declarations {
  readonly slots: readonly Insn[];
}

/** The slot at a pc as an object. */
export function slotAt(program: Program, pc: number): Insn {
  return {
    code: program.code[pc] ?? 0,
    dst: program.dst[pc] ?? 0,
    src: program.src[pc] ?? 0,
    off: program.off[pc] ?? 0,
    imm: program.imm[pc] ?? 0,
  };
}

/** All slots as objects, e.g. to edit and rebuild. */
export function slotsOf(program: Program): Insn[] {
  return Array.from({ length: program.length }, (_, pc) => slotAt(program, pc));
}

/** Name of the instruction at a pc, or `undefined` in the second slot of a 64-bit immediate. */
export function opAt(program: Program, pc: number): OpName | undefined {
  return OP_NAMES[program.op[pc] ?? OP_SECOND_SLOT];
}

/** Row of the instruction at a pc, or `undefined` in the second slot of a 64-bit immediate. */
export function rowAt(program: Program, pc: number): OpRow | undefined {
  return OP_ROWS[program.op[pc] ?? OP_SECOND_SLOT];
}

/** Slots the instruction at a pc takes: 2 for a 64-bit immediate, else 1. */
export function widthAt(program: Program, pc: number): 1 | 2 {
  return program.op[pc + 1] === OP_SECOND_SLOT ? 2 : 1;
}

/** The 64-bit value of the immediate load at a pc, unsigned. */
export function imm64At(program: Program, pc: number): bigint {
  const low = BigInt.asUintN(32, BigInt(program.imm[pc] ?? 0));
  return (BigInt.asUintN(32, BigInt(program.imm[pc + 1] ?? 0)) << 32n) | low;
}

/** Where a jump, goto or local call at a pc leads if taken, or `undefined` for any other instruction. */
export function targetAt(program: Program, pc: number): number | undefined {
  switch (rowAt(program, pc)?.shape) {
    case 'jump':
    case 'goto':
    case 'may_goto':
      return pc + 1 + (program.off[pc] ?? 0);
    case 'gotol':
    case 'call-local':
      return pc + 1 + (program.imm[pc] ?? 0);
    default:
      return undefined;
  }
}

/** Number of instructions, a 64-bit immediate counted once. */
export function instructionCount(program: Program): number {
  let count = 0;
  for (let pc = 0; pc < program.length; pc++) if (program.op[pc] !== OP_SECOND_SLOT) count++;
  return count;
}

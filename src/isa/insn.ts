/** One instruction as an object: what builders, printers and patches handle; programs keep columns (program.ts). */
import { CALLABLES, type CallableName, INTRINSIC_BASE } from './callables.js';
import { OPS, type OpName, SOURCE_X } from './op.js';

/**
 * The fields of one 8-byte slot. A 64-bit immediate is two: the second has code 0 and the upper half in `imm`.
 * `off` is signed 16-bit, `imm` signed 32-bit.
 */
export interface Insn {
  readonly code: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

/** Second operand: a register or a signed 32-bit immediate. */
export type Operand = { readonly reg: number } | { readonly imm: number };

/** The slot of an operation with the given fields; unnamed fields take the value their row selects by, else 0. */
export function insn(op: OpName, fields: Partial<Omit<Insn, 'code'>> & { readonly operand?: Operand } = {}): Insn {
  const row = OPS[op];
  const operand = fields.operand;
  const registerForm = operand !== undefined && 'reg' in operand && row.operand === 'KX';
  return {
    code: registerForm ? row.code | SOURCE_X : row.code,
    dst: fields.dst ?? 0,
    src: operand !== undefined && 'reg' in operand ? operand.reg : (fields.src ?? row.select?.src ?? 0),
    off: fields.off ?? row.select?.off ?? 0,
    imm: operand !== undefined && 'imm' in operand ? operand.imm : (fields.imm ?? row.select?.imm ?? 0),
  };
}

/** The two slots of a 64-bit immediate load. `value` is taken modulo 2^64. */
export function imm64(dst: number, value: bigint): readonly [Insn, Insn] {
  const bits = BigInt.asUintN(64, value);
  return [
    insn('imm64', { dst, imm: Number(BigInt.asIntN(32, bits)) }),
    { code: 0, dst: 0, src: 0, off: 0, imm: Number(BigInt.asIntN(32, bits >> 32n)) },
  ];
}

/** The two slots that load the address of map number `index` of the program (BPF_PSEUDO_MAP_FD). */
export function loadMap(dst: number, index: number): readonly [Insn, Insn] {
  return [insn('imm64_map', { dst, imm: index }), { code: 0, dst: 0, src: 0, off: 0, imm: 0 }];
}

/**
 * The two slots that load the BTF id of a struct type of the program: `index + 1` (BTF ids start at 1). Before a kernel
 * sees it, it becomes a plain constant: the id of the type in the program's own BTF.
 */
export function loadType(dst: number, index: number): readonly [Insn, Insn] {
  return [insn('imm64_type', { dst, imm: index + 1 }), { code: 0, dst: 0, src: 0, off: 0, imm: 0 }];
}

/** A call of a helper or kfunc. */
export function call(name: CallableName): Insn {
  const { as, id } = CALLABLES[name].call;
  return insn(as === 'helper' ? 'call_helper' : 'call_kfunc', { imm: id });
}

/** A call of a subprogram; `delta` counts slots from the instruction after the call. */
export function callLocal(delta: number): Insn {
  return insn('call_local', { imm: delta });
}

/** A call that a subject inserts; `number` counts from 0. */
export function callIntrinsic(number: number): Insn {
  return insn('call_helper', { imm: INTRINSIC_BASE + number });
}

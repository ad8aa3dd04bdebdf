/** What each instruction requires of the state before it, one row per shape. What it then does is in transfer.ts. */
import type { Refusal } from '../contract/refusal.js';
import { helperById, isIntrinsic, kfuncById } from '../isa/callables.js';
import { OP_ROWS, type Shape, SOURCE_X } from '../isa/op.js';
import { aluRefusal, readRefusal, writeRefusal } from './arithmetic.js';
import { callRefusal } from './call-obligations.js';
import type { Context, Obligation } from './context.js';
import { TAG } from './intern.js';
import { accessRefusal } from './memory.js';
import { refuse, typeName } from './refusal.js';
import { MAX_FRAMES, REF } from './state.js';
import { tnumText, UNKNOWN_BITS } from './tnum.js';

const none: Obligation = () => undefined;

const unary: Obligation = (context, pc) => {
  const dst = context.program.dst[pc] ?? 0;
  return readRefusal(context, pc, dst) ?? writeRefusal(pc, dst);
};

const movsx: Obligation = (context, pc) =>
  readRefusal(context, pc, context.program.src[pc] ?? 0) ?? writeRefusal(pc, context.program.dst[pc] ?? 0);

const jump: Obligation = (context, pc) => {
  const { program } = context;
  const registerForm = ((program.code[pc] ?? 0) & SOURCE_X) !== 0;
  return (
    readRefusal(context, pc, program.dst[pc] ?? 0) ??
    (registerForm ? readRefusal(context, pc, program.src[pc] ?? 0) : undefined)
  );
};

const imm64: Obligation = ({ program }, pc) => writeRefusal(pc, program.dst[pc] ?? 0);

/** Bytes that a memory instruction accesses. */
function sizeAt({ program }: Context, pc: number): number {
  return (OP_ROWS[program.op[pc] ?? 0]?.width ?? 64) / 8;
}

function reach(
  context: Context,
  pc: number,
  register: number,
  does: 'read' | 'write',
  strict: boolean,
): Refusal | undefined {
  const offset = context.program.off[pc] ?? 0;
  return accessRefusal(context, pc, { register, offset, size: sizeAt(context, pc), does, strict });
}

const load: Obligation = (context, pc) => {
  const src = context.program.src[pc] ?? 0;
  return (
    readRefusal(context, pc, src) ??
    writeRefusal(pc, context.program.dst[pc] ?? 0) ??
    reach(context, pc, src, 'read', false)
  );
};

/** A pointer goes to an 8-byte stack slot whole, and no stack pointer to a caller's frame. Other memory takes anything. */
function spillRefusal({ program, state, table }: Context, pc: number, size: number): Refusal | undefined {
  const word = state.register(program.src[pc] ?? 0);
  const target = state.register(program.dst[pc] ?? 0);
  if (!table.isPointer(word) || table.tag(target) !== TAG.stack) return undefined;
  if (size !== 8) return refuse('invalid-store', pc, 'invalid size of register spill');
  if (table.tag(word) === TAG.stack && table.parameter(target) !== state.depth - 1) {
    return refuse('invalid-store', pc, 'cannot spill pointers to stack into stack frame of the caller');
  }
  return undefined;
}

const store: Obligation = (context, pc) => {
  const dst = context.program.dst[pc] ?? 0;
  return (
    readRefusal(context, pc, context.program.src[pc] ?? 0) ??
    readRefusal(context, pc, dst) ??
    reach(context, pc, dst, 'write', false) ??
    spillRefusal(context, pc, sizeAt(context, pc))
  );
};

const storeImm: Obligation = (context, pc) => {
  const dst = context.program.dst[pc] ?? 0;
  return readRefusal(context, pc, dst) ?? reach(context, pc, dst, 'write', false);
};

function atomicPointerRefusal(
  { state, table }: Context,
  pc: number,
  register: number,
  does: 'loads from' | 'stores into',
): Refusal | undefined {
  const word = state.register(register);
  if (table.tag(word) !== TAG.ctx) return undefined;
  return refuse('invalid-access', pc, `BPF_ATOMIC ${does} R${register} ${typeName(table, word)} is not allowed`);
}

/** The register that gets the old value is unknown before memory is accessed, even if it is the address. */
function overwrittenRefusal(context: Context, pc: number): Refusal {
  const where = `${tnumText(UNKNOWN_BITS)}+0+${context.program.off[pc] ?? 0}`;
  return refuse('misaligned-access', pc, `misaligned access off ${where} size ${sizeAt(context, pc)}`);
}

/** An atomic instruction; `loads` is the register that gets the old value. */
function readModifyWrite(context: Context, pc: number, loads: number | undefined): Refusal | undefined {
  const dst = context.program.dst[pc] ?? 0;
  return (
    readRefusal(context, pc, context.program.src[pc] ?? 0) ??
    readRefusal(context, pc, dst) ??
    (loads === 0 ? readRefusal(context, pc, 0) : undefined) ??
    atomicPointerRefusal(context, pc, dst, 'stores into') ??
    (loads === undefined ? undefined : writeRefusal(pc, loads)) ??
    (loads === dst ? overwrittenRefusal(context, pc) : undefined) ??
    reach(context, pc, dst, 'read', true) ??
    reach(context, pc, dst, 'write', true)
  );
}

const loadAcquire: Obligation = (context, pc) => {
  const src = context.program.src[pc] ?? 0;
  return (
    readRefusal(context, pc, src) ??
    writeRefusal(pc, context.program.dst[pc] ?? 0) ??
    reach(context, pc, src, 'read', true) ??
    atomicPointerRefusal(context, pc, src, 'loads from')
  );
};

const storeRelease: Obligation = (context, pc) => {
  const dst = context.program.dst[pc] ?? 0;
  return (
    readRefusal(context, pc, context.program.src[pc] ?? 0) ??
    readRefusal(context, pc, dst) ??
    reach(context, pc, dst, 'write', true) ??
    spillRefusal(context, pc, sizeAt(context, pc)) ??
    atomicPointerRefusal(context, pc, dst, 'stores into')
  );
};

const callHelper: Obligation = (context, pc) => {
  const id = context.program.imm[pc] ?? 0;
  if (context.intrinsics && isIntrinsic(id)) return undefined;
  const name = helperById(id);
  if (name === undefined) return refuse('unknown-callable', pc, `invalid func unknown#${id}`);
  return callRefusal(context, pc, name);
};

/** Unknown kfuncs are refused before the walk (resolve.ts). */
const callKfunc: Obligation = (context, pc) => {
  const name = kfuncById(context.program.imm[pc] ?? 0);
  return name === undefined ? undefined : callRefusal(context, pc, name);
};

const callLocal: Obligation = ({ state }, pc) =>
  state.depth < MAX_FRAMES
    ? undefined
    : refuse('call-depth', pc, `the call stack of ${state.depth + 1} frames is too deep`);

const exit: Obligation = (context, pc) => {
  const { state, table } = context;
  if (state.depth > 1) {
    if (table.tag(state.register(0)) !== TAG.stack) return undefined;
    return refuse('invalid-access', pc, 'cannot return stack pointer to the caller');
  }
  if (state.refCount > 0) {
    const leaks = Array.from(
      { length: state.refCount },
      (_, position) =>
        `Unreleased reference id=${state.refField(position, REF.id)} alloc_insn=${state.refField(position, REF.acquiredAt)}\n`,
    );
    const message = `${leaks.join('')}BPF_EXIT instruction in main prog would lead to reference leak`;
    return refuse('unreleased-reference', pc, message);
  }
  return readRefusal(context, pc, 0);
};

export const OBLIGATIONS: Readonly<Record<Shape, Obligation>> = {
  alu: aluRefusal,
  neg: unary,
  movsx,
  swap: unary,
  jump,
  goto: none,
  gotol: none,
  may_goto: none,
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
  'load-acquire': loadAcquire,
  'store-release': storeRelease,
};

/** What calls and returns do to the state (check_helper_call, check_kfunc_call, check_func_call, prepare_func_exit). */
import {
  CALLABLES,
  type CallableName,
  type CallableRow,
  helperById,
  isIntrinsic,
  kfuncById,
  type ReturnType,
  stackResource,
} from '../isa/callables.js';
import { KIND_NAMES, SOCKET_FORMS } from '../isa/kinds.js';
import { targetAt } from '../isa/program.js';
import { typeIndex } from './call-obligations.js';
import { type Context, noteOwned, noteOwnership, PATH_ENDS, type Transfer } from './context.js';
import { NOT_INIT_WORD, NULLABLE, TAG, tagOfKind, UNKNOWN_WORD } from './intern.js';
import { stepIterator } from './iterate.js';
import { dropResidents, leaveElements, makeResident, noteClones, referenceAt } from './resident.js';
import { touchStack } from './stack.js';
import { REF } from './state.js';

export const callHelper: Transfer = (context, pc) => {
  const id = context.program.imm[pc] ?? 0;
  if (isIntrinsic(id)) return pc + 1;
  const name = helperById(id);
  return name === undefined ? PATH_ENDS : call(context, pc, name);
};

export const callKfunc: Transfer = (context, pc) => {
  const name = kfuncById(context.program.imm[pc] ?? 0);
  return name === undefined ? PATH_ENDS : call(context, pc, name);
};

function call(context: Context, pc: number, name: CallableName): number {
  const { state } = context;
  const row = CALLABLES[name];
  const { returns } = row;
  if (returns.is === 'element') return stepIterator(context, pc, returns.kind);
  for (let index = 0; index < row.args.length; index++) {
    if (row.args[index]?.is === 'memory') touchMemory(context, state.register(index + 1));
  }
  if (row.releases !== undefined) release(context, pc, row, row.releases);
  if (row.throws) {
    state.killCallerSaved();
    context.throws(pc);
    return PATH_ENDS;
  }
  if (row.clones) clone(context, pc);
  const acquired = row.acquires ? acquire(context, pc, row) : 0;
  const result = resultOf(context, row, returns, acquired);
  state.killCallerSaved();
  state.setRegister(0, result);
  return pc + 1;
}

/** A helper reads stack: it is allocated down to there (grow_stack_state). */
function touchMemory(context: Context, pointer: number): void {
  const { table } = context;
  if (table.tag(pointer) === TAG.stack) touchStack(context, table.parameter(pointer), table.offset(pointer));
}

/** The constant in an argument. */
function constantOf({ state, table }: Context, index: number): bigint {
  return table.scalars.boundsOf(table.parameter(state.register(index + 1))).bits.value;
}

const sizeOf = (context: Context, index: number) => Number(BigInt.asIntN(32, constantOf(context, index)));

/** The word in R0; arguments are still there. */
function resultOf(context: Context, row: CallableRow, returns: ReturnType, acquired: number): number {
  const { state, table } = context;
  switch (returns.is) {
    case 'void':
    case 'element':
      return NOT_INIT_WORD;
    case 'scalar':
      return UNKNOWN_WORD;
    case 'socket': {
      const tag = TAG.socket | NULLABLE;
      const form = SOCKET_FORMS.indexOf(returns.form);
      if (returns.castOf === undefined) return table.pointer(tag, form, 0, -acquired, acquired);
      return table.pointer(tag, form, 0, ++state.lastLink, table.ref(state.register(returns.castOf + 1)));
    }
    case 'data': {
      const tag = (returns.readonly ? TAG.slice : TAG.data) | NULLABLE;
      const ref = referenceAt(context, state.register(1), 'dynptr');
      return table.pointer(tag, sizeOf(context, returns.sizeFrom), 0, ++state.lastLink, ref);
    }
    case 'object': {
      const { kind, mayBeNull, sizeFrom } = returns;
      const tag = tagOfKind(kind);
      const number = KIND_NAMES.indexOf(kind);
      const type = localType(context, row);
      const size = sizeFrom === undefined ? 0 : sizeOf(context, sizeFrom);
      const parameter = tag === TAG.memory ? size : tag === TAG.local ? type : number;
      if (!mayBeNull) return table.pointer(tag, parameter, 0, 0, acquired);
      // Without a reference a maybe-NULL pointer still needs an id for its test.
      return table.pointer(tag | NULLABLE, parameter, 0, acquired === 0 ? ++state.lastLink : -acquired, acquired);
    }
    default:
      return returns satisfies never;
  }
}

/** Number of the struct type that an argument names, or -1. */
function localType(context: Context, { args }: CallableRow): number {
  const index = args.findIndex((arg) => arg.is === 'local-type');
  return index === -1 ? -1 : (typeIndex(constantOf(context, index), context.program.types.length) ?? -1);
}

/** A new reference; what lives on the stack is made there. */
function acquire(context: Context, pc: number, row: CallableRow): number {
  const { state } = context;
  const resource = row.returns.is === 'scalar' ? stackResource(row) : undefined;
  const kind = resource?.kind ?? (row.returns.is === 'object' ? row.returns.kind : 'socket');
  const number = KIND_NAMES.indexOf(kind);
  const type = localType(context, row);
  const ref = state.acquire(number, type, pc);
  noteOwnership(context.notes, pc, 'acquire', number, type);
  noteOwned(context);
  if (resource !== undefined) makeResident(context, state.register(resource.arg + 1), resource.kind, ref);
  return ref;
}

/** R2 becomes another place of the dynptr in R1. */
function clone(context: Context, pc: number): void {
  const { state } = context;
  const ref = referenceAt(context, state.register(1), 'dynptr');
  noteOwnership(context.notes, pc, 'clone', KIND_NAMES.indexOf('dynptr'), -1);
  makeResident(context, state.register(2), 'dynptr', ref);
  context.notes.hasClones = true;
  noteClones(context);
}

/** The reference leaves the state; whatever carried it is an unknown scalar from now on, in all frames. */
function release(context: Context, pc: number, row: CallableRow, index: number): void {
  const { state, table, notes } = context;
  const pointer = state.register(index + 1);
  const resource = stackResource(row);
  const ref = resource === undefined ? table.ref(pointer) : referenceAt(context, pointer, resource.kind);
  const position = state.findRef(ref);
  if (position === -1) throw new Error(`released reference ${ref} is not held`);
  noteOwnership(notes, pc, 'release', state.refField(position, REF.kind), state.refField(position, REF.type));
  state.dropRef(position);
  if (resource !== undefined) dropResidents(context, ref);
  state.replace(
    table,
    (word) => table.ref(word) === ref,
    () => UNKNOWN_WORD,
  );
}

export const callLocal: Transfer = ({ program, state, table }, pc) => {
  const target = targetAt(program, pc) ?? 0;
  state.pushFrame(program.subprogramOf[target] ?? 0, pc);
  state.passArguments();
  state.setRegister(10, table.pointer(TAG.stack, state.depth - 1, 0, 0, 0));
  return target;
};

export const exit: Transfer = (context) => {
  const { state, table } = context;
  if (state.depth === 1) return PATH_ENDS;
  leaveElements(state, table);
  const result = state.register(0);
  const callsite = state.callsite(state.depth - 1);
  for (let position = 0; position < state.refCount; position++) {
    if (state.refField(position, REF.frame) === state.depth - 1) {
      state.setRefField(position, REF.frame, state.depth - 2);
    }
  }
  state.popFrame();
  state.setRegister(0, result);
  noteOwned(context);
  if (context.notes.hasClones) noteClones(context);
  return callsite + 1;
};

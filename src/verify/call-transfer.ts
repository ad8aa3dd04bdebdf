/** What calls and returns do to the state (check_helper_call, check_kfunc_call, check_func_call, prepare_func_exit). */
import { CALLABLES, type CallableName, helperById, isIntrinsic, kfuncById } from '../isa/callables.js';
import { KIND_NAMES, type Kind } from '../isa/kinds.js';
import { targetAt } from '../isa/program.js';
import { typeIndex } from './call-obligations.js';
import { type Context, noteOwned, noteOwnership, PATH_ENDS, type Transfer } from './context.js';
import { NOT_INIT_WORD, TAG, tagOfKind, UNKNOWN_WORD } from './intern.js';
import { REF } from './state.js';

/** MAYBE_NULL of a pointer's tag. */
const NULLABLE = 8;

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
  const { state, table } = context;
  const { args, returns, acquires, releases, throws } = CALLABLES[name];
  const constantOf = (index: number): bigint =>
    table.scalars.boundsOf(table.parameter(state.register(index + 1))).bits.value;
  if (releases !== undefined) release(context, pc, table.ref(state.register(releases + 1)));
  if (throws) {
    state.killCallerSaved();
    context.throws(pc);
    return PATH_ENDS;
  }
  let result = NOT_INIT_WORD;
  if (returns.is === 'scalar') result = UNKNOWN_WORD;
  if (returns.is === 'object') {
    const { kind, mayBeNull, sizeFrom } = returns;
    const typeArg = args.findIndex((arg) => arg.is === 'local-type');
    const type = typeArg === -1 ? -1 : (typeIndex(constantOf(typeArg), context.program.types.length) ?? -1);
    const size = sizeFrom === undefined ? 0 : Number(BigInt.asIntN(32, constantOf(sizeFrom)));
    const ref = acquires ? acquire(context, pc, kind, type) : 0;
    const number = KIND_NAMES.indexOf(kind);
    const tag = tagOfKind(number);
    const parameter = tag === TAG.memory ? size : tag === TAG.local ? type : number;
    if (!mayBeNull) result = table.pointer(tag, parameter, 0, 0, ref);
    // Without a reference a maybe-NULL pointer still needs an id for its test.
    else result = table.pointer(tag | NULLABLE, parameter, 0, ref === 0 ? ++state.lastLink : ref, ref);
  }
  state.killCallerSaved();
  state.setRegister(0, result);
  return pc + 1;
}

function acquire(context: Context, pc: number, kind: Kind, type: number): number {
  const number = KIND_NAMES.indexOf(kind);
  const ref = context.state.acquire(number, type, pc);
  noteOwnership(context.notes, pc, 'acquire', number, type);
  noteOwned(context);
  return ref;
}

/** The reference leaves the state; whatever carried it is an unknown scalar from now on, in all frames. */
function release({ state, table, notes }: Context, pc: number, ref: number): void {
  const position = state.findRef(ref);
  if (position === -1) throw new Error(`released reference ${ref} is not held`);
  noteOwnership(notes, pc, 'release', state.refField(position, REF.kind), state.refField(position, REF.type));
  state.dropRef(position);
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
  const { state } = context;
  if (state.depth === 1) return PATH_ENDS;
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
  return callsite + 1;
};

/** What helpers and kfuncs require of their arguments (check_func_arg, check_kfunc_args), by type of argument. */
import type { Refusal } from '../contract/refusal.js';
import { type ArgType, CALLABLES, type CallableName, type CallableRow, type MapType } from '../isa/callables.js';
import { KIND_NAMES, KINDS, SOCKET_FORMS } from '../isa/kinds.js';
import { readRefusal } from './arithmetic.js';
import type { Context } from './context.js';
import { RESIDENT_BYTES, residentKind, TAG, tagOfKind, ZERO_WORD } from './intern.js';
import { accessRefusal, readableRefusal } from './memory.js';
import { refuse, structName, typeName } from './refusal.js';
import { firstSlot, referenceAt } from './resident.js';

/** Checks argument `index` (from 0) of a call: its value is `word`. */
type Check<Is extends ArgType['is']> = (
  context: Context,
  pc: number,
  row: CallableRow,
  type: Extract<ArgType, { readonly is: Is }>,
  index: number,
  word: number,
) => Refusal | undefined;

const no = (pc: number, message: string) => refuse('bad-argument', pc, message);

const scalar: Check<'scalar'> = ({ table }, pc, row, _type, index, word) => {
  // A helper's ARG_ANYTHING takes pointers too, from a privileged program.
  if (row.call.as === 'helper' || table.isScalar(word)) return undefined;
  return no(pc, `R${index + 1} is not a scalar`);
};

const constant: Check<'constant'> = ({ table }, pc, row, _type, index, word) => {
  if (row.call.as === 'kfunc') {
    if (!table.isScalar(word)) return no(pc, `R${index + 1} is not a scalar`);
    return table.isConstant(word) ? undefined : no(pc, `R${index + 1} must be a known constant`);
  }
  if (!table.isScalar(word)) return no(pc, `R${index + 1} type=${typeName(table, word)} expected=scalar`);
  return table.isConstant(word) ? undefined : no(pc, `R${index + 1} is not a known constant'`);
};

const localType: Check<'local-type'> = ({ program, table }, pc, _row, _type, index, word) => {
  if (!table.isScalar(word)) return no(pc, `R${index + 1} is not a scalar`);
  if (!table.isConstant(word)) return no(pc, `R${index + 1} must be a known constant`);
  if (typeIndex(table.scalars.boundsOf(table.parameter(word)).bits.value, program.types.length) !== undefined) {
    return undefined;
  }
  return no(pc, 'bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct');
};

/** Index of the struct type with a BTF id, or `undefined`. */
export function typeIndex(id: bigint, types: number): number | undefined {
  return id >= 1n && id <= BigInt(types) ? Number(id) - 1 : undefined;
}

const ctx: Check<'ctx'> = ({ table }, pc, _row, _type, index, word) => {
  if (table.tag(word) !== TAG.ctx) return no(pc, `R${index + 1} type=${typeName(table, word)} expected=ctx`);
  return table.offset(word) === 0 ? undefined : modified(pc, index, 'ctx', table.offset(word));
};

const modified = (pc: number, index: number, name: string, offset: number) =>
  no(pc, `dereference of modified ${name} ptr R${index + 1} off=${offset} disallowed`);

const MEMORY_TYPES = 'fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_';

/** Memory that a helper reads, as long as the constant in the next argument says. */
const memory: Check<'memory'> = (context, pc, row, _type, index, word) => {
  const { state, table } = context;
  const register = `R${index + 1}`;
  if (!MEMORY_TAGS.has(table.tag(word)) || table.mayBeNull(word)) {
    return no(pc, `${register} type=${typeName(table, word)} expected=${MEMORY_TYPES}`);
  }
  const unread = readRefusal(context, pc, index + 2);
  if (unread !== undefined) return unread;
  const length = state.register(index + 2);
  if (!table.isConstant(length)) return constant(context, pc, row, { is: 'constant' }, index + 1, length);
  const bytes = BigInt.asIntN(64, table.scalars.boundsOf(table.parameter(length)).bits.value);
  if (bytes < 0n) return no(pc, `R${index + 2} min value is negative, either use unsigned or 'var &= const'`);
  if (bytes === 0n) return no(pc, `R${index + 2} invalid zero-sized read: u64=[0,0]`);
  return readableRefusal(context, pc, index + 1, word, Number(bytes));
};

const MEMORY_TAGS: ReadonlySet<number> = new Set([TAG.stack, TAG.memory, TAG.data, TAG.slice, TAG.element]);

const nullArgument: Check<'null'> = (_context, pc, _row, _type, index, word) =>
  word === ZERO_WORD ? undefined : no(pc, `arg#${index} is expected to be NULL`);

const socket: Check<'socket'> = ({ table }, pc, _row, type, index, word) => {
  const register = `R${index + 1}`;
  const tag = table.tag(word);
  const fits = tag === TAG.socket && (type.btf || SOCKET_FORMS[table.parameter(word)] !== 'btf');
  if (!fits || table.mayBeNull(word)) {
    const expected = type.btf
      ? 'sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_'
      : 'sock_common, sock, tcp_sock, xdp_sock';
    return no(pc, `${register} type=${typeName(table, word)} expected=${expected}`);
  }
  if (table.offset(word) !== 0) {
    return type.owned
      ? no(pc, `${register} ${ZERO_OFFSET}`)
      : modified(pc, index, typeName(table, word), table.offset(word));
  }
  if (type.owned && table.ref(word) === 0) {
    return no(pc, `${register} must be referenced when passed to release function`);
  }
  return undefined;
};

/** process_dynptr_func, and the release check before it. */
const dynptr: Check<'dynptr'> = (context, pc, row, type, index, word) => {
  const { table } = context;
  if (table.tag(word) !== TAG.stack) {
    return row.call.as === 'helper'
      ? no(pc, `R${index + 1} type=${typeName(table, word)} expected=fp, dynptr_ptr`)
      : no(pc, `arg#${index} expected pointer to stack or const struct bpf_dynptr`);
  }
  const offset = offsetRefusal(pc, 'dynptr', table.offset(word), 2);
  if (offset !== undefined) return offset;
  if (type.state === 'uninit') return slotsRefusal(context, pc, index, 2);
  if (referenceAt(context, word, 'dynptr') !== 0) return undefined;
  if (row.releases === index) return no(pc, `arg ${index + 1} is an unacquired reference`);
  return no(pc, `Expected an initialized dynptr as arg #${index}`);
};

/** process_iter_arg. */
const iterator: Check<'iterator'> = (context, pc, _row, type, index, word) => {
  const { state, table } = context;
  if (table.tag(word) !== TAG.stack) return no(pc, `arg#${index} expected pointer to an iterator on stack`);
  const { slots, pointee } = KINDS[type.kind];
  const offset = offsetRefusal(pc, 'iter', table.offset(word), slots);
  if (offset !== undefined) return offset;
  if (type.state === 'init') {
    if (referenceAt(context, word, type.kind) !== 0) return undefined;
    return no(pc, `expected an initialized ${pointee} as arg #${index}`);
  }
  const { frame, slot } = firstSlot(table, word);
  for (let number = slot; number > slot - slots; number--) {
    const content = state.slot(frame, number);
    if (table.bytes(content) !== RESIDENT_BYTES) continue;
    if (KINDS[residentKind(table.parameter(table.spill(content)))].slot !== 'iter') continue;
    return no(pc, `expected uninitialized ${pointee} as arg #${index}`);
  }
  return slotsRefusal(context, pc, index, slots);
};

/** stack_slot_obj_get_spi: aligned, and all slots at or below the top of the frame. */
function offsetRefusal(pc: number, name: string, offset: number, slots: number): Refusal | undefined {
  if (offset % 8 === 0 && offset <= -8 * slots) return undefined;
  return no(pc, `cannot pass in ${name} at an offset=${offset}`);
}

/** The slots are written, 8 bytes at a time. */
function slotsRefusal(context: Context, pc: number, index: number, slots: number): Refusal | undefined {
  for (let slot = 0; slot < slots; slot++) {
    const access = { register: index + 1, offset: 8 * slot, size: 8, does: 'write', strict: false } as const;
    const refusal = accessRefusal(context, pc, access);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const MAP_TYPE_NAMES: Readonly<Record<MapType, string>> = { ringbuf: 'ringbuf' };

const map: Check<'map'> = ({ program, table }, pc, _row, type, index, word) => {
  if (table.tag(word) !== TAG.map) return no(pc, `R${index + 1} type=${typeName(table, word)} expected=map_ptr`);
  if (program.maps[table.parameter(word)]?.type === type.map) return undefined;
  return no(pc, `cannot pass map_type ${MAP_TYPE_NAMES[type.map]} into this func`);
};

const object: Check<'object'> = (context, pc, row, type, index, word) =>
  (row.call.as === 'helper' ? memoryObject : btfObject)(context, pc, row, type, index, word);

/** A record passed to a helper: ARG_PTR_TO_RINGBUF_MEM | OBJ_RELEASE. */
const memoryObject: Check<'object'> = ({ table }, pc, _row, type, index, word) => {
  const register = `R${index + 1}`;
  const matches = table.tag(word) === TAG[KINDS[type.kind].pointer] && !table.mayBeNull(word);
  if (!matches) return no(pc, `${register} type=${typeName(table, word)} expected=${KINDS[type.kind].pointee}`);
  if (table.offset(word) !== 0) return no(pc, `${register} ${ZERO_OFFSET}`);
  if (type.owned && table.ref(word) === 0)
    return no(pc, `${register} must be referenced when passed to release function`);
  return undefined;
};

const ZERO_OFFSET = 'must have zero offset when passed to release func or trusted arg to kfunc';

/** An object passed to a kfunc: KF_ARG_PTR_TO_BTF_ID or KF_ARG_PTR_TO_ALLOC_BTF_ID. */
const btfObject: Check<'object'> = (context, pc, row, type, index, word) => {
  const { program, table } = context;
  const tag = table.tag(word);
  const register = `R${index + 1}`;
  const wantsLocal = KINDS[type.kind].pointer === 'local';
  if (word === ZERO_WORD || table.mayBeNull(word)) {
    return no(pc, `Possibly NULL pointer passed to trusted arg${index}`);
  }
  if (wantsLocal) {
    const trusted = table.ref(word) !== 0 || tag === TAG.kernel || tag === TAG.map;
    if (!trusted) return no(pc, `${register} must be referenced or trusted`);
    if (table.offset(word) !== 0) return no(pc, `${register} ${ZERO_OFFSET}`);
    if (tag !== TAG.local) return no(pc, `arg#${index} expected pointer to allocated object`);
    return table.ref(word) === 0 ? no(pc, 'allocated object must be referenced') : undefined;
  }
  const struct = KINDS[type.kind].pointee;
  if (tag !== TAG.kernel && tag !== TAG.local && tag !== TAG.map) {
    return no(pc, `arg#${index} pointer type STRUCT ${struct} must point to scalar, or struct with scalar`);
  }
  if (table.offset(word) !== 0) return no(pc, `${register} ${ZERO_OFFSET}`);
  if (tag !== tagOfKind(type.kind) || KIND_NAMES[table.parameter(word)] !== type.kind) {
    const other = structName(program, table, word);
    const expected = `expected pointer to STRUCT ${struct} but ${register} has a pointer to STRUCT ${other}`;
    return no(pc, `kernel function ${nameOf(row)} args#${index} ${expected}`);
  }
  if (type.owned && table.ref(word) === 0) {
    return no(pc, `release kernel function ${nameOf(row)} expects refcounted PTR_TO_BTF_ID`);
  }
  return undefined;
};

function nameOf(wanted: CallableRow): string {
  return Object.entries(CALLABLES).find(([, row]) => row === wanted)?.[0] ?? '?';
}

const CHECKS: { readonly [Is in ArgType['is']]: Check<Is> } = {
  scalar,
  constant,
  'local-type': localType,
  ignored: () => undefined,
  ctx,
  memory,
  null: nullArgument,
  map,
  object,
  socket,
  dynptr,
  iterator,
};

/** Why a call is refused, or `undefined`. The first argument that is wrong decides. */
export function callRefusal(context: Context, pc: number, name: CallableName): Refusal | undefined {
  const row = CALLABLES[name];
  for (let index = 0; index < row.args.length; index++) {
    const type = row.args[index];
    if (type === undefined || type.is === 'ignored') continue;
    // A kfunc's arguments are judged by type alone, as what is not initialised has none.
    const unread = row.call.as === 'helper' ? readRefusal(context, pc, index + 1) : undefined;
    if (unread !== undefined) return unread;
    const refusal = checkArgument(context, pc, row, type, index);
    if (refusal !== undefined) return refusal;
  }
  if (row.acquires && context.state.refCount >= MAX_REFERENCES) {
    return refuse(
      'too-complex',
      pc,
      `BPF program is too large. More than ${MAX_REFERENCES} references are held at once`,
    );
  }
  return undefined;
}

/**
 * References that one path may hold. The kernel has no such limit but its memory; here a loop that acquires and never
 * releases would make every state larger than the one before, until a million instructions are processed.
 */
const MAX_REFERENCES = 1024;

function checkArgument(
  context: Context,
  pc: number,
  row: CallableRow,
  type: ArgType,
  index: number,
): Refusal | undefined {
  const word = context.state.register(index + 1);
  switch (type.is) {
    case 'scalar':
      return CHECKS.scalar(context, pc, row, type, index, word);
    case 'constant':
      return CHECKS.constant(context, pc, row, type, index, word);
    case 'local-type':
      return CHECKS['local-type'](context, pc, row, type, index, word);
    case 'ignored':
      return CHECKS.ignored(context, pc, row, type, index, word);
    case 'map':
      return CHECKS.map(context, pc, row, type, index, word);
    case 'ctx':
      return CHECKS.ctx(context, pc, row, type, index, word);
    case 'memory':
      return CHECKS.memory(context, pc, row, type, index, word);
    case 'null':
      return CHECKS.null(context, pc, row, type, index, word);
    case 'object':
      return CHECKS.object(context, pc, row, type, index, word);
    case 'socket':
      return CHECKS.socket(context, pc, row, type, index, word);
    case 'dynptr':
      return CHECKS.dynptr(context, pc, row, type, index, word);
    case 'iterator':
      return CHECKS.iterator(context, pc, row, type, index, word);
    default:
      return type satisfies never;
  }
}

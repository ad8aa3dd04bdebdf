/** Which bytes an instruction may touch through a pointer (check_mem_access), in the kernel's order and words. */
import type { Refusal } from '../contract/refusal.js';
import { KINDS } from '../isa/kinds.js';
import type { Context } from './context.js';
import { RESIDENT_BYTES, residentKind, TAG } from './intern.js';
import { refuse, structName, typeName } from './refusal.js';
import { fieldOf } from './sk-buff.js';
import { spilledBytes } from './stack.js';
import { exactly, tnumAdd, tnumText } from './tnum.js';

const STACK_BYTES = 512;

export interface Access {
  readonly register: number;
  /** Offset of the instruction. */
  readonly offset: number;
  readonly size: number;
  readonly does: 'read' | 'write';
  /** The access must be aligned whatever it goes to: atomics. */
  readonly strict: boolean;
}

/** Why an access through a register is refused, or `undefined`. */
export function accessRefusal(context: Context, pc: number, access: Access): Refusal | undefined {
  const { state, table } = context;
  const word = state.register(access.register);
  const tag = table.tag(word);
  const misaligned = alignmentRefusal(context, pc, access, word, tag);
  if (misaligned !== undefined) return misaligned;
  if (table.mayBeNull(word)) return invalidAccess(context, pc, access, word, 'null-dereference');
  const offset = table.offset(word) + access.offset;
  switch (tag) {
    case TAG.stack:
      return stackRefusal(context, pc, access, word, offset);
    case TAG.ctx:
      return contextRefusal(context, pc, access, table.offset(word));
    case TAG.slice:
    case TAG.element:
      if (access.does === 'write') {
        return refuse('invalid-access', pc, `R${access.register} cannot write into ${typeName(table, word)}`);
      }
      return bytesRefusal(pc, offset, access.size, tag === TAG.slice ? table.parameter(word) >>> 0 : ELEMENT_BYTES);
    case TAG.memory:
    case TAG.data:
      return bytesRefusal(pc, offset, access.size, table.parameter(word) >>> 0);
    case TAG.socket:
      return refuse(
        'invalid-access',
        pc,
        `R${access.register} invalid ${typeName(table, word)} access off=${offset} size=${access.size}`,
      );
    case TAG.kernel:
      if (access.does === 'write' && offset >= 0) return refuse('invalid-access', pc, 'only read is supported');
      return beyondStruct(context, pc, access, word, offset);
    case TAG.local: {
      const size = context.program.types[table.parameter(word)]?.size ?? 0;
      if (offset >= 0 && offset + access.size <= size) return undefined;
      return beyondStruct(context, pc, access, word, offset);
    }
    default:
      return invalidAccess(context, pc, access, word, 'invalid-access');
  }
}

/** Bytes of a number that an iterator yields. */
const ELEMENT_BYTES = 4;

function bytesRefusal(pc: number, offset: number, size: number, bytes: number): Refusal | undefined {
  if (offset >= 0 && offset + size <= bytes) return undefined;
  return refuse('invalid-access', pc, `invalid access to memory, mem_size=${bytes} off=${offset} size=${size}`);
}

/** Why a helper may not read `size` bytes through a register, from its offset on; the memory is no object's. */
export function readableRefusal(
  context: Context,
  pc: number,
  register: number,
  word: number,
  size: number,
): Refusal | undefined {
  const { state, table } = context;
  const offset = table.offset(word);
  switch (table.tag(word)) {
    case TAG.stack:
      break;
    case TAG.element:
      return bytesRefusal(pc, offset, size, ELEMENT_BYTES);
    default:
      return bytesRefusal(pc, offset, size, table.parameter(word) >>> 0);
  }
  if (offset < -STACK_BYTES || offset + size > 0) {
    return refuse('invalid-access', pc, `invalid read from stack R${register} off=${offset} size=${size}`);
  }
  for (let byte = 0; byte < size; byte++) {
    const slot = state.slot(table.parameter(word), (-(offset + byte) - 1) >> 3);
    if (table.bytes(slot) !== RESIDENT_BYTES) continue;
    return refuse('invalid-access', pc, `invalid read from stack R${register} off ${offset}+${byte} size ${size}`);
  }
  return undefined;
}

function invalidAccess(
  { table }: Context,
  pc: number,
  { register }: Access,
  word: number,
  code: 'invalid-access' | 'null-dereference',
): Refusal {
  return refuse(code, pc, `R${register} invalid mem access '${typeName(table, word)}'`);
}

function alignmentRefusal(
  { table }: Context,
  pc: number,
  { strict, offset, size }: Access,
  word: number,
  tag: number,
): Refusal | undefined {
  if (!(strict || tag === TAG.stack)) return undefined;
  // The kernel measures a scalar too, before it says that it is no pointer.
  if (tag === TAG.scalar) {
    const { bits } = table.scalars.boundsOf(table.parameter(word));
    const { value, mask } = tnumAdd(bits, exactly(BigInt.asUintN(64, BigInt(offset))));
    if (((value | mask) & BigInt(size - 1)) === 0n) return undefined;
    return refuse('misaligned-access', pc, `misaligned access off ${tnumText(bits)}+0+${offset} size ${size}`);
  }
  const base = table.offset(word);
  if ((base + offset) % size === 0) return undefined;
  const what = tag === TAG.stack ? 'stack ' : tag === TAG.ctx ? 'context ' : '';
  return refuse('misaligned-access', pc, `misaligned ${what}access off 0+${base}+${offset} size ${size}`);
}

function stackRefusal(context: Context, pc: number, access: Access, word: number, offset: number): Refusal | undefined {
  const { register, size, does } = access;
  const { state, table } = context;
  if (offset < -STACK_BYTES || offset + size > 0) {
    const from = does === 'read' ? 'read from' : 'write to';
    return refuse('invalid-access', pc, `invalid ${from} stack R${register} off=${offset} size=${size}`);
  }
  const slot = state.slot(table.parameter(word), (-offset - 1) >> 3);
  if (table.bytes(slot) === RESIDENT_BYTES) return residentRefusal(context, pc, access, offset, table.spill(slot));
  if (does === 'write') return undefined;
  const spilled = spilledBytes(table.bytes(slot));
  if (spilled === 0 || table.isScalar(table.spill(slot)) || (size === 8 && spilled === 8)) return undefined;
  return refuse('invalid-access', pc, 'invalid size of register fill');
}

/** Dynptrs with a reference must not be overwritten, iterators may be, and neither can be read. */
function residentRefusal(
  { table }: Context,
  pc: number,
  { size, does }: Access,
  offset: number,
  resident: number,
): Refusal | undefined {
  if (does === 'read') return refuse('invalid-access', pc, `invalid read from stack off ${offset}+0 size ${size}`);
  const isDynptr = KINDS[residentKind(table.parameter(resident))].slot === 'dynptr';
  return isDynptr ? refuse('invalid-store', pc, 'cannot overwrite referenced dynptr') : undefined;
}

function contextRefusal(
  { rules }: Context,
  pc: number,
  { register, offset, size, does }: Access,
  base: number,
): Refusal | undefined {
  if (base !== 0) {
    const what = base < 0 ? 'negative offset' : 'dereference of modified';
    return refuse('invalid-access', pc, `${what} ctx ptr R${register} off=${base} disallowed`);
  }
  const field = fieldOf(rules.context, offset, size, does);
  if (field === undefined) {
    return refuse('invalid-access', pc, `invalid bpf_context access off=${offset} size=${size}`);
  }
  return field.pointer
    ? refuse('invalid-access', pc, `R${register} of ${field.name} is a pointer that is not modelled`)
    : undefined;
}

function beyondStruct(
  { program, table }: Context,
  pc: number,
  { register, size }: Access,
  word: number,
  offset: number,
): Refusal {
  const name = structName(program, table, word);
  if (offset < 0) {
    return refuse('invalid-access', pc, `R${register} is ptr_${name} invalid negative access: off=${offset}`);
  }
  return refuse('invalid-access', pc, `access beyond struct ${name} at off ${offset} size ${size}`);
}

/** Which bytes an instruction may touch through a pointer (check_mem_access), in the kernel's order and words. */
import type { Refusal } from '../contract/refusal.js';
import type { Context } from './context.js';
import { TAG } from './intern.js';
import { refuse, structName, typeName } from './refusal.js';
import { spilledBytes } from './stack.js';
import { exactly, tnumAdd, tnumText } from './tnum.js';

const STACK_BYTES = 512;
/** `__sk_buff.cb[0..4]`: the context words that programs here may touch. */
const CB_START = 48;
const CB_END = 68;

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
      return contextRefusal(pc, access, table.offset(word));
    case TAG.memory: {
      const size = table.parameter(word) >>> 0;
      if (offset >= 0 && offset + access.size <= size) return undefined;
      const message = `invalid access to memory, mem_size=${size} off=${offset} size=${access.size}`;
      return refuse('invalid-access', pc, message);
    }
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
  if (does === 'write') return undefined;
  const slot = state.slot(table.parameter(word), (-offset - 1) >> 3);
  const spilled = spilledBytes(table.bytes(slot));
  if (spilled === 0 || table.isScalar(table.spill(slot)) || (size === 8 && spilled === 8)) return undefined;
  return refuse('invalid-access', pc, 'invalid size of register fill');
}

function contextRefusal(pc: number, { register, offset, size }: Access, base: number): Refusal | undefined {
  if (base !== 0) {
    const what = base < 0 ? 'negative offset' : 'dereference of modified';
    return refuse('invalid-access', pc, `${what} ctx ptr R${register} off=${base} disallowed`);
  }
  if (offset >= CB_START && offset + size <= CB_END && offset % size === 0) return undefined;
  return refuse('invalid-access', pc, `invalid bpf_context access off=${offset} size=${size}`);
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

/** What arithmetic requires of its operands (check_alu_op, adjust_ptr_min_max_vals), for a privileged load. */
import type { Refusal } from '../contract/refusal.js';
import { SOCKET_FORMS } from '../isa/kinds.js';
import { OP_ROWS, type OpRow, SOURCE_X } from '../isa/op.js';
import type { Context } from './context.js';
import { TAG } from './intern.js';
import { refuse, typeName } from './refusal.js';
import { S64_MIN } from './scalar.js';

/** Offsets of pointers stay below this (BPF_MAX_VAR_OFF). */
const MAX_OFFSET = 1n << 29n;
const SHIFTS: readonly string[] = ['<<=', '>>=', 's>>='];
const DIVISIONS: readonly string[] = ['/=', '%=', 's/=', 's%='];
const BITWISE: readonly string[] = ['&=', '|=', '^='];

/** Why reading a register is refused, or `undefined`. */
export function readRefusal({ state, table }: Context, pc: number, register: number): Refusal | undefined {
  if (table.tag(state.register(register)) !== TAG.notInit) return undefined;
  return refuse('uninitialised-register', pc, `R${register} !read_ok`);
}

/** Why writing a register is refused, or `undefined`. */
export function writeRefusal(pc: number, register: number): Refusal | undefined {
  return register === 10 ? refuse('frame-pointer-write', pc, 'frame pointer is read only') : undefined;
}

/** Why `dst op= operand` is refused, or `undefined`. */
export function aluRefusal(context: Context, pc: number): Refusal | undefined {
  const { program, state, table } = context;
  const row = OP_ROWS[program.op[pc] ?? 0];
  const dst = program.dst[pc] ?? 0;
  const src = program.src[pc] ?? 0;
  const registerForm = ((program.code[pc] ?? 0) & SOURCE_X) !== 0;
  if (row === undefined) return undefined;
  const unread =
    (registerForm ? readRefusal(context, pc, src) : undefined) ??
    (row.symbol === '=' ? undefined : readRefusal(context, pc, dst));
  if (unread !== undefined) return unread;
  const form = registerForm ? undefined : immediateRefusal(row, pc, program.imm[pc] ?? 0);
  if (form !== undefined) return form;
  if (dst === 10) return writeRefusal(pc, dst);
  if (row.symbol === '=') return undefined;
  const target = state.register(dst);
  const operand = registerForm ? state.register(src) : undefined;
  if (!table.isPointer(target) && (operand === undefined || !table.isPointer(operand))) return undefined;
  return pointerRefusal(context, pc, row, target, operand);
}

function immediateRefusal({ symbol, width }: OpRow, pc: number, imm: number): Refusal | undefined {
  if (DIVISIONS.includes(symbol) && imm === 0) return refuse('invalid-arithmetic', pc, 'div by zero');
  if (SHIFTS.includes(symbol) && (imm < 0 || imm >= width)) {
    return refuse('invalid-arithmetic', pc, `invalid shift ${imm}`);
  }
  return undefined;
}

function pointerRefusal(
  context: Context,
  pc: number,
  row: OpRow,
  target: number,
  operand: number | undefined,
): Refusal | undefined {
  const { program, table } = context;
  const dst = program.dst[pc] ?? 0;
  const no = (message: string) => refuse('invalid-arithmetic', pc, message);
  if (row.symbol === '-=' && row.width === 32) return undefined; // a meaningless scalar
  // Signed division is not told apart in the kernel's words; a signed shift is.
  const operator = DIVISIONS.includes(row.symbol) ? row.symbol.replace('s', '') : row.symbol;
  if (operand !== undefined && table.isPointer(target) && table.isPointer(operand)) {
    return row.symbol === '-=' ? undefined : no(`R${dst} pointer ${operator} pointer prohibited`);
  }
  if (row.width === 32) return no(`R${dst} 32-bit pointer arithmetic prohibited`);
  const pointer = table.isPointer(target) ? target : (operand ?? target);
  const amount = amountOf(context, pc, target, operand);
  const name = typeName(table, pointer);
  if (table.mayBeNull(pointer)) return no(`R${dst} pointer arithmetic on ${name} prohibited, null-check it first`);
  if (table.tag(pointer) === TAG.map && !(amount === 0n && row.symbol === '+=')) {
    return no(`R${dst} pointer arithmetic on ${name} prohibited`);
  }
  if (table.tag(pointer) === TAG.socket && SOCKET_FORMS[table.parameter(pointer)] !== 'btf') {
    return no(`R${dst} pointer arithmetic on ${name} prohibited`);
  }
  const scalar = pointer === target ? operand : target;
  const unusable = scalarRefusal(context, pc, name, scalar, amount);
  if (unusable !== undefined) return unusable;
  if (row.symbol === '-=') {
    if (pointer !== target) return no(`R${dst} tried to subtract pointer from scalar`);
    if (table.tag(pointer) === TAG.stack) return no(`R${dst} subtraction from stack pointer prohibited`);
  } else if (row.symbol !== '+=') {
    return no(
      BITWISE.includes(row.symbol)
        ? `R${dst} bitwise operator ${row.symbol} on pointer prohibited`
        : `R${dst} pointer arithmetic with ${operator} operator prohibited`,
    );
  }
  return offsetRefusal(pc, name, table.offset(pointer), amount, row.symbol === '-=');
}

/** What is asked of the scalar before the operator is looked at (check_reg_sane_offset); no scalar: an immediate. */
function scalarRefusal(
  { table }: Context,
  pc: number,
  name: string,
  scalar: number | undefined,
  amount: bigint | undefined,
): Refusal | undefined {
  const no = (message: string) => refuse('invalid-arithmetic', pc, message);
  if (amount !== undefined) {
    if (amount < MAX_OFFSET && amount > -MAX_OFFSET) return undefined;
    return no(`math between ${name} pointer and ${amount} is not allowed`);
  }
  const smin = scalar === undefined ? 0n : table.scalars.boundsOf(table.parameter(scalar)).smin;
  if (smin === S64_MIN) return no(unboundedOffset(name));
  if (smin >= MAX_OFFSET || smin <= -MAX_OFFSET) {
    return no(`value ${smin} makes ${name} pointer be out of bounds`);
  }
  return undefined;
}

const unboundedOffset = (name: string) =>
  `math between ${name} pointer and register with unbounded min value is not allowed`;

/** Variable offsets are not modelled: they are refused in the words the kernel has for unbounded ones. */
function offsetRefusal(
  pc: number,
  name: string,
  offset: number,
  amount: bigint | undefined,
  subtracts: boolean,
): Refusal | undefined {
  const no = (message: string) => refuse('invalid-arithmetic', pc, message);
  if (amount === undefined) return no(unboundedOffset(name));
  const result = BigInt(offset) + (subtracts ? -amount : amount);
  if (result >= MAX_OFFSET || result <= -MAX_OFFSET) return no(`${name} pointer offset ${result} is not allowed`);
  return undefined;
}

/** The known scalar operand of pointer arithmetic, signed; `undefined` if it is not known. */
export function amountOf(
  context: Context,
  pc: number,
  target: number,
  operand: number | undefined,
): bigint | undefined {
  const { program, table } = context;
  if (operand === undefined) return BigInt(program.imm[pc] ?? 0);
  const scalar = table.isPointer(target) ? operand : target;
  const { bits } = table.scalars.boundsOf(table.parameter(scalar));
  return bits.mask === 0n ? BigInt.asIntN(64, bits.value) : undefined;
}

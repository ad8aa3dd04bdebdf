/**
 * Conditional jumps: which sides a state can take (is_branch_taken), and what it learns on each (reg_set_min_max,
 * mark_ptr_or_null_regs).
 */
import { OP_NAMES, OP_ROWS, SOURCE_X } from '../isa/op.js';
import type { Context } from './context.js';
import { TAG, ZERO_WORD } from './intern.js';
import { U32_MAX } from './scalar.js';
import { REF } from './state.js';

export const FALLS = 1;
export const TAKES = 2;

const EQUAL = OP_NAMES.indexOf('jeq64');
const UNEQUAL = OP_NAMES.indexOf('jne64');

/** Which sides the current state can take: FALLS, TAKES or both. */
export function sidesOf(context: Context, pc: number): number {
  const { program, state, table } = context;
  const op = program.op[pc] ?? 0;
  const a = state.register(program.dst[pc] ?? 0);
  const b = operandOf(context, pc);
  if (!table.isScalar(a) || !table.isScalar(b)) return pointerSides(context, op, a, b);
  if (!comparable(context, pc, a, b)) return FALLS | TAKES;
  const { scalars } = table;
  const entry = scalars.compare(op, table.parameter(a), table.parameter(b));
  return (scalars.refined(entry, false, 0) === -1 ? 0 : FALLS) | (scalars.refined(entry, true, 0) === -1 ? 0 : TAKES);
}

/** The second operand as a word. */
function operandOf({ program, state, table }: Context, pc: number): number {
  if (((program.code[pc] ?? 0) & SOURCE_X) !== 0) return state.register(program.src[pc] ?? 0);
  return table.scalar(table.scalars.immediate(program.imm[pc] ?? 0), 0);
}

/**
 * Ranges say nothing about a value compared with itself; both sides are explored as they are, unless all bits that are
 * compared are known.
 */
function comparable({ program, table }: Context, pc: number, a: number, b: number): boolean {
  const registerForm = ((program.code[pc] ?? 0) & SOURCE_X) !== 0;
  const same = (registerForm && program.dst[pc] === program.src[pc]) || (a === b && table.link(a) !== 0);
  if (!same || table.isConstant(a)) return true;
  if (OP_ROWS[program.op[pc] ?? 0]?.width !== 32) return false;
  return (table.scalars.boundsOf(table.parameter(a)).bits.mask & U32_MAX) === 0n;
}

/** A pointer that cannot be NULL is not equal to 0; nothing else is known of pointers. */
function pointerSides({ table }: Context, op: number, a: number, b: number): number {
  const pointer = b === ZERO_WORD ? a : a === ZERO_WORD ? b : undefined;
  if (pointer === undefined || table.mayBeNull(pointer)) return FALLS | TAKES;
  // The kernel does not say so of the context and of stack pointers (reg_not_null).
  if (table.tag(pointer) === TAG.ctx || table.tag(pointer) === TAG.stack) return FALLS | TAKES;
  if (op === EQUAL) return FALLS;
  if (op === UNEQUAL) return TAKES;
  return FALLS | TAKES;
}

/** Makes the current state one that took the jump at `pc`, or did not; `sidesOf` allows that side. */
export function take(context: Context, pc: number, taken: boolean): void {
  const { program, state, table } = context;
  const op = program.op[pc] ?? 0;
  const dst = program.dst[pc] ?? 0;
  const a = state.register(dst);
  const b = operandOf(context, pc);
  const registerForm = ((program.code[pc] ?? 0) & SOURCE_X) !== 0;
  if (!table.isScalar(a) || !table.isScalar(b)) {
    const nullTest = !registerForm && b === ZERO_WORD && (op === EQUAL || op === UNEQUAL) && table.mayBeNull(a);
    if (nullTest) decideNull(context, a, taken === (op === EQUAL));
    return;
  }
  if (!comparable(context, pc, a, b)) return;
  const { scalars } = table;
  const entry = scalars.compare(op, table.parameter(a), table.parameter(b));
  const learntA = scalars.refined(entry, taken, 0);
  const learntB = scalars.refined(entry, taken, 1);
  learn(context, dst, a, learntA);
  if (registerForm) learn(context, program.src[pc] ?? 0, b, learntB);
}

/** A register and all copies of its value have become narrower. */
function learn({ state, table }: Context, register: number, word: number, shape: number): void {
  if (shape === table.parameter(word)) return;
  const link = table.link(word);
  const narrower = table.scalar(shape, link);
  if (link === 0) state.setRegister(register, narrower);
  else
    state.replace(
      table,
      (other) => table.link(other) === link && table.isScalar(other),
      () => narrower,
    );
}

/** A test has decided a maybe-NULL pointer and its copies; on the NULL side its reference is gone. */
function decideNull({ state, table }: Context, word: number, isNull: boolean): void {
  const link = table.link(word);
  const ref = table.ref(word);
  // What an acquire returned; a cast or data of a resource can be NULL while that is held.
  if (isNull && link === -ref && ref !== 0) {
    const position = state.findRef(ref);
    if (position !== -1) {
      const ordinal = state.refField(position, REF.ordinal);
      state.dropRef(position);
      // That acquire has failed: later ones are counted without it.
      state.acquires--;
      for (let later = 0; later < state.refCount; later++) {
        const counted = state.refField(later, REF.ordinal);
        if (counted > ordinal) state.setRefField(later, REF.ordinal, counted - 1);
      }
    }
  }
  state.replace(
    table,
    (other) => table.mayBeNull(other) && table.link(other) === link,
    (other) => (isNull ? ZERO_WORD : table.notNull(other)),
  );
}

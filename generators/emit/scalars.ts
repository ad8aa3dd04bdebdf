/** Scalars: constants, draws, arithmetic of all operators and widths, and tests of them. */
import { imm64 } from '../../src/isa/insn.js';
import { OP_NAMES, OPS, type OpName } from '../../src/isa/op.js';
import type { Builder } from '../builder.js';
import type { Label } from '../routine.js';
import { DRAWS } from '../sources.js';
import { FIRST_SAVED, FIRST_SLOT, type Place, SCALAR } from '../state.js';

const named = (shape: string): readonly OpName[] => OP_NAMES.filter((name) => OPS[name].shape === shape);
const ALU = named('alu');
const UNARY = [...named('neg'), ...named('swap'), ...named('movsx')];
const JUMPS = named('jump');
const SIZES = [64, 32, 16, 8] as const;
const CTX_LOADS = { 8: 'ldx8', 16: 'ldx16', 32: 'ldx32', 64: 'ldx64' } as const satisfies Record<number, OpName>;
const IMMEDIATES = [1, 0, 2, 3, 7, 8, 16, 63, 255, 4096, -1, -8, 0x7fffffff, -0x80000000];

/** Offsets of `__sk_buff.cb` that a program may read and write. */
const CB_START = 48;
const CB_END = 68;

/** A place with a scalar that may be read. */
export function scalarPlace(b: Builder): Place | undefined {
  return b.find(FIRST_SAVED, (content) => content.is === 'scalar' || content.is === 'counter');
}

function ctxPlace(b: Builder): Place | undefined {
  return b.find(FIRST_SAVED, (content) => content.is === 'ctx');
}

/** An aligned access within cb: size in bits and offset. */
function cbAccess(b: Builder): { readonly size: 8 | 16 | 32 | 64; readonly off: number } {
  const size = b.choices.chance(35) ? b.choices.pick(SIZES) : 32;
  const bytes = size / 8;
  return { size, off: CB_START + bytes * b.choices.int(Math.floor((CB_END - CB_START) / bytes)) };
}

/** A register with a scalar that differs from world to world where possible; R0–R5 are clobbered. */
function freshScalar(b: Builder): number {
  const ctx = b.choices.chance(b.frame.depth === 0 ? 80 : 60) ? ctxPlace(b) : undefined;
  if (ctx !== undefined) {
    const { size, off } = cbAccess(b);
    b.op(CTX_LOADS[size], { dst: 1, src: b.registerOf(ctx, 1), off });
    return 1;
  }
  b.call(b.choices.pick(DRAWS));
  return 0;
}

/** A register with some scalar: a fresh one, or one that the frame keeps and that is no constant. */
export function someScalar(b: Builder): number {
  const place = b.choices.chance(35)
    ? b.find(FIRST_SAVED, (content) => content.is === 'scalar' && (content.known === undefined || content.split))
    : undefined;
  return place === undefined ? freshScalar(b) : b.registerOf(place, 2);
}

/** Tests some scalar and jumps in one case. */
export function testScalar(b: Builder, target: Label, register = someScalar(b)): void {
  const op = b.choices.chance(50) ? b.choices.pick(EQUALITIES) : b.choices.pick(JUMPS);
  const imm = b.choices.chance(75) ? b.choices.int(4) : b.choices.pick(IMMEDIATES);
  const other = b.choices.chance(8)
    ? b.find(FIRST_SAVED, (content, at) => isScalarRegister(content.is, at))
    : undefined;
  b.jump(op, register, other === undefined || other === register ? { imm } : { reg: other }, target);
}

const EQUALITIES = ['jeq64', 'jne64', 'jeq32', 'jne32'] as const;
const isScalarRegister = (is: string, place: Place): boolean => is === 'scalar' && place < FIRST_SLOT;

export function emitConstant(b: Builder): void {
  const place = b.spare('any', true);
  if (place !== undefined) b.putConstant(place, b.choices.chance(40) ? b.choices.pick(IMMEDIATES) : b.choices.int(5));
}

export function emitWideConstant(b: Builder): void {
  const place = b.spare('any', true);
  if (place === undefined) return;
  const high = BigInt(b.choices.int(0x10000)) << 40n;
  const register = place < FIRST_SLOT ? place : 2;
  b.wide(imm64(register, high | BigInt(b.choices.int(0x10000))));
  b.put(place, register, SCALAR);
}

export function emitRead(b: Builder): void {
  const place = b.spare('any', true);
  if (place !== undefined) b.put(place, freshScalar(b), SCALAR);
}

export function hasScalar(b: Builder): boolean {
  return b.state.contents.some(({ is }, place) => is === 'scalar' && b.writable(place, true));
}

const target = (b: Builder) =>
  b.find(FIRST_SAVED, (content, place) => content.is === 'scalar' && b.writable(place, true));

/** Changes a scalar in place (through R2 if it is in a slot). */
export function emitArithmetic(b: Builder): void {
  const place = target(b);
  if (place === undefined) return;
  const register = b.registerOf(place, 2);
  const op = b.choices.pick(ALU);
  const { symbol, width } = OPS[op];
  const shift = symbol.includes('<<') || symbol.includes('>>');
  const divides = symbol.includes('/') || symbol.includes('%');
  const other = b.choices.chance(40) ? scalarPlace(b) : undefined;
  if (other !== undefined) b.op(op, { dst: register, operand: { reg: b.registerOf(other, 3) } });
  else {
    const imm = shift ? b.choices.int(width) : b.choices.pick(IMMEDIATES);
    b.op(op, { dst: register, operand: { imm: divides && imm === 0 ? 3 : imm } });
  }
  b.put(place, register, SCALAR);
}

export function emitUnary(b: Builder): void {
  const place = target(b);
  if (place === undefined) return;
  const register = b.registerOf(place, 2);
  const op = b.choices.pick(UNARY);
  b.op(op, OPS[op].shape === 'movsx' ? { dst: register, src: register } : { dst: register });
  b.put(place, register, SCALAR);
}

/** Makes every callee-saved register that may be overwritten 0, which tells an unwinder nothing. */
export function emitZeroRegisters(b: Builder): void {
  for (let place = FIRST_SAVED; place < FIRST_SLOT; place++) if (b.writable(place, true)) b.putConstant(place, 0);
}

export const canZeroRegisters = (b: Builder): boolean =>
  [6, 7, 8, 9].filter((place) => b.writable(place, true)).length >= 2;

export function emitContextAccess(b: Builder): void {
  const ctx = ctxPlace(b);
  if (ctx === undefined) return;
  const base = b.registerOf(ctx, 2);
  const { size, off } = cbAccess(b);
  if (b.choices.chance(50)) {
    const scalar = scalarPlace(b);
    if (scalar === undefined) b.set(1, b.choices.int(4));
    else b.load(1, scalar);
    b.op(`stx${size}`, { dst: base, src: 1, off });
    return;
  }
  const place = b.spare('any', true);
  b.op(CTX_LOADS[size], { dst: 1, src: base, off });
  if (place !== undefined) b.put(place, 1, SCALAR);
}

export const hasContext = (b: Builder): boolean => b.state.contents.some(({ is }) => is === 'ctx');

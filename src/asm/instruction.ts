/** Parses one instruction of the kernel's pseudo-C; jump targets stay names until the whole program has been read. */
import { CALLABLE_NAMES, CALLABLES, callableByName } from '../isa/callables.js';
import { call, type Insn, imm64, insn, loadMap, loadType } from '../isa/insn.js';
import type { OpName, Shape } from '../isa/op.js';
import type { MapDefinition, StructType } from '../isa/program.js';
import { type Cursor, type Register, SyntaxFault } from './cursor.js';
import type { Token } from './lex.js';
import { findOp, labelProblem, nearest, symbolsOf } from './syntax.js';

/** One instruction: its slots, and the label that fills a field of the first. */
export interface ParsedInstruction {
  readonly slots: readonly Insn[];
  readonly target?: { readonly label: string; readonly column: number; readonly field: 'off' | 'imm' };
}

/** Names that instructions may refer to beside labels, and the labels themselves for better messages. */
export interface Names {
  readonly types: readonly StructType[];
  readonly maps: readonly MapDefinition[];
  readonly labels: ReadonlySet<string>;
}

/** Parses the instruction at the cursor up to the end of its line. Throws SyntaxFault. */
export function parseInstruction(cursor: Cursor, names: Names): ParsedInstruction {
  const parsed = statement(cursor, names);
  if (!cursor.atEnd()) cursor.fail('expected the end of the line');
  return parsed;
}

function statement(cursor: Cursor, names: Names): ParsedInstruction {
  const first = cursor.peek();
  switch (first?.text) {
    case 'if':
      return conditional(cursor);
    case 'goto':
      return jump(cursor, 'ja', 'off');
    case 'gotol':
      return jump(cursor, 'ja32', 'imm');
    case 'may_goto':
      return jump(cursor, 'may_goto', 'off');
    case 'call':
      return calling(cursor, names);
    case 'exit':
      cursor.take();
      return one(insn('exit'));
    case 'lock':
      return lockedAtomic(cursor);
    case 'store_release':
      return storeRelease(cursor);
    case '*':
      return storing(cursor);
    default: {
      const dst = cursor.tryRegister();
      if (dst === undefined) {
        return cursor.fail(`expected an instruction: a register, '*(', 'if', 'goto', 'call', 'lock' or 'exit'`);
      }
      return assignment(cursor, dst, names);
    }
  }
}

const one = (slot: Insn): ParsedInstruction => ({ slots: [slot] });

/** The op of a shape by width and symbol; fails at a column with the symbols that exist. */
function opOf(shape: Shape, width: number, symbol: string, column: number): OpName {
  const op = findOp(shape, width, symbol);
  if (op !== undefined) return op;
  const known = symbolsOf(shape).filter((other) => findOp(shape, width, other) !== undefined);
  const rule = known.length === 0 ? `no such instruction of ${width} bits` : `expected one of ${known.join(' ')}`;
  throw new SyntaxFault(column, `unknown operation '${symbol}', ${rule}`);
}

/** Second operand: a register as wide as the first, or a signed 32-bit immediate. */
function operand(cursor: Cursor, width: 32 | 64): { readonly reg: number } | { readonly imm: number } {
  const next = cursor.peek();
  if (next?.is === 'word') return { reg: cursor.register(width).number };
  if (next?.is !== 'number' && next?.text !== '-') return cursor.fail('expected a register or an immediate');
  return { imm: cursor.imm32() };
}

function assignment(cursor: Cursor, dst: Register, names: Names): ParsedInstruction {
  const operator = cursor.peek();
  if (operator?.is !== 'sign' || !operator.text.endsWith('='))
    return cursor.fail(`expected '=' or an operator such as '+='`);
  cursor.take();
  if (operator.text !== '=') {
    const op = opOf('alu', dst.width, operator.text, operator.column);
    return one(insn(op, { dst: dst.number, operand: operand(cursor, dst.width) }));
  }
  const next = cursor.peek();
  const after = cursor.peek(1);
  if (next?.text === '-' && after?.is === 'word') return negation(cursor, dst);
  if (next?.text === '(') return signExtension(cursor, dst);
  if (next?.text === '*') return loading(cursor, dst);
  if (next?.is === 'word' && after?.text === '[') return namedImmediate(cursor, dst, names);
  if (next?.is === 'word' && after?.text === '(') return fetching(cursor, dst);
  if (next?.is === 'word' && after?.is === 'word') return byteSwap(cursor, dst);
  if (next?.is === 'number' || next?.text === '-') return constant(cursor, dst);
  return one(insn(dst.width === 64 ? 'mov64' : 'mov32', { dst: dst.number, operand: operand(cursor, dst.width) }));
}

function sameRegister(cursor: Cursor, dst: Register): void {
  const column = cursor.column;
  const other = cursor.register(dst.width);
  if (other.number !== dst.number) throw new SyntaxFault(column, 'expected the register that is assigned to');
}

function negation(cursor: Cursor, dst: Register): ParsedInstruction {
  cursor.expect('-');
  sameRegister(cursor, dst);
  return one(insn(dst.width === 64 ? 'neg64' : 'neg32', { dst: dst.number }));
}

function signExtension(cursor: Cursor, dst: Register): ParsedInstruction {
  cursor.expect('(');
  const cast = cursor.word('a cast: s8, s16 or s32');
  const op = opOf('movsx', dst.width, cast.text, cast.column);
  cursor.expect(')');
  return one(insn(op, { dst: dst.number, operand: { reg: cursor.register(dst.width).number } }));
}

function byteSwap(cursor: Cursor, dst: Register): ParsedInstruction {
  const name = cursor.word('be16, le16, bswap16, …');
  if (dst.width !== 64) throw new SyntaxFault(dst.column, 'expected a register r0 to r10: a byte swap is 64 bits wide');
  const op = opOf('swap', Number(/\d+$/.exec(name.text)?.[0] ?? 0), name.text, name.column);
  sameRegister(cursor, dst);
  return one(insn(op, { dst: dst.number }));
}

/** A 32-bit immediate, or a 64-bit one if `ll` follows. */
function constant(cursor: Cursor, dst: Register): ParsedInstruction {
  const column = cursor.column;
  const value = cursor.integer(-(2n ** 63n), 2n ** 64n - 1n, 'immediate');
  if (cursor.accept('ll')) return { slots: imm64(wide(dst), value) };
  if (value < -(2n ** 31n) || value >= 2n ** 31n) {
    const rule = `expected ${-(2n ** 31n)} to ${2n ** 31n - 1n}, or 'll' after it for a 64-bit load`;
    throw new SyntaxFault(column, `immediate out of range: ${value}, ${rule}`);
  }
  return one(insn(dst.width === 64 ? 'mov64' : 'mov32', { dst: dst.number, operand: { imm: Number(value) } }));
}

function wide(dst: Register): number {
  if (dst.width !== 64) throw new SyntaxFault(dst.column, 'expected a register r0 to r10: the load is 64 bits wide');
  return dst.number;
}

/** `map[events] ll`, `type[node] ll`; `#n` in place of a name is the raw index of a map, the raw id of a type. */
function namedImmediate(cursor: Cursor, dst: Register, names: Names): ParsedInstruction {
  const what = cursor.word(`'map' or 'type'`);
  if (what.text !== 'map' && what.text !== 'type') {
    throw new SyntaxFault(what.column, `expected 'map[' or 'type[', found '${what.text}['`);
  }
  cursor.expect('[');
  const raw = cursor.accept('#') ? cursor.imm32(`number of a ${what.text}`) : undefined;
  const index = raw ?? indexByName(cursor.word(`the name of a ${what.text}`), what.text, names);
  cursor.expect(']', 'll');
  if (what.text === 'map') return { slots: loadMap(wide(dst), index) };
  return { slots: loadType(wide(dst), raw === undefined ? index : raw - 1) };
}

function indexByName(name: Token, what: 'map' | 'type', names: Names): number {
  const declared = (what === 'map' ? names.maps : names.types).map((item) => item.name);
  const index = declared.indexOf(name.text);
  if (index !== -1) return index;
  const hint = nearest(name.text, declared);
  throw new SyntaxFault(name.column, `unknown ${what} '${name.text}'${suggestion(hint)}`);
}

const suggestion = (hint: string | undefined) => (hint === undefined ? '' : `; did you mean '${hint}'?`);

function loading(cursor: Cursor, dst: Register): ParsedInstruction {
  cursor.expect('*');
  const sizeColumn = cursor.peek(1)?.column ?? cursor.column;
  const { size, base, off } = cursor.typedAddress();
  const op = opOf('load', bitsOf(size), size, sizeColumn);
  return one(insn(op, { dst: wide(dst), src: base, off }));
}

const bitsOf = (word: string) => Number(/\d+$/.exec(word)?.[0] ?? 0);

function storing(cursor: Cursor): ParsedInstruction {
  cursor.expect('*');
  const sizeColumn = cursor.peek(1)?.column ?? cursor.column;
  const { size, base, off } = cursor.typedAddress();
  cursor.expect('=');
  const value = operand(cursor, 64);
  const op = opOf('reg' in value ? 'store' : 'store-imm', bitsOf(size), size, sizeColumn);
  return one(insn(op, { dst: base, off, operand: value }));
}

const registerWidth = (bits: number) => (bits === 64 ? 64 : 32);

function lockedAtomic(cursor: Cursor): ParsedInstruction {
  cursor.expect('lock', '*');
  const sizeColumn = cursor.peek(1)?.column ?? cursor.column;
  const { size, base, off } = cursor.typedAddress();
  const operator = cursor.take();
  const bits = bitsOf(size);
  if (size !== 'u32' && size !== 'u64') throw new SyntaxFault(sizeColumn, `expected u32 or u64, found '${size}'`);
  const op = opOf('atomic', bits, operator?.text ?? 'the end', operator?.column ?? cursor.column);
  return one(insn(op, { dst: base, off, src: cursor.register(registerWidth(bits)).number }));
}

function storeRelease(cursor: Cursor): ParsedInstruction {
  cursor.expect('store_release', '(');
  const sizeColumn = cursor.peek(1)?.column ?? cursor.column;
  const { size, base, off } = cursor.typedAddress();
  const op = opOf('store-release', bitsOf(size), size, sizeColumn);
  cursor.expect(',');
  const src = cursor.register(registerWidth(bitsOf(size))).number;
  cursor.expect(')');
  return one(insn(op, { dst: base, off, src }));
}

/** The value-returning atomics, `r2 = name(…)`; spelled as LLVM's assembler does. */
function fetching(cursor: Cursor, dst: Register): ParsedInstruction {
  const name = cursor.word('an atomic operation');
  cursor.expect('(');
  const parsed = fetchArguments(cursor, dst, name);
  cursor.expect(')');
  return one(parsed);
}

function fetchArguments(cursor: Cursor, dst: Register, name: Token): Insn {
  const suffix = dst.width === 64 ? '_64' : '32_32';
  if (name.text === `xchg${suffix}`) {
    const { base, off } = cursor.address();
    cursor.expect(',');
    sameRegister(cursor, dst);
    return insn(opOf('xchg', dst.width, 'xchg', name.column), { dst: base, off, src: dst.number });
  }
  if (name.text === `cmpxchg${suffix}`) {
    if (dst.number !== 0)
      throw new SyntaxFault(dst.column, `expected ${dst.width === 64 ? 'r0' : 'w0'} before cmpxchg`);
    const { base, off } = cursor.address();
    cursor.expect(',');
    sameRegister(cursor, dst);
    cursor.expect(',');
    const src = cursor.register(dst.width).number;
    return insn(opOf('cmpxchg', dst.width, 'cmpxchg', name.column), { dst: base, off, src });
  }
  const isLoad = name.text === 'load_acquire';
  if (!isLoad && !name.text.startsWith('atomic_fetch_')) {
    const rule = `expected atomic_fetch_add, …, xchg${suffix}, cmpxchg${suffix} or load_acquire`;
    throw new SyntaxFault(name.column, `unknown operation '${name.text}', ${rule}`);
  }
  const sizeColumn = cursor.peek(1)?.column ?? cursor.column;
  const { size, base, off } = cursor.typedAddress();
  const bits = bitsOf(size);
  if (registerWidth(bits) !== dst.width) {
    throw new SyntaxFault(dst.column, `expected a register ${bits === 64 ? 'r' : 'w'}${dst.number} for '${size}'`);
  }
  if (isLoad) return insn(opOf('load-acquire', bits, size, sizeColumn), { dst: dst.number, src: base, off });
  if (size !== `u${dst.width}`) throw new SyntaxFault(sizeColumn, `expected u32 or u64, found '${size}'`);
  cursor.expect(',');
  sameRegister(cursor, dst);
  const op = opOf('fetch', bits, name.text.slice('atomic_fetch_'.length), name.column);
  return insn(op, { dst: base, off, src: dst.number });
}

function label(cursor: Cursor, field: 'off' | 'imm'): NonNullable<ParsedInstruction['target']> {
  const token = cursor.word('a label');
  const problem = labelProblem(token.text);
  if (problem !== undefined) throw new SyntaxFault(token.column, `expected a label: ${problem}`);
  return { label: token.text, column: token.column, field };
}

function jump(cursor: Cursor, op: OpName, field: 'off' | 'imm'): ParsedInstruction {
  cursor.take();
  return { slots: [insn(op)], target: label(cursor, field) };
}

function conditional(cursor: Cursor): ParsedInstruction {
  cursor.expect('if');
  const dst = cursor.register();
  const operator = cursor.take();
  const op = opOf('jump', dst.width, operator?.text ?? 'the end', operator?.column ?? cursor.column);
  const right = operand(cursor, dst.width);
  cursor.expect('goto');
  return { slots: [insn(op, { dst: dst.number, operand: right })], target: label(cursor, 'off') };
}

/** A call by name or alias, of a label, or of an id that has no row: `helper#12`, `kfunc#99`. */
function calling(cursor: Cursor, names: Names): ParsedInstruction {
  cursor.expect('call');
  const name = cursor.word('a callable or a label');
  if ((name.text === 'helper' || name.text === 'kfunc') && cursor.accept('#')) {
    return one(insn(name.text === 'helper' ? 'call_helper' : 'call_kfunc', { imm: cursor.imm32('id') }));
  }
  const callable = callableByName(name.text);
  if (callable !== undefined) return one(call(callable));
  if (names.labels.has(name.text)) {
    return { slots: [insn('call_local')], target: { label: name.text, column: name.column, field: 'imm' } };
  }
  const aliases = CALLABLE_NAMES.flatMap((known) => CALLABLES[known].aliases ?? []);
  const hint = nearest(name.text, [...CALLABLE_NAMES, ...aliases, ...names.labels]);
  throw new SyntaxFault(name.column, `unknown callable or label '${name.text}'${suggestion(hint)}`);
}

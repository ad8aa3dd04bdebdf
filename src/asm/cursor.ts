/** Reading position in the tokens of one line, with the small phrases every instruction is made of. */
import type { LexedLine, Token } from './lex.js';

/** Thrown and caught within src/asm: what is wrong at a column. */
export class SyntaxFault extends Error {
  constructor(
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

/** A register as written: `r3` has 64 bits, `w3` 32. */
export interface Register {
  readonly number: number;
  readonly width: 32 | 64;
  readonly column: number;
}

const INT32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n } as const;
const INT16 = { min: -(2n ** 15n), max: 2n ** 15n - 1n } as const;

/** A cursor over one lexed line. Every `expect…`, `register`, … throws a SyntaxFault that says what was expected. */
export class Cursor {
  private at = 0;

  constructor(private readonly line: LexedLine) {}

  /** The next token, or the one `ahead` of it, without taking it. */
  peek(ahead = 0): Token | undefined {
    return this.line.tokens[this.at + ahead];
  }

  /** Column of the next token, or of the end of the line. */
  get column(): number {
    return this.peek()?.column ?? this.line.end;
  }

  take(): Token | undefined {
    const token = this.peek();
    if (token !== undefined) this.at++;
    return token;
  }

  /** Takes the next token if its text is this. */
  accept(text: string): boolean {
    if (this.peek()?.text !== text) return false;
    this.at++;
    return true;
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.accept(text)) this.fail(`expected '${text}'`);
  }

  /** Fails at the next token: `expected …, found …`. */
  fail(expected: string): never {
    const found = this.peek();
    throw new SyntaxFault(this.column, `${expected}, found ${found === undefined ? 'the end' : `'${found.text}'`}`);
  }

  atEnd(): boolean {
    return this.peek() === undefined;
  }

  word(what: string): Token {
    const token = this.peek();
    if (token?.is !== 'word') return this.fail(`expected ${what}`);
    this.at++;
    return token;
  }

  /** A register if the next token is one. */
  tryRegister(): Register | undefined {
    const token = this.peek();
    const match = token?.is === 'word' ? /^([rw])(\d+)$/.exec(token.text) : null;
    if (token === undefined || match === null) return undefined;
    const number = Number(match[2]);
    if (number > 10) throw new SyntaxFault(token.column, `register out of range: '${token.text}', expected r0 to r10`);
    this.at++;
    return { number, width: match[1] === 'r' ? 64 : 32, column: token.column };
  }

  /** A register, of a width if one is asked for. */
  register(width?: 32 | 64): Register {
    const before = this.column;
    const found = this.peek()?.text ?? 'the end';
    const register = this.tryRegister();
    const spelled = width === undefined ? 'a register' : width === 64 ? 'a register r0 to r10' : 'a register w0 to w10';
    if (register === undefined) return this.fail(`expected ${spelled}`);
    if (width !== undefined && register.width !== width) {
      throw new SyntaxFault(before, `expected ${spelled}, found '${found}'`);
    }
    return register;
  }

  /** A number with optional `-`, decimal or hexadecimal, inclusive bounds. */
  integer(min: bigint, max: bigint, what: string): bigint {
    const column = this.column;
    const negative = this.accept('-');
    const token = this.peek();
    if (token?.is !== 'number') return this.fail(`expected ${what}`);
    this.at++;
    const value = negative ? -BigInt(token.text) : BigInt(token.text);
    if (value < min || value > max) {
      throw new SyntaxFault(column, `${what} out of range: ${value}, expected ${min} to ${max}`);
    }
    return value;
  }

  imm32(what = 'immediate'): number {
    return Number(this.integer(INT32.min, INT32.max, what));
  }

  /** `rN + off` or `rN - off`. */
  address(): { readonly base: number; readonly off: number } {
    const base = this.register(64).number;
    const column = this.column;
    const negative = this.accept('-');
    if (!negative && !this.accept('+')) return this.fail(`expected '+' or '-' and an offset`);
    const size = this.integer(0n, 2n ** 63n, 'offset');
    const off = negative ? -size : size;
    if (off < INT16.min || off > INT16.max) {
      throw new SyntaxFault(column, `offset out of range: ${off}, expected ${INT16.min} to ${INT16.max}`);
    }
    return { base, off: Number(off) };
  }

  /** `(u64 *)(rN + off)`: the size word, base and offset. */
  typedAddress(): { readonly size: string; readonly base: number; readonly off: number } {
    this.expect('(');
    const size = this.word('a size: u8, u16, u32, u64, s8, s16 or s32').text;
    this.expect('*', ')', '(');
    const address = this.address();
    this.expect(')');
    return { size, ...address };
  }
}

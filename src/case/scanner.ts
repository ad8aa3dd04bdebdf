/** Reads the value of one directive piece by piece, with columns for whatever is wrong. */

/** Thrown and caught within src/case: what is wrong at a column of the line that is being read. */
export class CaseFault extends Error {
  constructor(
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

/** A word separated by blanks. */
export interface Piece {
  readonly text: string;
  readonly column: number;
}

const UNSIGNED = /^(?:0|[1-9]\d*)$/;

/** An unsigned decimal number without leading zeros, inclusive bounds. Throws CaseFault. */
export function unsigned(piece: Piece, min: bigint, max: bigint, what: string): bigint {
  if (!UNSIGNED.test(piece.text)) {
    throw new CaseFault(piece.column, `expected ${what}, a decimal number, found '${piece.text}'`);
  }
  const value = BigInt(piece.text);
  if (value < min || value > max) {
    throw new CaseFault(piece.column, `${what} out of range: ${value}, expected ${min} to ${max}`);
  }
  return value;
}

/** The items of `[a,b,…]`. Throws CaseFault. */
export function listItems(piece: Piece): readonly Piece[] {
  if (!piece.text.startsWith('[') || !piece.text.endsWith(']')) {
    throw new CaseFault(piece.column, `expected a list '[a,b,…]' without blanks, found '${piece.text}'`);
  }
  const inner = piece.text.slice(1, -1);
  if (inner === '') return [];
  let column = piece.column + 1;
  return inner.split(',').map((text) => {
    const item = { text, column };
    column += text.length + 1;
    return item;
  });
}

/** Splits `key=value`. Throws CaseFault. */
export function keyed(piece: Piece): { readonly key: string; readonly value: Piece } {
  const at = piece.text.indexOf('=');
  if (at < 1) throw new CaseFault(piece.column, `expected 'key=value', found '${piece.text}'`);
  const value = { text: piece.text.slice(at + 1), column: piece.column + at + 1 };
  return { key: piece.text.slice(0, at), value };
}

/** The blank-separated pieces of a text that starts at a column. */
export class Scanner {
  private at = 0;

  constructor(
    readonly text: string,
    private readonly column: number,
  ) {}

  /** Column of what comes next. */
  get here(): number {
    return this.column + this.skipBlanks();
  }

  private skipBlanks(): number {
    while (this.text[this.at] === ' ') this.at++;
    return this.at;
  }

  atEnd(): boolean {
    return this.skipBlanks() === this.text.length;
  }

  /** The next piece. Throws CaseFault at the end: `expected …`. */
  piece(what: string): Piece {
    const start = this.skipBlanks();
    while (this.at < this.text.length && this.text[this.at] !== ' ') this.at++;
    const text = this.text.slice(start, this.at);
    if (text === '') throw new CaseFault(this.column + start, `expected ${what}`);
    return { text, column: this.column + start };
  }

  /** All that is left, blanks at its ends left out; may be empty. */
  rest(): Piece {
    const start = this.skipBlanks();
    this.at = this.text.length;
    return { text: this.text.slice(start).trimEnd(), column: this.column + start };
  }

  end(): void {
    if (!this.atEnd()) throw new CaseFault(this.here, `expected the end of the line, found '${this.rest().text}'`);
  }
}

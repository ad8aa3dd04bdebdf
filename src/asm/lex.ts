/** Splits one line of assembly into tokens with their columns. A comment runs from `;` to the end of the line. */

export interface Token {
  readonly is: 'word' | 'number' | 'sign';
  readonly text: string;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
}

/** What follows the `;` of a line, the `;` left out. */
export interface Comment {
  readonly text: string;
  readonly column: number;
}

export interface LexedLine {
  readonly tokens: readonly Token[];
  readonly comment: Comment | undefined;
  /** Column after the last token: where something missing was expected. */
  readonly end: number;
  /** Column of the first character that starts no token. */
  readonly bad: number | undefined;
}

// Signed operators start with an s that touches the operator: `s>=`, but `s >= 1` is a word and an operator.
const TOKEN =
  /[ \t]+|(?<word>(?!s(?:>>=|[/%]=|[<>]))[A-Za-z_.$][\w.$]*)|(?<number>0[xX][0-9a-fA-F]+(?![\w.$])|\d+(?![\w.$]))|(?<sign>s>>=|s[/%]=|s[<>]=?|<<=|>>=|[-+*/|&%^=!<>]=|[-+*<>=&()[\],:#])/y;

/** Tokens of one line (without its line feed). Never fails: a character that starts no token is reported in `bad`. */
export function lexLine(line: string): LexedLine {
  const tokens: Token[] = [];
  let at = 0;
  let end = 1;
  while (at < line.length) {
    if (line[at] === ';') return { tokens, comment: { text: line.slice(at + 1), column: at + 1 }, end, bad: undefined };
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(line);
    if (match === null) return { tokens, comment: undefined, end, bad: at + 1 };
    const { word, number, sign } = match.groups ?? {};
    const text = word ?? number ?? sign;
    if (text !== undefined) {
      tokens.push({ is: word !== undefined ? 'word' : number !== undefined ? 'number' : 'sign', text, column: at + 1 });
      end = at + 1 + text.length;
    }
    at = TOKEN.lastIndex;
  }
  return { tokens, comment: undefined, end, bad: undefined };
}

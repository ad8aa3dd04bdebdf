import { describe, expect, it } from 'vitest';
import { lexLine } from '../../../src/asm/lex.js';

const texts = (line: string) => lexLine(line).tokens.map(({ text }) => text);

describe('lexLine', () => {
  it('counts columns from one', () => {
    const { tokens, end } = lexLine('    r1 = -5');
    expect(tokens.map(({ text, column }) => [text, column])).toEqual([
      ['r1', 5],
      ['=', 8],
      ['-', 10],
      ['5', 11],
    ]);
    expect(end).toBe(12);
  });

  it('takes a signed operator as one token only if the s touches it', () => {
    expect(texts('if w1 s>= w2 goto l')).toEqual(['if', 'w1', 's>=', 'w2', 'goto', 'l']);
    expect(texts('r1 s>>= 3')).toEqual(['r1', 's>>=', '3']);
    expect(texts('r1 s/= r2')).toEqual(['r1', 's/=', 'r2']);
    expect(texts('s > 1')).toEqual(['s', '>', '1']);
  });

  it('ends the tokens at a comment and keeps its text and column', () => {
    const line = lexLine('exit ; why; because');
    expect(line.tokens).toHaveLength(1);
    expect(line.comment).toEqual({ text: ' why; because', column: 6 });
  });

  it('reports the column of a character that starts no token', () => {
    expect(lexLine('r1 = @').bad).toBe(6);
    expect(lexLine('r1 = 0x').bad).toBe(6);
    expect(lexLine('r1 = 12ab').bad).toBe(6);
  });
});

import { describe, expect, it } from 'vitest';
import { Cursor, SyntaxFault } from '../../../src/asm/cursor.js';
import { lexLine } from '../../../src/asm/lex.js';

const at = (text: string) => new Cursor(lexLine(text));

describe('Cursor', () => {
  it('register gives number, width and column, and checks the width asked for', () => {
    expect(at('w10').register()).toEqual({ number: 10, width: 32, column: 1 });
    expect(() => at('w1').register(64)).toThrow("expected a register r0 to r10, found 'w1'");
    expect(() => at('r11').register()).toThrow("register out of range: 'r11'");
    expect(at('loop').tryRegister()).toBeUndefined();
  });

  it('integer reads signs and bases and names the bounds when they are left', () => {
    expect(at('-0x10').integer(-16n, 0n, 'immediate')).toBe(-16n);
    expect(() => at('5').integer(0n, 4n, 'immediate')).toThrow('immediate out of range: 5, expected 0 to 4');
  });

  it('typedAddress reads size, base and signed offset', () => {
    expect(at('(u64 *)(r10 - 8)').typedAddress()).toEqual({ size: 'u64', base: 10, off: -8 });
    expect(() => at('(u64 *)(r10 - 32769)').typedAddress()).toThrow('offset out of range: -32769');
  });

  it('fail points at the next token or at the end of the line', () => {
    const cursor = at('r1 =');
    cursor.register();
    cursor.expect('=');
    expect(() => cursor.fail('expected x')).toThrow(new SyntaxFault(5, 'expected x, found the end'));
  });
});

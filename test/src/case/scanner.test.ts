import { describe, expect, it } from 'vitest';
import { keyed, listItems, Scanner, unsigned } from '../../../src/case/scanner.js';

describe('Scanner', () => {
  it('gives pieces with columns and the rest trimmed', () => {
    const scanner = new Scanner('  a  bc d e ', 10);
    expect(scanner.piece('a word')).toEqual({ text: 'a', column: 12 });
    expect(scanner.here).toBe(15);
    expect(scanner.piece('a word')).toEqual({ text: 'bc', column: 15 });
    expect(scanner.rest()).toEqual({ text: 'd e', column: 18 });
    expect(scanner.atEnd()).toBe(true);
    expect(() => scanner.piece('a word')).toThrow('expected a word');
  });

  it('end refuses what is left', () => {
    expect(() => new Scanner('x', 1).end()).toThrow("expected the end of the line, found 'x'");
  });
});

describe('unsigned', () => {
  it('takes canonical decimals within bounds only', () => {
    const read = (text: string) => unsigned({ text, column: 1 }, 1n, 9n, 'count');
    expect(read('9')).toBe(9n);
    for (const text of ['0', '10', '-1', '01', '0x1', '', '1.5']) expect(() => read(text), text).toThrow('count');
  });
});

describe('listItems', () => {
  it('splits at commas, with columns', () => {
    expect(listItems({ text: '[a,bc]', column: 5 })).toEqual([
      { text: 'a', column: 6 },
      { text: 'bc', column: 8 },
    ]);
    expect(listItems({ text: '[]', column: 1 })).toEqual([]);
  });
});

describe('keyed', () => {
  it('splits at the first equals sign', () => {
    expect(keyed({ text: 'a=b=c', column: 3 })).toEqual({ key: 'a', value: { text: 'b=c', column: 5 } });
    expect(() => keyed({ text: '=b', column: 3 })).toThrow("expected 'key=value'");
  });
});

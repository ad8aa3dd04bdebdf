/** Tests of text tables. */
import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { foldedTable, inWords, number, percent, textTable, wrap } from '../../../src/report/table.js';

const plain = picocolors.createColors(false);

describe('textTable', () => {
  it('textTable aligns names left and numbers right, without borders or trailing blanks', () => {
    const text = textTable(
      plain,
      ['name', 'n'],
      [
        ['a', '1'],
        ['longer', '1,000'],
      ],
    );
    expect(text).toBe('  name        n\n  a           1\n  longer  1,000\n');
  });
});

describe('number', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [12345678, '12,345,678'],
  ])('number groups %i', (value, text) => {
    expect(number(value)).toBe(text);
  });
});

describe('percent', () => {
  it.each([
    [0, 0, '-'],
    [0, 5, '0 %'],
    [1, 200, '0.5 %'],
    [1, 2, '50 %'],
  ])('percent of %i in %i', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text);
  });
});

describe('wrap', () => {
  it('wrap keeps lines within the width and loses no word', () => {
    const words = 'one two three four five six seven eight nine ten';
    const text = wrap(words, '  ', '- ', 20);
    expect(text.split('\n').every((line) => line.length <= 20)).toBe(true);
    expect(text.slice(2).split(/\s+/).filter(Boolean).join(' ')).toBe(words);
  });
});

describe('foldedTable', () => {
  const words = 'one two three four five six seven eight nine ten';

  it('foldedTable folds the widest column so that no line is too long, and loses no word', () => {
    const text = foldedTable(plain, ['a', 'b', 'c'], [['short', words, 'end']], '  ', 40);
    const lines = text.trimEnd().split('\n');
    expect(lines.every((line) => line.length <= 40)).toBe(true);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[1]).toMatch(/^ {2}short {2}one two .* {2}end$/);
    expect(text.match(/[a-z]+/g)?.filter((word) => words.split(' ').includes(word)).length).toBe(10);
  });

  it('foldedTable never breaks a word, even if a line gets too long', () => {
    const text = foldedTable(plain, ['', ''], [['a-word-of-twenty-chars', 'another-long-word']], '', 20);
    expect(text).toBe('a-word-of-twenty-chars  another-long-word\n');
  });

  it('foldedTable has no head if its cells are empty, and measures colours as nothing', () => {
    const paint = picocolors.createColors(true);
    const text = foldedTable(
      paint,
      ['', ''],
      [
        [paint.red('red'), 'x'],
        ['plain', 'y'],
      ],
    );
    expect(stripVTControlCharacters(text)).toBe('  red    x\n  plain  y\n');
    expect(foldedTable(plain, ['h', ''], [['a', 'b']])).toBe('  h\n  a  b\n');
  });
});

describe('inWords', () => {
  it.each([
    [[], ''],
    [['A'], 'A'],
    [['A', 'B'], 'A and B'],
    [['A', 'B', 'C'], 'A, B and C'],
    [['A', 'B', 'C', 'D'], 'A, B and 2 others'],
  ])('inWords of %j is %s', (names, words) => {
    expect(inWords(names, 3)).toBe(words);
  });
});

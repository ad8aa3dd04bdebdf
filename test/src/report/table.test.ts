/** Tests of text tables. */
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { number, percent, textTable, wrap } from '../../../src/report/table.js';

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

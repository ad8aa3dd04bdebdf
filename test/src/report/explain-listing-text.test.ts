/** Tests of the listing for people. */
import { describe, expect, it } from 'vitest';
import type { ListedLine } from '../../../src/report/explain-listing.js';
import { listingSection } from '../../../src/report/explain-listing-text.js';
import { coloured, plain } from './explained.js';

const WORDS = 'a comment that is so long that it cannot possibly stand behind its instruction in one line of this page';

const LINES: readonly ListedLine[] = [
  { is: 'blank', comment: '' },
  { is: 'comment', comment: 'where it begins' },
  { is: 'label', pc: 0, text: 'main:', comment: 'the entry' },
  { is: 'instruction', pc: 3, text: 'call bpf_task_from_pid', does: 'acquire', comment: WORDS, notes: [] },
  { is: 'blank', comment: '' },
  {
    is: 'instruction',
    pc: 12,
    text: 'call bpf_throw',
    does: 'throw',
    notes: [
      { by: ['one'], is: 'refusal', text: 'held-reference' },
      { by: ['one', 'two'], is: 'left', text: 'left side' },
      { by: ['one', 'two'], is: 'refusal', text: 'merge-failure' },
    ],
  },
];

describe('listingSection', () => {
  it('listingSection puts deeds in front, comments behind, notes below', () => {
    const lines = listingSection(LINES, plain).split('\n');
    expect(lines[0]).toBe('Program');
    expect(lines[1]?.trim()).toBe('; where it begins');
    expect(lines[2]).toMatch(/^ {2}main: +; the entry$/);
    expect(lines[3]).toMatch(/^ {2}acquire {5}3 {2}call bpf_task_from_pid {7}; a comment that/);
    expect(lines.at(-5)).toBe('  throw      12  call bpf_throw');
    expect(lines.slice(-4, -1).map((line) => line.trim())).toEqual([
      '^ one refuses: held-reference',
      '^ left side (one, two)',
      '^ one, two refuse: merge-failure',
    ]);
  });

  it('listingSection folds long comments below themselves and loses no word', () => {
    const text = listingSection(LINES, plain);
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    const at = lines.findIndex((line) => line.includes('; a comment'));
    const column = lines[at]?.indexOf(';') ?? -1;
    expect(lines[at + 1]?.indexOf(';')).toBe(column);
    expect(text.replaceAll(/\s*\n\s*; /g, ' ')).toContain(WORDS);
  });

  it('listingSection keeps blank lines inside, not the one before the program', () => {
    expect(
      listingSection(LINES, plain)
        .split('\n')
        .filter((line) => line === '').length,
    ).toBe(2); // one inside, one after the end
  });

  it('listingSection colours refusals, sides and throws apart', () => {
    const text = listingSection(LINES, coloured);
    expect(text).toContain(coloured.yellow('throw   '));
    expect(text).toMatch(new RegExp(`${coloured.red('x').split('x')[0]?.replace('[', '\\[')} *\\^ one refuses`));
    expect(text).toMatch(new RegExp(`${coloured.yellow('x').split('x')[0]?.replace('[', '\\[')} *\\^ left side`));
  });
});

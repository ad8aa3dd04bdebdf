/** Text tables without borders: names to the left, numbers to the right. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Paint } from './terminal.js';

const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** The table, each line indented by two and ended by a line feed. The first column is text, the others as `align` says. */
export function textTable(
  paint: Paint,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right')[] = head.map((_, index) => (index === 0 ? 'left' : 'right')),
): string {
  const table = new Table({
    head: head.map((cell) => paint.dim(cell)),
    chars: NO_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: [...align],
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}\n`)
    .join('');
}

/** 12345 as `12,345`: the same in every locale. */
export function number(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A share of a whole in percent, `-` of nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '-';
  const share = (100 * part) / whole;
  return `${share < 10 && part > 0 ? share.toFixed(1) : share.toFixed(0)} %`;
}

/** Words broken into lines of at most `width` characters, each indented; the first may begin differently. */
export function wrap(text: string, indent: string, first = indent, width = 98): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((each, nth) => `${nth === 0 ? first : indent}${each}\n`).join('');
}

/**
 * A table of texts, folded so that no line is longer than `width` (unless single words are): the widest columns go on in
 * the next line. Without a head if all its cells are empty. Cells may carry colours.
 */
export function foldedTable(
  paint: Paint,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  indent = '  ',
  width = 100,
): string {
  const shown = head.some((cell) => cell !== '');
  const cells = [head, ...rows];
  const natural = head.map((_, column) => Math.max(1, ...cells.map((row) => visibleLength(row[column] ?? ''))));
  const least = head.map((_, column) =>
    Math.max(1, ...cells.flatMap((row) => (row[column] ?? '').split(' ').map(visibleLength))),
  );
  const table = new Table({
    head: shown ? head.map((cell) => paint.dim(cell)) : [],
    chars: NO_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: shrink(natural, least, width - indent.length - GAP * (head.length - 1)),
    wordWrap: true,
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => `${`${indent}${line}`.trimEnd()}\n`)
    .join('');
}

/** Columns are two blanks apart. */
const GAP = 2;

/** Takes from the widest column that can still give, until the columns fit or none can. */
function shrink(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, each) => sum + each, 0) - room; excess > 0; excess--) {
    const giving = widths.flatMap((each, column) => (each > (least[column] ?? 1) ? [column] : []));
    if (giving.length === 0) break;
    const widest = giving.reduce((a, b) => ((widths[b] ?? 0) >= (widths[a] ?? 0) ? b : a));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function visibleLength(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** `A`, `A and B`, `A, B and 3 others`. */
export function inWords(names: readonly string[], most = 6): string {
  if (names.length <= 1) return names.join('');
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, most - 1).join(', ')} and ${number(names.length - most + 1)} others`;
}

/** Text tables without borders: names to the left, numbers to the right. */
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

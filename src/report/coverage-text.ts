/** What the generator emitted in which situation, as a table: rows of its menu by frame depth, holding, loop. */
import { CONTEXTS, type Coverage, coverageCells } from '../../generators/coverage.js';
import { number, textTable, wrap } from './table.js';
import type { Paint } from './terminal.js';

/** The table; an empty cell that should not be is marked. */
export function coverageText(coverage: Coverage, paint: Paint): string {
  const rows = new Map<string, string[]>();
  let missing = 0;
  for (const { row, count, impossible } of coverageCells(coverage)) {
    const cells = rows.get(row) ?? [];
    rows.set(row, cells);
    const gap = count === 0 && impossible === undefined;
    if (gap) missing++;
    cells.push(impossible === undefined ? (gap ? paint.red('0 !') : number(count)) : '-');
  }
  const head = CONTEXTS.map(({ depth, holding, inLoop }) => `${depth}${holding ? 'h' : ''}${inLoop ? 'l' : ''}`);
  return (
    `${paint.bold('What the generator emitted')}\n` +
    textTable(
      paint,
      ['', ...head],
      [...rows].map(([name, cells]) => [name, ...cells]),
    ) +
    wrap(
      `Columns: depth of the frame, h while something is held, l inside a loop; - cannot be. ${missing === 0 ? 'No cell is empty.' : `${missing} cells are empty that need not be.`}`,
      '  ',
    )
  );
}

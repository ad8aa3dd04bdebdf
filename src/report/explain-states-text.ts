/** The states that meet at each throw, for people: a column a state, a row a location, folded to the width of the page. */
import { cellText } from './explain-cell.js';
import type { FrameBlock, StateGroup, States, ThrowTable } from './explain-states.js';
import { locationText } from './finding-text.js';
import { foldedTable, inWords, number, wrap } from './table.js';
import type { Paint } from './terminal.js';

const WIDTH = 100;
/** Columns shown of one throw; the others are in the JSON. */
const SHOWN = 18;
/** Characters of what a state holds, before it goes on in the next row. */
const HELD_WIDTH = 24;

export function statesSection({ groups, throws }: States, paint: Paint): string {
  if (throws.length === 0) return `${paint.bold('States at throws')}\n  no path reaches a throw\n`;
  const byName = new Map(groups.map((group) => [group.name, group]));
  return `${throws.map((table) => throwText(table, byName, paint)).join('\n')}${legend({ groups, throws })}`;
}

/** What the words in the tables mean, as far as they occur. */
function legend({ groups, throws }: Pick<States, 'groups' | 'throws'>): string {
  const rows = throws.flatMap(({ frames }) => frames.flatMap((frame) => frame.rows));
  if (rows.length === 0) return groups.some(({ holds }) => holds.length > 0) ? wrap(LOST, '  ') : '';
  const owned = rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell?.is === 'owned' ? [cell] : [])));
  const words = ['task@7: a task acquired by the call at pc 7'];
  if (groups.some(({ holds }) => holds.some(({ resource }) => /[a-z]$/.test(resource)))) {
    words.push('task@7a, task@7b: two acquired by the same call');
  }
  if (owned.some(({ mayBeNull }) => mayBeNull === true)) words.push('?: may be NULL');
  if (owned.some(({ mayBeNull }) => mayBeNull === 'held')) words.push('or 0: may be NULL though the resource is held');
  if (rows.some(({ conflict }) => conflict)) words.push('!: no one descriptor entry can stand for all states');
  return wrap(`${words.join('; ')}.`, '  ');
}

const LOST = 'What is held is in no callee-saved register and in no slot.';

function throwText(table: ThrowTable, groups: ReadonlyMap<string, StateGroup>, paint: Paint): string {
  const { pc, subprogram, paths, states, frames } = table;
  const arrive = `${number(paths)} ${paths === 1 ? 'state arrives' : 'states arrive'}`;
  const alike = states.length === 1 ? ', all alike' : `, ${number(states.length)} different`;
  const different = states.length === paths ? '' : alike;
  const shown = states.slice(0, SHOWN).flatMap((name) => groups.get(name) ?? []);
  const held = shown.map(({ holds }) => heldLines(holds.map(({ resource }) => resource)));
  const heldRows = Math.max(1, ...held.map((lines) => lines.length));
  const labels = [
    '',
    ...Array.from({ length: heldRows }, (_, row) => (row === 0 ? 'held' : '')),
    ...frames.flatMap(labelsOf),
  ];
  const columns = shown.map((group, index) => [
    group.visits.length > 1 ? `${group.name} ×${number(group.visits.length)}` : group.name,
    ...Array.from({ length: heldRows }, (_, row) => held[index]?.[row] ?? ''),
    ...frames.flatMap((frame) => cellsOf(frame, group, index)),
  ]);
  const more =
    states.length > SHOWN ? `  … and ${number(states.length - SHOWN)} more states, all in the JSON answer\n` : '';
  const shared = frames
    .filter(({ also, rows }) => also.length > 0 && rows.length > 0)
    .map((frame) => `${frame.subprogram} at ${frame.pc} (${inWords(frame.also.map(String))})`);
  const others = shared.length === 0 ? '' : wrap(`other throws come by as well: ${shared.join('; ')}`, '    ', '  ');
  const blocks = fold(labels, columns).map(([head = [], ...rows]) => foldedTable(paint, head, rows));
  return [
    `${paint.bold(`Throw at ${pc} in ${subprogram}: ${arrive}${different}`)}\n`,
    // Coloured at last: colours would count as characters while columns are measured.
    blocks.join('\n').replaceAll(/^( +)! .*$/gm, (line) => paint.red(line)),
    more,
    others,
  ].join('');
}

function labelsOf({ subprogram, pc, role, rows }: FrameBlock): readonly string[] {
  const name = `${subprogram} at ${pc}${role === 'throw' ? '' : ' (call)'}`;
  return [name, ...rows.map(({ location, conflict }) => ` ${conflict ? '!' : ' '} ${locationText(location)}`)];
}

/** The cells of one state under one frame: the first says whether the state has the frame at all. */
function cellsOf({ rows, pc }: FrameBlock, group: StateGroup, index: number): readonly string[] {
  const called = group.frames.some((frame) => frame.pc === pc);
  const first = !called ? 'not called' : rows.length === 0 ? 'owns nothing' : '';
  return [
    first,
    ...rows.map(({ cells }) => {
      const cell = cells[index];
      return cell === undefined ? '' : cellText(cell);
    }),
  ];
}

function heldLines(resources: readonly string[]): readonly string[] {
  if (resources.length === 0) return ['nothing'];
  return wrap(resources.join(' '), '', '', HELD_WIDTH).trimEnd().split('\n');
}

/** Puts as many columns beside the labels as fit on a line, then begins anew: tables as rows of cells. */
function fold(
  labels: readonly string[],
  columns: readonly (readonly string[])[],
): readonly (readonly (readonly string[])[])[] {
  const labelWidth = 2 + Math.max(...labels.map((each) => each.length));
  const tables: string[][][] = [];
  let width = Number.POSITIVE_INFINITY;
  for (const cells of columns) {
    const wide = 2 + Math.max(...cells.map((each) => each.length));
    if (width + wide > WIDTH) {
      tables.push(labels.map((label) => [label]));
      width = labelWidth;
    }
    width += wide;
    for (const [row, line] of (tables.at(-1) ?? []).entries()) line.push(cells[row] ?? '');
  }
  return tables;
}

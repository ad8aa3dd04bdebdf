/** The `patch` directive: read and written, and what is wrong located. */
import { describe, expect, it } from 'vitest';
import { misplacedStep, readStep } from '../../../src/case/patches.js';
import { readCase } from '../../../src/case/read.js';
import { Scanner } from '../../../src/case/scanner.js';
import { writeCase } from '../../../src/case/write.js';
import { formatStep } from '../../../src/patch/plan.js';
import { programOf } from '../subjects/states.js';

const LINES = [
  'before 0 2 r6',
  'after 0 1 goto',
  'around 0 1 64',
  'entry main 1',
  'remove dead',
  'remove nops',
  'blind',
];
const caseOf = (...steps: readonly string[]) =>
  `;! case: c\n${steps.map((step) => `;! patch: ${step}\n`).join('')}\nmain:\n    r0 = 0\n    exit\n`;

function errorsOf(text: string): readonly string[] {
  const read = readCase(text);
  return read.ok ? [] : read.errors.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('readStep', () => {
  it.each([...LINES, 'split 9'])('readStep reads what formatStep writes: %s', (text) => {
    expect(formatStep(readStep(new Scanner(text, 1)))).toBe(text);
  });

  it('readStep is how a case says its plan, which is written back in its order', () => {
    const read = readCase(caseOf(...LINES));
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.patches.map(formatStep)).toEqual(LINES);
    expect(writeCase(read.case)).toBe(caseOf(...LINES));
  });

  it.each([
    ['', '2:10: expected a patch: before, after, around, entry, split, remove, blind'],
    ['inside 0 1', "2:11: unknown patch 'inside', expected before, after, around, entry, split, remove, blind"],
    ['constructor', "2:11: unknown patch 'constructor'"],
    ['before', '2:17: expected a pc'],
    ['before 0', '2:19: expected a number of slots'],
    ['before 0 0', '2:20: number of slots out of range: 0, expected 1 to 64'],
    ['before 0 65', '2:20: number of slots out of range: 65, expected 1 to 64'],
    ['before x 1', "2:18: expected pc, a decimal number, found 'x'"],
    ['before 0 1 r10', "2:22: expected r0 to r9, or goto, found 'r10'"],
    ['before 0 1 r1 r2', "2:25: expected the end of the line, found 'r2'"],
    ['remove all', "2:18: expected 'dead' or 'nops', found 'all'"],
    ['blind 3', "2:17: expected the end of the line, found '3'"],
    ['before 2 1', '2:11: no instruction starts at pc 2'],
    ['after 1 1', '2:11: nothing can be inserted behind the instruction at pc 1'],
    ['split 0', '2:11: no load starts at pc 0'],
    ['entry sub 1', "2:11: no subprogram is called 'sub'"],
    ['before 0 1 r0', "2:21: not in canonical form, expected ';! patch: before 0 1'"],
  ])('readStep locates %s', (step, message) => {
    expect(errorsOf(caseOf(step))[0]?.slice(0, message.length)).toBe(message);
  });
});

describe('misplacedStep', () => {
  it('misplacedStep wants blind to be last', () => {
    const program = programOf('main:\n    r0 = 0\n    exit\n');
    const blind = { do: 'blind' } as const;
    expect(misplacedStep(program, [blind], 0)).toBeUndefined();
    expect(misplacedStep(program, [blind, blind], 0)).toBe("'blind' happens inside the JIT: nothing comes after it");
    expect(misplacedStep(program, [{ do: 'split', pc: 0 }, blind], 0)).toBe('no load starts at pc 0');
    expect(errorsOf(caseOf('blind', 'remove dead'))).toEqual([
      "2:11: 'blind' happens inside the JIT: nothing comes after it",
    ]);
  });
});

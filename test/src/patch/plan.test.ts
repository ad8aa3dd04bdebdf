/** Steps of a plan: which fit a program, and their words. */
import { describe, expect, test } from 'vitest';
import type { PatchStep } from '../../../src/contract/patch-plan.js';
import { formatPlan, formatStep, stepProblem } from '../../../src/patch/plan.js';
import { programOf } from '../subjects/states.js';

const program = programOf(`
main:
    r1 = 5 ll
    r2 = *(u32 *)(r1 + 48)
    if r2 == 0 goto end
    may_goto end
    call sub
    goto end
end:
    exit
sub:
    exit
`);

const insert = (pc: number, before: number, after: number): PatchStep => ({
  do: 'insert',
  pc,
  before,
  after,
  filler: 0,
});

describe('stepProblem', () => {
  test('stepProblem finds nothing wrong with what fits', () => {
    const fitting: readonly PatchStep[] = [
      ...[0, 2, 3, 4, 5, 6, 7, 8].map((pc) => insert(pc, 1, 0)),
      ...[2, 3, 4, 5].map((pc) => insert(pc, 1, 1)),
      { do: 'split', pc: 2 },
      { do: 'entry', subprogram: 'sub', slots: 1, filler: 0 },
      { do: 'remove', what: 'dead' },
      { do: 'blind' },
    ];
    expect(fitting.map((step) => stepProblem(program, step))).toEqual(fitting.map(() => undefined));
  });

  test.each([
    [insert(1, 1, 0), 'no instruction starts at pc 1'],
    [insert(9, 1, 0), 'no instruction starts at pc 9'],
    [insert(-1, 0, 1), 'no instruction starts at pc -1'],
    [insert(0, 0, 1), 'nothing can be inserted behind the instruction at pc 0'],
    [insert(6, 1, 1), 'nothing can be inserted behind the instruction at pc 6'],
    [insert(7, 0, 1), 'nothing can be inserted behind the instruction at pc 7'],
    [{ do: 'split', pc: 3 } as const, 'no load starts at pc 3'],
    [{ do: 'split', pc: 1 } as const, 'no instruction starts at pc 1'],
    [{ do: 'entry', subprogram: 'gone', slots: 1, filler: 0 } as const, "no subprogram is called 'gone'"],
  ])('stepProblem says why %o does not fit', (step, problem) => {
    expect(stepProblem(program, step)).toBe(problem);
  });
});

describe('formatStep', () => {
  test.each([
    [insert(7, 2, 0), 'before 7 2'],
    [insert(7, 0, 2), 'after 7 2'],
    [{ do: 'insert', pc: 7, before: 1, after: 2, filler: 6 } as const, 'around 7 1 2 r6'],
    [{ do: 'entry', subprogram: 'sub1', slots: 3, filler: 'goto' } as const, 'entry sub1 3 goto'],
    [{ do: 'split', pc: 3 } as const, 'split 3'],
    [{ do: 'remove', what: 'nops' } as const, 'remove nops'],
    [{ do: 'blind' } as const, 'blind'],
  ])('formatStep %o', (step, text) => {
    expect(formatStep(step)).toBe(text);
  });
});

describe('formatPlan', () => {
  test('formatPlan names the steps in their order', () => {
    expect(formatPlan([{ do: 'remove', what: 'dead' }, insert(1, 1, 0)])).toBe('remove dead, before 1 1');
  });
});

import { describe, expect, it } from 'vitest';
import { WORST_CASES } from '../../generators/worst-case.js';
import { createJudge } from '../../oracles/judge.js';
import { parseProgram } from '../../src/asm/parse.js';
import { printProgram } from '../../src/asm/print.js';
import { SUBJECTS } from '../../src/subjects/registry.js';
import { analyse } from '../../src/verify/walk.js';

const cases = WORST_CASES.flatMap((shape) => shape.sizes.map((n) => ({ shape, name: shape.name, n })));

describe('WORST_CASES', () => {
  it.each(cases)('$name of $n verifies, and grows', ({ shape, n }) => {
    const program = shape.program(n);
    const { refusal, throws } = analyse(program, { pruning: 'kernel-like' });
    expect(refusal).toBeUndefined();
    expect(throws.length).toBeGreaterThan(0);
    expect(shape.program(n + (n < 8 ? 1 : 0)).length).toBeGreaterThanOrEqual(program.length);
  });

  it.each(WORST_CASES)('$name prints as a program', (shape) => {
    expect(parseProgram(printProgram(shape.program(2))).ok).toBe(true);
  });

  it.each(WORST_CASES)('$name holds something at its throws, and sound designs clean it up', (shape) => {
    const judge = createJudge({
      subjects: SUBJECTS,
      pruning: 'exact',
      stopAt: 'throw',
      worlds: 16,
      fuel: 4096,
      seed: 'worst-case',
    });
    const { subjects, truth } = judge.judge(shape.program(2));
    expect(truth.some(({ outcome, holds }) => outcome.startsWith('throw') && holds.length > 0)).toBe(true);
    for (const name of ['frame-descriptors/sound', 'landing-pads', 'run-to-exit', 'forced-spill/sound']) {
      expect(subjects.get(name)?.verdict, name).toBe('agree');
    }
  });

  it('throw-pcs has as many throws as it says, nested as many frames', () => {
    const of = (name: string) => WORST_CASES.find((shape) => shape.name === name);
    const program = of('throw-pcs')?.program(64);
    if (program === undefined) throw new Error('no throw-pcs');
    expect(analyse(program, { pruning: 'exact' }).throws).toHaveLength(64);
    expect(of('nested')?.program(8).subprograms).toHaveLength(8);
    expect(
      of('nested-globals')
        ?.program(8)
        .subprograms.filter((each) => each.global),
    ).toHaveLength(7);
  });
});

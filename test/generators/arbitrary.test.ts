/** Tests of programs as an arbitrary; the laws they share with others are in test/laws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programs } from '../../generators/arbitrary.js';
import { PROFILE_NAMES } from '../../generators/profile.js';
import { createJudge } from '../../oracles/judge.js';
import { printProgram } from '../../src/asm/print.js';
import { readCase } from '../../src/case/read.js';
import { instructionCount, type Program } from '../../src/isa/program.js';
import { pcsOf } from '../../src/shrink/listing.js';
import { remove } from '../../src/shrink/rewrite.js';
import { rfcV1 } from '../../src/subjects/frame-descriptors/frame-descriptors.js';
import { analyse } from '../../src/verify/walk.js';
import { programOf } from '../src/shrink/text.js';

const verifies = (program: Program) => analyse(program, { pruning: 'exact' }).refusal === undefined;

/** A property that the posted design breaks. */
const judge = createJudge({
  subjects: [rfcV1],
  pruning: 'exact',
  stopAt: 'throw',
  worlds: 8,
  fuel: 20_000,
  seed: '1',
});
const neverReleasesTwice = (program: Program) =>
  judge.judge(program).subjects.get(rfcV1.name)?.verdict !== 'double-release';

function counterexample(found: { readonly counterexample: readonly Program[] | null }): Program {
  const [program] = found.counterexample ?? [];
  if (program === undefined) throw new Error('the property holds');
  return program;
}

describe('programs', () => {
  it('programs ends a failing property with one from which no single instruction can go', () => {
    const found = fc.check(fc.property(programs('merge-heavy'), neverReleasesTwice), { seed: 1 });
    const smallest = counterexample(found);
    expect(instructionCount(smallest)).toBeLessThan(16);
    expect(neverReleasesTwice(smallest)).toBe(false);
    for (const pc of pcsOf(smallest)) {
      const smaller = remove(smallest, [pc]);
      expect(smaller === undefined || neverReleasesTwice(smaller)).toBe(true);
    }
  });

  it.each(PROFILE_NAMES)('programs of %s nearly all verify', (name) => {
    const all = fc.sample(programs(name), { seed: 5, numRuns: 100 });
    expect(all.filter(verifies).length).toBeGreaterThanOrEqual(95);
  });

  it('programs shrinks within a filter', () => {
    const asked: Program[] = [];
    const found = fc.check(
      fc.property(programs().filter(verifies), (program) => {
        asked.push(program);
        return !printProgram(program).includes('bpf_task_from_pid');
      }),
      { seed: 2 },
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.every(verifies)).toBe(true);
    // Acquired, tested or released: what is needed to verify stays.
    expect(printProgram(counterexample(found))).toContain('call bpf_task_from_pid');
  });

  it('programs prints a counterexample as a case', () => {
    const shown = fc.stringify(fc.sample(programs(), { seed: 3, numRuns: 1 })[0]);
    const read = readCase(shown.trimStart());
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.case.program.types.length + read.case.program.maps.length).toBeGreaterThan(0);
    const [shrunk] = fc.sample(programs(), { seed: 3, numRuns: 1 }).map(printProgram);
    expect(printProgram(read.case.program)).toBe(shrunk);
  });

  it('programs shrinks a program given as an example', () => {
    const example = programOf(
      'main:',
      'r6 = 5',
      'r7 = 6',
      'call sub',
      'r0 = 0',
      'exit',
      'sub:',
      'call bpf_throw',
      'exit',
    );
    const found = fc.check(
      fc.property(programs(), (program) => !printProgram(program).includes('bpf_throw')),
      { examples: [[example]], numRuns: 1 },
    );
    expect(printProgram(counterexample(found))).toBe('main:\n    call bpf_throw\n    exit\n');
    expect(programs().canShrinkWithoutContext({ subprogramOf: [] })).toBe(false);
  });
});

/** Tests of cases as an arbitrary; the laws they share with others are in test/laws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printProgram } from '../../../src/asm/print.js';
import { cases } from '../../../src/case/arbitrary.js';
import type { Case } from '../../../src/case/case.js';
import { readCase } from '../../../src/case/read.js';
import { replayCase } from '../../../src/case/replay.js';
import { instructionCount } from '../../../src/isa/program.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { remove } from '../../../src/shrink/rewrite.js';

const throwsHolding = ({ runs }: Case) =>
  runs.some(({ outcome, holds }) => outcome.how === 'throw' && holds.length > 1);

function smallest(seed: number): Case {
  const [found] = fc.check(
    fc.property(cases({ fuel: 3000 }), (each) => !throwsHolding(each)),
    { seed },
  ).counterexample ?? [undefined];
  if (found === undefined) throw new Error('no case throws with two things held');
  return found;
}

/** Where shrinking an example ends that the property does not hold for. */
function shrunkFrom(example: Case, holds: (each: Case) => boolean): Case {
  const property = fc.property(cases({ fuel: 3000 }), holds);
  const { counterexample } = fc.check(property, { examples: [[example]], numRuns: 1 });
  const [found] = counterexample ?? [];
  if (found === undefined) throw new Error('the property holds for the example');
  return found;
}

describe('cases', () => {
  it('cases tells the truth of up to as many worlds as asked for, each once', () => {
    const all = fc.sample(cases({ runs: 4 }), { seed: 1, numRuns: 60 });
    expect(new Set(all.map(({ runs }) => runs.length)).size).toBeGreaterThan(2);
    for (const each of all) {
      expect(each.runs.length).toBeLessThanOrEqual(4);
      const worlds = each.runs.map(({ world: { cb, draw, fail } }) => `${cb}/${draw}/${fail}`);
      expect(new Set(worlds).size).toBe(worlds.length);
      expect(replayCase(each, { subjects: [] }).mismatches).toEqual([]);
    }
    expect(all.some(throwsHolding)).toBe(true);
  });

  it('cases shrinks program and world together, to what still shows it', () => {
    for (const seed of [1, 2, 3]) {
      const { program, runs } = smallest(seed);
      expect(runs.length).toBe(1);
      expect(instructionCount(program)).toBeLessThan(10);
      const [{ world, holds } = { world: undefined, holds: [] }] = runs;
      expect(holds.length).toBe(2);
      expect(world).toMatchObject({ cb: [], draw: [], fail: [] });
      for (const pc of pcsOf(program)) {
        const smaller = remove(program, [pc]);
        if (smaller === undefined) continue;
        const { mismatches } = replayCase({ ...smallest(seed), program: smaller }, { subjects: [] });
        expect(mismatches.some(({ about }) => about === 'run')).toBe(true);
      }
    }
  });

  it('cases finds the failing world again when an acquire before it is gone', () => {
    const read = readCase(`;! case: only the second acquire fails
;! run: fail=[2]  => throw 0  holds=[]

main:
    r1 = 0
    call bpf_task_from_pid
    if r0 == 0 goto next
    r1 = r0
    call bpf_task_release
next:
    r1 = 0
    call bpf_cgroup_from_id
    if r0 == 0 goto bad
    r1 = r0
    call bpf_cgroup_release
    r0 = 0
    exit
bad:
    r1 = 0
    call bpf_throw
    exit
`);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    const failing = ({ program, runs }: Case) =>
      printProgram(program).includes('bpf_cgroup_from_id') &&
      runs.some(({ world, outcome }) => outcome.how === 'throw' && world.fail.length === 1);
    const found = shrunkFrom(read.case, (each) => !failing(each));
    expect(failing(found)).toBe(true);
    expect(found.runs.map(({ world }) => world.fail)).toEqual([[1]]);
    expect(printProgram(found.program)).not.toContain('bpf_task_from_pid');
  });

  it('cases keeps one run before it makes the program smaller', () => {
    const example = fc.sample(cases({ runs: 4 }), { seed: 1, numRuns: 60 }).find(({ runs }) => runs.length === 4);
    if (example === undefined) throw new Error('there is a case of four runs');
    const shrinks = [...cases().shrink(example, undefined).take(5)].map(({ value }) => value);
    expect(shrinks.slice(0, 4).map(({ runs }) => runs)).toEqual(example.runs.map((run) => [run]));
    expect(shrinks.slice(0, 4).every(({ program }) => program === example.program)).toBe(true);
    expect(instructionCount(shrinks[4]?.program ?? example.program)).toBeLessThan(instructionCount(example.program));
  });

  it('cases prints a counterexample as the file it is', () => {
    const [one] = fc.sample(cases(), { seed: 5, numRuns: 1 });
    const read = readCase(fc.stringify(one).trimStart());
    expect(read.ok && read.case.runs).toEqual(one?.runs);
  });

  it('cases shrinks a case given as an example, and nothing else', () => {
    const [example] = fc.sample(cases({ runs: 2 }), { seed: 6, numRuns: 1 });
    if (example === undefined) throw new Error('there is a case');
    expect(instructionCount(shrunkFrom(example, () => false).program)).toBe(1);
    expect(cases().canShrinkWithoutContext({ runs: [], program: 7 })).toBe(false);
  });
});

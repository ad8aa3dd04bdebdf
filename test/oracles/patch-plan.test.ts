/** Plans that are drawn: every sort of step, always ones that fit, by the random numbers alone. */
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../generators/profile.js';
import { drawPlan } from '../../oracles/patch-plan.js';
import { formatPlan, stepProblem } from '../../src/patch/plan.js';
import { sample } from '../generators/sample.js';
import { programOf } from '../src/subjects/states.js';

const programs = sample(PROFILES['deep-calls'], 60, 'plans').map(({ program }) => program);
const drawn = programs.flatMap((program, index) =>
  [0, 1, 2].map((nth) => ({ program, plan: drawPlan(program, seedrandom.alea(`${index}/${nth}`)) })),
);

describe('drawPlan', () => {
  it('drawPlan draws at least one step, and only steps that fit, blinding last', () => {
    for (const { program, plan } of drawn) {
      expect(plan.length).toBeGreaterThan(0);
      for (const step of plan) expect(stepProblem(program, step)).toBeUndefined();
      expect(plan.findIndex(({ do: what }) => what === 'blind')).toBeOneOf([-1, plan.length - 1]);
    }
  });

  it('drawPlan draws every sort of step, in front of frames, around and behind, and R6 to R9', () => {
    const words = drawn.map(({ plan }) => formatPlan(plan)).join(', ');
    for (const word of ['before', 'around', 'after', 'entry', 'split', 'remove dead', 'remove nops', 'blind']) {
      expect(words).toContain(word);
    }
    for (const filler of ['r6', 'r9', 'goto']) expect(words).toMatch(new RegExp(`\\d ${filler}\\b`));
  });

  it('drawPlan depends on the random numbers alone', () => {
    const [program] = programs;
    if (program === undefined) throw new Error('no program');
    const again = (seed: string) => formatPlan(drawPlan(program, seedrandom.alea(seed)));
    expect(again('a')).toBe(again('a'));
    expect(new Set(['a', 'b', 'c', 'd'].map(again)).size).toBeGreaterThan(1);
  });

  it('drawPlan finds something to do with the smallest program', () => {
    const least = programOf('main:\n    exit\n');
    for (const number of [0, 0.3, 0.999]) expect(drawPlan(least, () => number).length).toBeGreaterThan(0);
  });
});

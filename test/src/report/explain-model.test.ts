/** Tests of the whole explanation as data. */
import { describe, expect, it } from 'vitest';
import { createJudge } from '../../../oracles/judge.js';
import { DEFAULT_FUEL } from '../../../src/case/case.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { caseOf, corpusCase, explain, statesOf, TWO_KINDS } from './explained.js';

const UNRUN = TWO_KINDS.replaceAll(/^;! run: .*\n/gm, '');

describe('explainCase', () => {
  it('explainCase tells the run lines in their order, or one of them', () => {
    const of = corpusCase('readme');
    expect(explain(of).worlds).toMatchObject({ from: 'run lines', count: 7 });
    expect(explain(of).worlds.stories.map(({ outcome }) => outcome)).toEqual([
      'throw 1',
      'exit 0',
      'exit 0',
      'throw 9',
      'stop',
      'stop',
      'fuel',
    ]);
    const one = explain(of, { world: 4 }).worlds;
    expect([one.count, one.stories.map(({ number, outcome }) => [number, outcome])]).toEqual([7, [[4, 'throw 9']]]);
  });

  it('explainCase explores the worlds of judge if there are no run lines', () => {
    const of = caseOf(UNRUN);
    const judged = createJudge({
      subjects: SUBJECTS,
      pruning: 'exact',
      stopAt: 'throw',
      worlds: 3,
      fuel: DEFAULT_FUEL,
      seed: 'x',
    }).judge(of.program);
    const { worlds } = explain(of, { worlds: 3, seed: 'x' });
    expect(worlds).toMatchObject({ from: 'explored', count: 3 });
    expect(worlds.stories.map(({ world }) => world)).toEqual(judged.truth.map(({ world }) => world));
  });

  it('explainCase agrees with the judge on every design', () => {
    const of = caseOf(TWO_KINDS);
    const judged = createJudge({
      subjects: SUBJECTS,
      pruning: 'exact',
      stopAt: 'throw',
      worlds: 0,
      fuel: DEFAULT_FUEL,
      seed: '1',
    }).judge(of.program, { worlds: of.runs.map(({ world }) => world) });
    const { designs, worlds } = explain(of);
    for (const { name, refusal } of designs) {
      const verdict = judged.subjects.get(name);
      expect(refusal).toEqual(verdict?.refusal);
      if (refusal !== undefined) continue;
      const told = worlds.stories.flatMap((story) => story.designs.filter(({ design }) => design === name));
      const wrong = told.find((each) => each.verdict !== 'right');
      expect(wrong?.verdict ?? 'agree').toBe(verdict?.verdict);
    }
  });

  it('explainCase narrows to subjects', () => {
    const chosen = explain(caseOf(TWO_KINDS), {
      subjects: SUBJECTS.filter(({ name }) => name === 'frame-descriptors/sound'),
    });
    expect(chosen.designs.map(({ name }) => name)).toEqual(['frame-descriptors/sound']);
    const notes = chosen.listing.flatMap((line) => (line.is === 'instruction' ? line.notes : []));
    expect(new Set(notes.flatMap(({ by }) => by))).toEqual(new Set(['frame-descriptors/sound']));
  });

  it('explainCase walks as it is told: without pruning every path is a state', () => {
    const of = corpusCase('accept/loops/acquire-and-release');
    const paths = (pruning: 'off' | 'exact') =>
      statesOf(explain(of, { pruning })).throws.reduce((sum, table) => sum + table.paths, 0);
    expect(paths('off')).toBeGreaterThan(paths('exact'));
  });

  it('explainCase of a program that does not verify has the listing, the refusal and the truth, and explores nothing', () => {
    const of = corpusCase('refuse/verifier/release-twice');
    const told = explain(of);
    expect(told).toMatchObject({ refusal: { code: 'bad-argument', pc: 7 }, designs: [] });
    expect(told.states).toBeUndefined();
    expect(told.worlds.stories.map(({ outcome }) => outcome)).toEqual(['fault bad-release', 'exit 0']);
    expect(explain({ ...of, runs: [] }).worlds).toEqual({ from: 'explored', count: 0, stories: [] });
  });
});

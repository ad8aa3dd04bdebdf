/** What a kernel may do to any program: it behaves as before; pcs lead there and back; who does not depend on pcs stays right. */
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES, PROFILES } from '../../generators/profile.js';
import { compareRuns, digest } from '../../oracles/behaviour.js';
import { WorldExplorer } from '../../oracles/explore.js';
import { createJudge } from '../../oracles/judge.js';
import { Machine } from '../../oracles/machine/machine.js';
import { drawPlan } from '../../oracles/patch-plan.js';
import { fixedWorld } from '../../oracles/world.js';
import type { PatchPlan } from '../../src/contract/patch-plan.js';
import type { Program } from '../../src/isa/program.js';
import { formatPlan } from '../../src/patch/plan.js';
import { SUBJECTS } from '../../src/subjects/registry.js';
import { analyse } from '../../src/verify/walk.js';
import { sample } from '../generators/sample.js';
import { asItIs, checkedPass } from '../src/patch/checked-pass.js';

const FUEL = 20_000;

/** They move their pcs as the series does. */
const POSTED_PCS: readonly string[] = ['frame-descriptors/rfc-v1', 'frame-descriptors/rfc-v2', 'forced-spill/literal'];

const plansFor = (program: Program, index: number, count: number): readonly PatchPlan[] =>
  Array.from({ length: count }, (_, nth) => drawPlan(program, seedrandom.alea(`law/${index}/${nth}`)));

describe('any plan', () => {
  it.each(PROFILE_NAMES)('leaves outcome, trace, memory and ledger of a program as they were: %s', (name) => {
    const original = new Machine();
    const patched = new Machine();
    let compared = 0;
    let fewer = 0;
    for (const [index, { program }] of sample(PROFILES[name], 60, 'patching').entries()) {
      const { refusal, reached } = analyse(program, { pruning: 'exact' });
      if (refusal !== undefined) continue;
      original.load({ program });
      for (const plan of plansFor(program, index, 3)) {
        patched.load(checkedPass(asItIs(program), plan, reached));
        const explorer = new WorldExplorer(program, seedrandom.alea('worlds'), 6, FUEL);
        for (let source = explorer.next(); source !== undefined; source = explorer.next()) {
          original.run(source, FUEL);
          patched.run(fixedWorld(explorer.resolved()), FUEL);
          const [before, after] = [digest(original), digest(patched)];
          expect(compareRuns(before, { ...after, executed: before.executed }), formatPlan(plan)).toBeUndefined();
          // Only removed gotos cost nothing any more.
          if (after.executed < before.executed) fewer++;
          if (!formatPlan(plan).includes('nops')) expect(after.executed, formatPlan(plan)).toBe(before.executed);
          expect(after.executed).toBeLessThanOrEqual(before.executed);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
    expect(fewer).toBeLessThan(compared / 2);
  });

  it.each(PROFILE_NAMES)('leaves designs right that move their pcs rightly or have none: %s', (name) => {
    const subjects = SUBJECTS.filter(({ name: subject }) => !POSTED_PCS.includes(subject));
    const judge = createJudge({ subjects, pruning: 'exact', stopAt: 'throw', worlds: 6, fuel: FUEL, seed: 'law' });
    let judged = 0;
    for (const [index, { program }] of sample(PROFILES[name], 60, 'patching').entries()) {
      const judgement = judge.judge(program, { plans: plansFor(program, index, 4) });
      for (const [subject, { defect, evidence }] of judgement.subjects) {
        expect(defect, `${subject}: ${evidence?.detail}`).toBeUndefined();
      }
      judged += [...judgement.subjects.values()].filter(({ verdict }) => verdict === 'agree').length;
    }
    expect(judged).toBeGreaterThan(60);
  });
});

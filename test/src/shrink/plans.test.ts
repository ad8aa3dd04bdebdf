/** Plans while a finding shrinks: made small, and aimed at programs that have lost instructions. */
import { describe, expect, it } from 'vitest';
import type { PatchPlan, PatchStep } from '../../../src/contract/patch-plan.js';
import { formatPlan, stepProblem } from '../../../src/patch/plan.js';
import { aimedPlans, shrinkPlan, smallerPlans } from '../../../src/shrink/plans.js';
import { programOf } from '../subjects/states.js';

const insert = (pc: number, before: number, after: number, filler: 0 | 6 = 0): PatchStep => ({
  do: 'insert',
  pc,
  before,
  after,
  filler,
});
const PLAN: PatchPlan = [
  { do: 'remove', what: 'dead' },
  insert(4, 3, 2, 6),
  { do: 'entry', subprogram: 'sub', slots: 3, filler: 7 },
  { do: 'blind' },
];

const program = programOf(`
main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    call bpf_get_prandom_u32
    call sub
    call bpf_throw
    exit
sub:
    exit
`);

describe('smallerPlans', () => {
  it('smallerPlans drops a step or makes one smaller, never neither', () => {
    const size = (plan: PatchPlan) => formatPlan(plan).replace(/r\d/g, 'xx').length + plan.length;
    const plans = [...smallerPlans(PLAN)];
    expect(plans.map(formatPlan)).toContain('remove dead, around 4 3 2, entry sub 3 r7, blind');
    expect(plans.map(formatPlan)).toContain('remove dead, before 4 3 r6, entry sub 3 r7, blind');
    expect(plans.map(formatPlan)).toContain('remove dead, around 4 3 2 r6, entry sub 1 r7, blind');
    expect(new Set(plans.map(formatPlan)).size).toBe(plans.length);
    for (const plan of plans) {
      expect(formatPlan(plan)).not.toBe(formatPlan(PLAN));
      expect(size(plan)).toBeLessThanOrEqual(size(PLAN));
    }
    expect([...smallerPlans([insert(4, 1, 0)])]).toEqual([[]]);
  });
});

describe('shrinkPlan', () => {
  it('shrinkPlan keeps what is needed, and nothing else', () => {
    const asked: string[] = [];
    const needs = (plan: PatchPlan): boolean => {
      asked.push(formatPlan(plan));
      return plan.some((step) => step.do === 'insert' && step.before > 0 && step.filler === 6);
    };
    expect(formatPlan(shrinkPlan(PLAN, needs))).toBe('before 4 1 r6');
    expect(asked).not.toContain('');
    expect(shrinkPlan(PLAN, () => false)).toBe(PLAN);
  });
});

describe('aimedPlans', () => {
  it('aimedPlans keeps a plan that fits, then aims its steps at whatever a stopped frame can stand at', () => {
    expect(aimedPlans([insert(1, 1, 0)], program).map(formatPlan)).toEqual(['before 1 1', 'before 3 1', 'before 4 1']);
    expect(aimedPlans([{ do: 'blind' }], program).map(formatPlan)).toEqual(['blind']);
  });

  it('aimedPlans aims what does not fit any more: an instruction, a load, a subprogram', () => {
    const gone: PatchPlan = [
      insert(40, 1, 0),
      { do: 'split', pc: 40 },
      { do: 'entry', subprogram: 'old', slots: 1, filler: 0 },
    ];
    const plans = aimedPlans(gone, program);
    expect(plans.map(formatPlan)).toEqual([
      'before 3 1, split 1, entry main 1',
      'before 4 1, split 1, entry main 1',
      'before 3 1, split 1, entry sub 1',
    ]);
    for (const plan of plans) for (const step of plan) expect(stepProblem(program, step)).toBeUndefined();
  });

  it('aimedPlans has none where a step has no place, and never too many', () => {
    const bare = programOf('main:\n    r0 = 0\n    exit\n');
    expect(aimedPlans([{ do: 'split', pc: 0 }], bare)).toEqual([]);
    const long = programOf(`main:\n${'    call bpf_throw\n'.repeat(100)}    exit\n`);
    expect(aimedPlans([insert(0, 1, 0)], long).length).toBe(24);
  });
});

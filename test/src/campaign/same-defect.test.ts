/** Tests of the predicate of shrinking, with a judge made for the test. */
import { describe, expect, it } from 'vitest';
import type { Judge } from '../../../oracles/judge.js';
import type { SubjectVerdict } from '../../../oracles/judgement.js';
import type { World } from '../../../oracles/world.js';
import { plainestWorld, shiftedWorlds, showingOf, shows, shrinkFinding } from '../../../src/campaign/same-defect.js';
import type { PatchPlan } from '../../../src/contract/patch-plan.js';
import { type Program, rowAt } from '../../../src/isa/program.js';
import { pcsOf } from '../../../src/shrink/listing.js';
import { DEFECT, judgement, program, RFC, RIGHT, WRONG } from './samples.js';

/** Wrong exactly if `wrong` says so of the program and the worlds put in front; then with `verdict`. */
function judgeThat(wrong: (program: Program, first: readonly World[]) => boolean, verdict = WRONG): Judge {
  return {
    judge: (judged, focus = {}) => {
      const found = wrong(judged, focus.worlds ?? []) ? verdict : RIGHT;
      focus.until?.(RFC, found);
      return judgement({ [RFC]: found });
    },
  };
}

const throws = (judged: Program) => pcsOf(judged).some((pc) => rowAt(judged, pc)?.shape === 'call-kfunc');
const PROGRAM = program('main:\n    r6 = r1\n    r1 = 7\n    r2 = 8\n    call bpf_throw\n    r0 = 0\n    exit\n');
const WORLD: World = { cb: [5], draw: [], fail: [], fuel: 100_000 };
const FOUND = { subject: RFC, defect: DEFECT, world: WORLD, pruning: 'exact' } as const;

describe('shows', () => {
  it('shows compares the whole defect', () => {
    expect(shows(WRONG, DEFECT)).toBe(true);
    expect(shows(WRONG, DEFECT.replace('caller', 'thrower'))).toBe(false);
    expect(shows(RIGHT, DEFECT)).toBe(false);
    expect(shows(undefined, DEFECT)).toBe(false);
  });
});

describe('shiftedWorlds', () => {
  it('shiftedWorlds drops one choice each and moves the later ones up', () => {
    const world = { cb: [1], draw: [7n, 8n], fail: [1, 3], fuel: 9 };
    expect(shiftedWorlds(world)).toEqual([
      { ...world, draw: [8n] },
      { ...world, draw: [7n] },
      { ...world, fail: [2] },
      { ...world, fail: [1, 2] },
    ]);
  });
});

describe('showingOf', () => {
  it('showingOf judges one subject, with the worlds in front', () => {
    const asked: unknown[] = [];
    const judge: Judge = {
      judge: (_, focus) => {
        asked.push(focus?.subjects, focus?.worlds);
        return judgement({ [RFC]: RIGHT });
      },
    };
    expect(showingOf(judge, PROGRAM, RFC, DEFECT, [WORLD])).toBeUndefined();
    expect(asked).toEqual([[RFC], [WORLD]]);
  });

  it('showingOf takes the first world that shows it, whatever a later one does', () => {
    const worse: SubjectVerdict = { ...WRONG, verdict: 'leak' };
    const judge: Judge = {
      judge: (_, focus) => {
        const stop = [RIGHT, WRONG, worse].some((verdict) => focus?.until?.(RFC, verdict));
        return judgement({ [RFC]: stop ? WRONG : worse });
      },
    };
    expect(showingOf(judge, PROGRAM, RFC, DEFECT)).toBe(WRONG.evidence);
  });
});

describe('shrinkFinding', () => {
  it('shrinkFinding keeps only programs that verify', () => {
    const { program: small, ended } = shrinkFinding(judgeThat(throws), PROGRAM, FOUND);
    expect(ended).toBe('minimal');
    // bpf_throw needs its argument and R0 is unreadable after it.
    expect(pcsOf(small).length).toBeGreaterThan(2);
  });

  it('shrinkFinding names the world in which the smallest program shows the defect', () => {
    const { world } = shrinkFinding(judgeThat(throws), PROGRAM, FOUND);
    // The world of the evidence, made plain: to this judge worlds do not matter.
    expect(world.fuel).toBe(WRONG.evidence?.world.fuel);
    expect(world.fail).toEqual([]);
    expect(
      shrinkFinding(
        judgeThat(() => false),
        PROGRAM,
        FOUND,
      ).world,
    ).toBe(WORLD);
  });
});

describe('shrinkFinding of a patched program', () => {
  const EVIDENCE = WRONG.evidence;
  const BLIND = { do: 'blind' } as const;
  const FRONT = { do: 'insert', pc: 3, before: 2, after: 0, filler: 6 } as const;

  /** Wrong if a plan puts something in front of the throw. */
  function judgeOfPlans(asked: (readonly PatchPlan[] | undefined)[]): Judge {
    return {
      judge: (judged, focus = {}) => {
        asked.push(focus.plans);
        const at = pcsOf(judged).find((pc) => rowAt(judged, pc)?.shape === 'call-kfunc');
        const plan = focus.plans?.find((steps) => steps.some((step) => step.do === 'insert' && step.pc === at));
        const found =
          plan === undefined || EVIDENCE === undefined ? RIGHT : { ...WRONG, evidence: { ...EVIDENCE, patches: plan } };
        focus.until?.(RFC, found);
        return judgement({ [RFC]: found });
      },
    };
  }

  it('shrinkFinding makes the plan small and lets it follow the throw to its new pc', () => {
    const { program: small, patches } = shrinkFinding(judgeOfPlans([]), PROGRAM, { ...FOUND, patches: [FRONT, BLIND] });
    const at = pcsOf(small).find((pc) => rowAt(small, pc)?.shape === 'call-kfunc');
    expect(at).toBeLessThan(3);
    expect(patches).toEqual([{ do: 'insert', pc: at, before: 1, after: 0, filler: 0 }]);
  });

  it('shrinkFinding of a finding without patches asks for none', () => {
    const asked: (readonly PatchPlan[] | undefined)[] = [];
    const { patches } = shrinkFinding(judgeOfPlans(asked), PROGRAM, FOUND);
    expect(patches).toBeUndefined();
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every((plans) => plans?.length === 0)).toBe(true);
  });
});

describe('plainestWorld', () => {
  const world: World = { cb: [7, 9, 3], draw: [5n, 6n], fail: [1, 4], fuel: 100 };

  it('plainestWorld zeroes what is not needed, and fails no acquire that need not fail', () => {
    const needs = ({ cb, fail }: World) => (cb[1] ?? 0) > 0 && fail.includes(4);
    expect(plainestWorld(world, needs)).toEqual({ cb: [0, 1, 0], draw: [0n, 0n], fail: [4], fuel: 100 });
  });

  it('plainestWorld keeps a world in which everything matters', () => {
    const all = (each: World) => JSON.stringify(each, big) === JSON.stringify(world, big);
    expect(plainestWorld(world, all)).toEqual(world);
  });
});

const big = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value);

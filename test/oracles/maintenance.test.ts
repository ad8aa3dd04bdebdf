/** Patched runs: what they compare, in which worlds, and what they say about designs that keep pcs. */
import { describe, expect, it } from 'vitest';
import { digest } from '../../oracles/behaviour.js';
import { HarnessBug } from '../../oracles/harness-bug.js';
import { createJudge, type Focus } from '../../oracles/judge.js';
import type { SubjectVerdict } from '../../oracles/judgement.js';
import { Machine } from '../../oracles/machine/machine.js';
import { Maintenance } from '../../oracles/maintenance.js';
import { fixedWorld, type World } from '../../oracles/world.js';
import type { PatchPlan } from '../../src/contract/patch-plan.js';
import type { PcMap } from '../../src/contract/prepared.js';
import type { StoppedView, UnwindStep } from '../../src/contract/unwind.js';
import { identityMap } from '../../src/patch/patch.js';
import { unchangedCost } from '../../src/subjects/cost.js';
import type { Prepared, Subject } from '../../src/subjects/subject.js';
import { analyse } from '../../src/verify/walk.js';
import { programOf } from '../src/subjects/states.js';

// A task in r6 unless the acquire fails; a throw at pc 6 unless cb[0] is 0; what follows it is dead.
const program = programOf(`
main:
    r7 = *(u32 *)(r1 + 48)
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    if r7 == 0 goto calm
    r1 = 7
    call bpf_throw
    r0 = 5
    exit
calm:
    r0 = 0
    if r6 == 0 goto done
    r1 = r6
    call bpf_task_release
    r0 = 0
done:
    exit
`);
const THROW = 6;
const worldOf = (cb: number, fail: readonly number[] = []): World => ({ cb: [cb], draw: [], fail, fuel: 1000 });

/** Releases r6 of a frame that stands at `pc`, if it is not 0. */
const releaseAt =
  (pc: number | undefined) =>
  ({ frames, trampoline }: StoppedView): UnwindStep[] =>
    frames[0]?.pc !== pc || trampoline[0] === 0n
      ? []
      : [
          {
            do: 'release',
            frame: 0,
            from: { in: 'register', register: 6 },
            address: trampoline[0],
            destructor: 'bpf_task_release',
            because: 'test',
          },
        ];

/** A design that knows the pc of the throw; `over` changes what it prepares. */
function keeping(over: Partial<Prepared> = {}): Subject {
  return {
    name: 'keeping',
    stops: 'throw',
    prepare: ({ program: of, analysis }) => ({
      ok: true,
      program: of,
      pcMap: identityMap(of),
      cost: unchangedCost(of, analysis.stackDepth, 0),
      reserved: of.subprograms.map(() => 0),
      intrinsics: [],
      unwind: releaseAt(THROW),
      describe: () => [],
      ...over,
    }),
  };
}

const BEFORE: PatchPlan = [{ do: 'insert', pc: THROW, before: 2, after: 0, filler: 0 }];
const HARMLESS: PatchPlan = [{ do: 'insert', pc: THROW, before: 0, after: 2, filler: 0 }];
const right: Partial<Prepared> = { maintain: ({ pcMap }) => releaseAt(pcMap.toPrepared[THROW]) };

function verdictOf(subject: Subject, focus: Focus = {}, patches = false): SubjectVerdict | undefined {
  const options = { pruning: 'exact', stopAt: 'throw', worlds: 8, fuel: 1000, seed: 'patched', patches } as const;
  return createJudge({ ...options, subjects: [subject] })
    .judge(program, focus)
    .subjects.get(subject.name);
}

describe('Maintenance', () => {
  it('Maintenance finds a design whose pcs do not follow, and shows plan, world and truth', () => {
    const found = verdictOf(keeping(), { plans: [BEFORE] });
    expect(found?.verdict).toBe('leak');
    expect(found?.defect).toEqual({
      verdict: 'leak',
      claim: 'patched',
      truth: 'unlisted',
      location: 'register',
      frame: 'thrower',
    });
    expect(found?.evidence).toMatchObject({ patches: BEFORE, pc: THROW, holds: ['task#1'], releases: [] });
    expect(found?.evidence?.detail).toBe(
      'right as verified; once patched: task#1, held in r6 of frame 0, was never released',
    );
  });

  it('Maintenance agrees with a design that moves its pcs, and with one whose pcs a plan does not move', () => {
    expect(verdictOf(keeping(right), { plans: [BEFORE, HARMLESS] })?.verdict).toBe('agree');
    expect(verdictOf(keeping(), { plans: [HARMLESS] })?.verdict).toBe('agree');
  });

  it('Maintenance asks a design that keeps no pcs for nothing', () => {
    const anywhere = (stopped: StoppedView) => releaseAt(stopped.frames[0]?.pc)(stopped);
    expect(verdictOf(keeping({ unwind: anywhere }), { plans: [BEFORE] })?.verdict).toBe('agree');
  });

  it('Maintenance takes the worst over all plans', () => {
    const twice = (stopped: StoppedView) => [...releaseAt(THROW)(stopped), ...releaseAt(THROW)(stopped)];
    const maintain: Prepared['maintain'] = ({ changes }) => (changes[0]?.do === 'patch' ? () => [] : twice);
    const plans: readonly PatchPlan[] = [BEFORE, [{ do: 'remove', what: 'nops' }]];
    const found = verdictOf(keeping({ maintain }), { plans });
    expect(found?.defect).toMatchObject({ verdict: 'double-release', claim: 'patched' });
    expect(found?.evidence?.patches).toBe(plans[1]);
  });

  it('Maintenance comes second: what a design does wrong without patches, in whatever world, is its verdict', () => {
    const twice = (stopped: StoppedView) => [...releaseAt(THROW)(stopped), ...releaseAt(THROW)(stopped)];
    const calm = (stopped: StoppedView) => (stopped.trampoline[1] === 2n ? [] : releaseAt(THROW)(stopped));
    const leaking = keeping({ unwind: calm, maintain: () => twice });
    const inWorlds = (...cb: readonly number[]) =>
      verdictOf(leaking, { plans: [HARMLESS], worlds: cb.map((word) => worldOf(word)), until: () => false });
    const found = inWorlds(1, 2);
    expect(found?.defect).toMatchObject({ verdict: 'leak', claim: 'nothing' });
    expect(found?.evidence?.patches).toBeUndefined();
    // In a world in which it is wrong anyway, nothing is said of the patched run.
    expect(inWorlds(2)?.defect).toMatchObject({ verdict: 'leak', claim: 'nothing' });
  });

  it('Maintenance runs a drawn plan if that is asked for, and none else', () => {
    const maintained: string[] = [];
    const maintain: Prepared['maintain'] = (pass) => {
      maintained.push('asked');
      return releaseAt(pass.pcMap.toPrepared[THROW]);
    };
    expect(verdictOf(keeping({ maintain }))?.verdict).toBe('agree');
    expect(maintained).toEqual([]);
    expect(verdictOf(keeping({ maintain }), {}, true)?.verdict).toBe('agree');
    expect(maintained).toEqual(['asked']);
  });

  it('Maintenance finds a rewrite that no longer behaves once it is patched', () => {
    // Its map says that the last `r0 = 0` serves an instruction that the verifier never reached.
    const wrong: Subject = {
      ...keeping(),
      prepare: (input) => {
        const own = keeping(right).prepare(input);
        if (!own.ok) return own;
        const copy = { ...input.program };
        const { toPrepared, toOriginal } = identityMap(copy);
        const serves = Int32Array.from({ length: copy.length }, (_, pc) => (pc === 13 ? 7 : pc));
        const pcMap: PcMap = { toPrepared, toOriginal, serves };
        return { ...own, program: copy, pcMap };
      },
    };
    const found = verdictOf(wrong, { plans: [[{ do: 'remove', what: 'dead' }]], worlds: [worldOf(0)] });
    expect(found?.defect).toMatchObject({ verdict: 'behaviour-differs', claim: 'patched', truth: 'difference' });
    expect(found?.evidence?.patches).toEqual([{ do: 'remove', what: 'dead' }]);
  });

  it('Maintenance takes a change of an original program for a bug of ours', () => {
    const original = new Machine();
    original.load({ program });
    original.run(fixedWorld(worldOf(0)), 1000);
    const reached = Uint8Array.from({ length: program.length }, (_, pc) => (pc === 13 ? 0 : 1));
    const maintenance = new Maintenance(new Map(), program, reached, [[{ do: 'remove', what: 'dead' }]], true);
    const prepared = keeping().prepare({ program, analysis: analyse(program, { pruning: 'exact' }), stopAt: 'throw' });
    if (!prepared.ok) throw new Error('refused');
    expect(() => maintenance.of('keeping', prepared).run(original, digest(original), worldOf(0))).toThrow(HarnessBug);
  });

  it('Maintenance chooses one throw with something at stake, one other run if wanted, and all that are asked for', () => {
    const original = new Machine();
    original.load({ program });
    const choose = (maintenance: Maintenance, world: World, asked = false, fuel = 1000): boolean => {
      original.run(fixedWorld(world), fuel);
      return maintenance.chooses(original, asked);
    };
    const reached = new Uint8Array(program.length).fill(1);
    const calm = new Maintenance(new Map(), program, reached, [BEFORE], true);
    expect([0, 0].map((cb) => choose(calm, worldOf(cb)))).toEqual([true, false]);
    expect([1, 1].map((cb) => choose(calm, worldOf(cb)))).toEqual([true, false]);
    expect(choose(calm, worldOf(1), true)).toBe(true);
    expect(choose(calm, worldOf(1), true, 2)).toBe(false);
    const keen = new Maintenance(new Map(), program, reached, [BEFORE], false);
    expect(choose(keen, worldOf(0))).toBe(false);
    expect(choose(keen, worldOf(1, [1]))).toBe(false);
    expect(choose(keen, worldOf(1))).toBe(true);
    expect(choose(new Maintenance(new Map(), program, reached, [], true), worldOf(1), true)).toBe(false);
  });
});

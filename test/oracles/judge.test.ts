import { describe, expect, it } from 'vitest';
import { createJudge, type JudgeOptions } from '../../oracles/judge.js';
import type { UnwindStep } from '../../src/contract/unwind.js';
import { insn } from '../../src/isa/insn.js';
import type { Program } from '../../src/isa/program.js';
import { identityMap, patch } from '../../src/patch/patch.js';
import { unchangedCost } from '../../src/subjects/cost.js';
import { subjectByName } from '../../src/subjects/registry.js';
import type { Prepared, Subject } from '../../src/subjects/subject.js';
import type { Pruning } from '../../src/verify/analysis.js';
import { analyse } from '../../src/verify/walk.js';
import { programOf } from '../src/subjects/states.js';

// Main holds a task in r6, its callee a cgroup in fp-8, unless cb[0] is 0; an acquire may fail.
const program = programOf(`
main:
    r7 = *(u32 *)(r1 + 48)
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    r1 = r7
    call inner
    if r6 == 0 goto done
    r1 = r6
    call bpf_task_release
done:
    r0 = 0
    exit
inner:
    r7 = r1
    r1 = 1
    call bpf_cgroup_from_id
    *(u64 *)(r10 - 8) = r0
    if r7 == 0 goto calm
    r1 = 7
    call bpf_throw
calm:
    r1 = *(u64 *)(r10 - 8)
    if r1 == 0 goto gone
    call bpf_cgroup_release
gone:
    r0 = 0
    exit
`);

type Place = { readonly frame: number; readonly fp?: number; readonly register?: number };
const TASK: Place = { frame: 0, register: 6 };
const CGROUP: Place = { frame: 1, fp: -8 };

function prepared(over: Partial<Prepared> & { readonly of: Program; readonly depths: readonly number[] }): Prepared {
  return {
    ok: true,
    program: over.of,
    pcMap: identityMap(over.of),
    cost: unchangedCost(over.of, over.depths, 0),
    reserved: over.of.subprograms.map(() => 0),
    intrinsics: [],
    unwind: () => [],
    describe: () => [],
    ...over,
  };
}

/** A design that releases what it is told, NULL excepted. `r6` of main is what inner's prologue pushed or the trampoline. */
function releasing(name: string, releases: readonly (readonly [Place, string])[]): Subject {
  return {
    name,
    stops: 'throw',
    prepare: ({ program: of, analysis }) =>
      prepared({
        of,
        depths: analysis.stackDepth,
        unwind: (stopped) =>
          releases.flatMap(([place, destructor]): UnwindStep[] => {
            const fp = stopped.frames[place.frame]?.fp ?? 0n;
            const address = place.fp === undefined ? stopped.trampoline[0] : stopped.load(fp + BigInt(place.fp));
            if (address === 0n) return [];
            const from =
              place.fp === undefined
                ? ({ in: 'register', register: place.register ?? 6 } as const)
                : ({ in: 'stack', offset: place.fp } as const);
            return [{ do: 'release', frame: place.frame, from, address, destructor, because: 'test' }];
          }),
      }),
  };
}

const right = releasing('right', [
  [CGROUP, 'bpf_cgroup_release'],
  [TASK, 'bpf_task_release'],
]);
const options = (subjects: readonly Subject[]): JudgeOptions => ({
  subjects,
  pruning: 'exact',
  stopAt: 'throw',
  worlds: 16,
  fuel: 1000,
  seed: 'judge',
});
const verdictOf = (subject: Subject, of = program) =>
  createJudge(options([subject]))
    .judge(of)
    .subjects.get(subject.name);

describe('createJudge', () => {
  it('agrees with a design that releases everything once', () => {
    expect(verdictOf(right)?.verdict).toBe('agree');
  });

  it.each([
    ['leak', releasing('s', [[CGROUP, 'bpf_cgroup_release']]), 'leak/nothing/unlisted/register/caller'],
    ['leak', releasing('s', [[TASK, 'bpf_task_release']]), 'leak/nothing/unlisted/stack/thrower'],
    [
      'double-release',
      releasing('s', [
        [CGROUP, 'bpf_cgroup_release'],
        [CGROUP, 'bpf_cgroup_release'],
        [TASK, 'bpf_task_release'],
      ]),
      'double-release/test/already-released/stack/thrower',
    ],
    [
      'wrong-destructor',
      releasing('s', [
        [CGROUP, 'bpf_task_release'],
        [TASK, 'bpf_task_release'],
      ]),
      'wrong-destructor/test/other-kind/stack/thrower',
    ],
    [
      'garbage-release',
      releasing('s', [
        [{ frame: 0, fp: -8 }, 'bpf_task_release'],
        [CGROUP, 'bpf_cgroup_release'],
        [TASK, 'bpf_task_release'],
      ]),
      'garbage-release/test/uninitialised/stack/caller',
    ],
  ] as const)('finds a %s and says of what kind', (verdict, subject, defect) => {
    const found = verdictOf(subject);
    expect(found?.verdict).toBe(verdict);
    const { defect: d, evidence } = found ?? {};
    expect(d && [d.verdict, d.claim, d.truth, d.location, d.frame].join('/')).toBe(defect);
    expect(evidence?.pc).toBe(17);
  });

  it.each([
    ['R0 at exit', 9, 1],
    ['the trace of calls', 1, 2],
  ] as const)('finds a rewrite that changes %s', (_, pc, imm) => {
    const meddling: Subject = {
      name: 'meddling',
      stops: 'throw',
      prepare: (input) => {
        const { program: of, analysis } = input;
        const own = right.prepare(input);
        if (!own.ok) return own;
        const edited = patch(of, [
          { do: 'replace', pc, insns: [insn('mov64', { dst: pc === 1 ? 1 : 0, operand: { imm } })] },
        ]);
        if (!edited.ok) return edited;
        const cost = unchangedCost(edited.program, analysis.stackDepth, 0);
        return prepared({
          of: edited.program,
          depths: analysis.stackDepth,
          pcMap: edited.pcMap,
          cost,
          unwind: own.unwind,
        });
      },
    };
    expect(verdictOf(meddling)?.verdict).toBe('behaviour-differs');
  });

  it('names who was right where another refuses', () => {
    const mainline = subjectByName('mainline');
    if (mainline === undefined) throw new Error('no mainline');
    const wrong = releasing('wrong', []);
    const judged = createJudge(options([mainline, right, wrong])).judge(program);
    expect(judged.subjects.get('mainline')).toMatchObject({
      verdict: 'refused',
      refusal: { code: 'held-reference' },
      curableBy: ['right'],
    });
  });

  it('gives every subject the verdict refused where the program does not verify', () => {
    const bad = programOf('main:\n    r0 = r3\n    exit\n');
    const judged = createJudge(options([right])).judge(bad);
    expect(judged.refusal?.code).toBe('uninitialised-register');
    expect(judged.subjects.get('right')?.verdict).toBe('refused');
    expect(judged.truth).toEqual([]);
  });

  it('says the same of the same program, and runs the worlds it is given first', () => {
    const once = createJudge(options([right])).judge(program);
    const again = createJudge(options([right])).judge(program);
    expect(again.truth).toEqual(once.truth);
    const world = { cb: [9, 0, 0, 0, 0], draw: [], fail: [2], fuel: 1000 };
    const focused = createJudge(options([right])).judge(program, { worlds: [world], until: () => true });
    expect(focused.truth).toEqual([{ world, outcome: 'throw 7', holds: ['task#1'] }]);
  });

  it('enumerates the worlds of a small program completely', () => {
    const judged = createJudge(options([right])).judge(program);
    expect(judged.stakes.enumerated).toBe(true);
    const ends = judged.truth.map(({ outcome, holds }) => `${outcome} [${holds.join()}]`);
    for (const end of [
      'exit 0 []',
      'throw 7 []',
      'throw 7 [task#1]',
      'throw 7 [cgroup#1]',
      'throw 7 [task#1,cgroup#2]',
    ]) {
      expect(ends).toContain(end);
    }
  });

  it('leaves a program that runs out of fuel inconclusive', () => {
    const judged = createJudge({ ...options([right]), fuel: 3 }).judge(program);
    expect(judged.subjects.get('right')?.verdict).toBe('inconclusive');
  });

  describe('with a pruning that hides throw states from the subjects', () => {
    // The register holds a task or a cgroup; nothing reads it before the throw.
    const merging = programOf(`
main:
    r6 = *(u32 *)(r1 + 48)
    r1 = 1
    if r6 == 0 goto group
    call bpf_task_from_pid
    r7 = r0
    goto both
group:
    call bpf_cgroup_from_id
    r7 = r0
both:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`);
    const sound = subjectByName('frame-descriptors/sound');
    const table = subjectByName('runtime-table/per-frame');
    if (sound === undefined || table === undefined) throw new Error('no such subject');
    const judged = (pruning: Pruning, of: Program, containment = true) =>
      createJudge({ ...options([sound, table]), pruning, containment }).judge(of);

    it('judges what they do with the rest, and the stakes by all', () => {
      for (const containment of [true, false]) {
        const exact = judged('exact', merging, containment);
        const pruned = judged('kernel-like-every', merging, containment);
        expect(exact.subjects.get('frame-descriptors/sound')?.verdict).toBe('merge-failure');
        expect(pruned.subjects.get('frame-descriptors/sound')?.verdict).toBe('wrong-destructor');
        expect(pruned.subjects.get('runtime-table/per-frame')?.verdict).toBe('agree');
        expect(pruned.stakes).toEqual(exact.stakes);
        expect(pruned.stakes.differingStates).toBe(true);
      }
    });

    it('leaves it to a complete walk what verifies', () => {
      const number = programOf(`
main:
    r6 = *(u32 *)(r1 + 48)
    r7 = 0
    if r6 == 0 goto other
    *(u64 *)(r10 - 8) = r7
    *(u8 *)(r10 - 7) = 1
    goto join
other:
    *(u64 *)(r10 - 8) = r10
join:
    r2 = *(u32 *)(r10 - 8)
    r0 = 0
    exit
`);
      expect(analyse(number, { pruning: 'kernel-like-every' }).refusal).toBeUndefined();
      expect(judged('kernel-like-every', number).refusal?.message).toBe('invalid size of register fill');
    });
  });
});

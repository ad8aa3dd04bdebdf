/** Landing pads as a subject. */
import { describe, expect, test } from 'vitest';
import { seededChoices } from '../../../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../../../generators/profile.js';
import { generate } from '../../../../generators/program.js';
import { parseProgram } from '../../../../src/asm/parse.js';
import type { StopAt } from '../../../../src/contract/prepared.js';
import { padAt } from '../../../../src/isa/cleanup.js';
import type { LandingPad } from '../../../../src/isa/program.js';
import { runKernelPass } from '../../../../src/patch/kernel-pass.js';
import { flawOfAnswer } from '../../../../src/subjects/flaws.js';
import { landingPads } from '../../../../src/subjects/landing-pads/landing-pads.js';
import { analyse } from '../../../../src/verify/walk.js';
import { releases, stoppedOf } from '../stopped.js';

/** main holds a task in r6 when it calls `guard`, at pc 3, which holds a cgroup in r6 when it throws, at pc 13. */
const TEXT = `main:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    call guard
    if r6 == 0 goto done
    r1 = r6
    call bpf_task_release
done:
    r0 = 0
    exit
guard:
    r1 = 1
    call bpf_cgroup_from_id
    r6 = r0
    r1 = 7
    call bpf_throw
    exit
task:
    if r6 == 0 goto resume
    r1 = r6
    call bpf_task_release
resume:
    r0 = 0
    exit
cgroup:
    if r6 == 0 goto resume
    r1 = r6
    call bpf_cgroup_release
    r0 = 0
    exit
`;
const TASK = { begin: 3, end: 4, pad: 15 };
const CGROUP = { begin: 13, end: 14, pad: 20 };

function prepare(pads: readonly LandingPad[], change = (text: string) => text, stopAt: StopAt = 'throw') {
  const text = pads.length === 0 ? (TEXT.split('task:\n')[0] ?? '') : TEXT;
  const parsed = parseProgram(change(text), { pads: pads.map((pad) => ({ pad, line: 1, column: 1 })) });
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  const { program } = parsed;
  const analysis = analyse(program, { pruning: 'exact' });
  expect(analysis.refusal).toBeUndefined();
  return { program, analysis, result: landingPads.prepare({ program, analysis, stopAt }) };
}

function accepted(pads: readonly LandingPad[], change = (text: string) => text) {
  const { program, analysis, result } = prepare(pads, change);
  if (!result.ok) throw new Error(result.refusal.message);
  return { program, analysis, result };
}

const STOPPED = stoppedOf([
  { subprogram: 0, pc: 3 },
  { subprogram: 1, pc: 13 },
]);

describe('landingPads', () => {
  test('landingPads runs the pad of each frame, innermost first', () => {
    const { program, result } = accepted([TASK, CGROUP]);
    expect(releases(result.unwind, STOPPED)).toEqual(['1 run 20', '0 run 15']);
    expect(result.program.length).toBe(program.length + 10);
    expect(result.cost).toMatchObject({ metadataBytes: 24, instructionsAdded: 10, stack: [0, 0] });
    expect(result.describe()).toEqual(['main 3: pad at 15', 'guard 13: pad at 20']);
    expect([result.pcMap.toOriginal[14], result.pcMap.toOriginal[15]]).toEqual([14, -1]);
  });

  test('landingPads has its pads moved by a kernel that patches the program', () => {
    const { analysis, result } = accepted([TASK, CGROUP]);
    const plan = [{ do: 'insert', pc: 3, before: 2, after: 1, filler: 0 }, { do: 'blind' }] as const;
    const pass = runKernelPass(result, plan, analysis.reached);
    if (pass === undefined) throw new Error('the patch fits');
    const [call = 0, thrown = 0, cgroup = 0, task = 0] = [3, 13, 20, 15].map((pc) => pass.pcMap.toPrepared[pc] ?? -1);
    const unwind = result.maintain?.(pass);
    if (unwind === undefined) throw new Error('it keeps pcs');
    const stopped = stoppedOf([
      { subprogram: 0, pc: call },
      { subprogram: 1, pc: thrown },
    ]);
    // Blinding puts two slots in front of the test that each pad begins with.
    expect(releases(unwind, stopped)).toEqual([`1 run ${cgroup - 2}`, `0 run ${task - 2}`]);
  });

  test('landingPads refuses what holds something and has no pads, and stops elsewhere', () => {
    expect(prepare([]).result).toMatchObject({ ok: false, refusal: { code: 'no-pads', pc: 13 } });
    expect(prepare([TASK, CGROUP], undefined, 'anywhere').result).toMatchObject({
      ok: false,
      refusal: { code: 'unsupported-stop' },
    });
  });

  test('landingPads takes a program as it is that holds nothing at a throw', () => {
    const parsed = parseProgram('main:\n    r1 = 7\n    call bpf_throw\n    exit');
    if (!parsed.ok) throw new Error('it has a form');
    const { program } = parsed;
    const result = landingPads.prepare({ program, analysis: analyse(program, { pruning: 'exact' }), stopAt: 'throw' });
    expect(result.ok && [result.program === program, releases(result.unwind, STOPPED)]).toEqual([true, []]);
  });

  test.each<[string, readonly LandingPad[], string, string, string]>([
    ['leaves something', [TASK], '', '', 'unwinding ends in unreleased-reference'],
    [
      'is not there for the caller',
      [{ ...TASK, begin: 4, end: 5 }, CGROUP],
      '',
      '',
      'unwinding ends in unreleased-reference',
    ],
    ['releases another kind', [TASK, { ...CGROUP, pad: 15 }], '', '', 'bad-argument at 17'],
    [
      'releases what may be NULL',
      [TASK, CGROUP],
      '    if r6 == 0 goto resume\n    r1 = r6\n    call bpf_cgroup',
      '    r1 = r6\n    call bpf_cgroup',
      'bad-argument',
    ],
    [
      'reads R0',
      [TASK, CGROUP],
      'cgroup:\n    if r6 == 0',
      'cgroup:\n    if r0 == 0',
      'the pad at 20 reads a scratch register',
    ],
    [
      'does not end',
      [TASK, CGROUP],
      'cgroup:\n    if r6 == 0 goto resume',
      'cgroup:\n    r7 = 0\nagain:\n    if r6 == 0 goto again',
      'infinite-loop at 21',
    ],
  ])('landingPads refuses a pad that %s', (_, pads, from, to, words) => {
    const { result } = prepare(pads, (text) => text.replace(from, to));
    if (result.ok) throw new Error('accepted');
    expect(result.refusal).toMatchObject({ code: 'pad-rejected', pc: 13 });
    expect(result.refusal.message).toContain(words);
  });

  test('landingPads counts the stack that only a pad uses', () => {
    const { result } = accepted([TASK, CGROUP], (text) =>
      text.replace('cgroup:\n', 'cgroup:\n    *(u64 *)(r10 - 24) = 0\n'),
    );
    expect(result.cost.stack).toEqual([0, 24]);
  });

  test('landingPads accepts nearly all generated programs, and all pads that generators emit', () => {
    let refused = 0;
    let all = 0;
    for (const profile of PROFILE_NAMES) {
      for (let index = 0; index < 80; index++) {
        const { program } = generate(seededChoices('landing', index), PROFILES[profile]);
        const analysis = analyse(program, { pruning: 'exact' });
        all++;
        const input = { program, analysis, stopAt: 'throw' } as const;
        const result = landingPads.prepare(input);
        expect(flawOfAnswer(result, input)).toBeUndefined();
        if (result.ok) continue;
        refused++;
        expect(padAt(program, result.refusal.pc)).toBeUndefined();
      }
    }
    // A throw that several places jump to, with different things held.
    expect(refused / all).toBeLessThan(0.03);
  });
});

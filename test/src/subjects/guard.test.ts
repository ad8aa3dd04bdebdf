/** The guard: what a subject from outside does wrong is its failure, with its name, its module, and the place. */
import { describe, expect, it } from 'vitest';
import { createJudge } from '../../../oracles/judge.js';
import { Machine } from '../../../oracles/machine/machine.js';
import { fixedWorld } from '../../../oracles/world.js';
import type { Unwind } from '../../../src/contract/prepared.js';
import type { Program } from '../../../src/isa/program.js';
import { runKernelPass } from '../../../src/patch/kernel-pass.js';
import { identityMap } from '../../../src/patch/patch.js';
import { SubjectFailure } from '../../../src/subjects/failure.js';
import { guardSubject } from '../../../src/subjects/guard.js';
import { SUBJECTS } from '../../../src/subjects/registry.js';
import { perFrame } from '../../../src/subjects/runtime-table/runtime-table.js';
import type { Prepared, Subject } from '../../../src/subjects/subject.js';
import { analyse } from '../../../src/verify/walk.js';
import { acceptingAll, loadedOne } from './modules.js';
import { programOf } from './states.js';

const PROGRAM = programOf('main:\n    r1 = 7\n    call bpf_throw\n    exit\n');

function prepare(subject: Subject, program: Program = PROGRAM) {
  return subject.prepare({ program, analysis: analyse(program, { pruning: 'exact' }), stopAt: 'throw' });
}

function accepted(subject: Subject): Prepared {
  const answer = prepare(subject);
  if (!answer.ok) throw new Error(answer.refusal.message);
  return answer;
}

/** Runs the program up to its throw and takes all steps of an unwinding. */
function unwound(unwind: Unwind) {
  const machine = new Machine();
  machine.load({ program: PROGRAM });
  machine.run(fixedWorld({ cb: [], draw: [], fail: [], fuel: 100 }), 100);
  return Array.from(unwind(machine.stopped()));
}

function failureOf(act: () => unknown): SubjectFailure {
  try {
    act();
  } catch (error) {
    if (error instanceof SubjectFailure) return error;
    throw error;
  }
  return expect.unreachable('nothing failed');
}

describe('guardSubject', () => {
  it('guardSubject changes nothing for a subject that is right', () => {
    const options = { pruning: 'exact', stopAt: 'throw', worlds: 8, fuel: 1000, seed: '1' } as const;
    const program = programOf(`
main:
    r1 = 0
    call bpf_task_from_pid
    r7 = r0
    if r7 == 0 goto done
    r1 = 7
    call bpf_throw
done:
    r0 = 0
    exit
`);
    const plain = createJudge({ ...options, subjects: SUBJECTS }).judge(program);
    const guarded = createJudge({ ...options, subjects: SUBJECTS.map((each) => guardSubject(each)) }).judge(program);
    expect(guarded).toEqual(plain);
    expect(prepare(guardSubject(perFrame), program)).toMatchObject({ ok: true, reserved: [16] });
  });

  it('guardSubject reports what prepare throws, with program and place', async () => {
    const subject = await loadedOne(
      acceptingAll('mine/x', '', "if (program.length < 9) throw new TypeError('too short');"),
    );
    const failure = failureOf(() => prepare(subject));
    expect(failure).toMatchObject({ subject: 'mine/x', work: 'prepare', program: PROGRAM });
    expect(failure.words.what).toBe('TypeError: too short');
    expect(failure.words.where).toMatch(/mine-\d+\.mjs:\d+:\d+$/);
    expect(failure.message).toContain('mine/x failed in prepare: TypeError: too short (at ');
  });

  it('guardSubject reports an answer of the wrong shape', async () => {
    const subject = await loadedOne(acceptingAll('mine/x', 'reserved: [7],'));
    expect(failureOf(() => prepare(subject)).words.what).toContain('reserved: expected 1 multiples of 8');
  });

  it('guardSubject reports a subject that changes the program it is given', async () => {
    const subject = await loadedOne(acceptingAll('mine/x', '', 'program.imm[0]++;'));
    const own = programOf('main:\n    r1 = 7\n    call bpf_throw\n    exit\n');
    expect(failureOf(() => prepare(subject, own)).words.what).toBe('it changed the program that it was given');
  });

  it.each([
    ['throws at once', "unwind() { throw 'no'; },", 'it threw no'],
    ['throws after a step', "*unwind() { yield step; throw new Error('later'); },", 'Error: later'],
    ['gives no steps', 'unwind: () => undefined,', 'TypeError'],
    [
      'gives a wrong step',
      '*unwind() { yield step; yield { ...step, frame: 1 }; },',
      'step 1: frame: expected one of 1 frames',
    ],
    ['never ends', '*unwind() { for (;;) yield step; },', 'it does not end: 10000 steps'],
  ])('guardSubject reports an unwinder that %s', async (_, changes, words) => {
    const step =
      "const step = { do: 'release', frame: 0, from: { in: 'table', index: 0 }, address: 0n, destructor: 'x', because: 'y' };";
    const subject = await loadedOne(acceptingAll('mine/x', changes, step));
    const { unwind } = accepted(subject);
    const failure = failureOf(() => unwound(unwind));
    expect(failure.work).toBe('unwind');
    expect(failure.words.what).toContain(words);
  });

  it('guardSubject reports what describe and inserted calls do', async () => {
    const subject = await loadedOne(acceptingAll('mine/x', "describe: () => ['a\\nb'],"));
    expect(failureOf(() => accepted(subject).describe())).toMatchObject({ work: 'describe' });
    const throwing = await loadedOne(acceptingAll('mine/x', 'describe() { return missing; },'));
    expect(failureOf(() => accepted(throwing).describe()).words.what).toContain('ReferenceError');
    const table: Subject = {
      ...perFrame,
      prepare(input) {
        const answer = perFrame.prepare(input);
        if (!answer.ok) return answer;
        const intrinsics = answer.intrinsics.map((each) => ({
          ...each,
          run: () => {
            throw new RangeError('full');
          },
        }));
        return { ...answer, intrinsics };
      },
    };
    const program = programOf(`
main:
    r1 = 0
    call bpf_task_from_pid
    r7 = r0
    if r7 == 0 goto done
    r1 = 7
    call bpf_throw
done:
    r0 = 0
    exit
`);
    const judge = createJudge({
      subjects: [guardSubject(table)],
      pruning: 'exact',
      stopAt: 'throw',
      worlds: 2,
      fuel: 100,
      seed: '1',
    });
    const failure = failureOf(() => judge.judge(program));
    expect(failure).toMatchObject({ work: 'an inserted call', words: { what: 'RangeError: full' } });
  });

  it('guardSubject passes on what a subject knows, and reports what it gets wrong', async () => {
    const input = { program: PROGRAM, analysis: analyse(PROGRAM, { pruning: 'exact' }), stopAt: 'throw' } as const;
    for (const subject of SUBJECTS) {
      const told = (known: unknown) => JSON.stringify(known);
      expect(told(guardSubject(subject).know?.(input))).toBe(told(subject.know?.(input)));
    }
    const knowing = (answer: string) =>
      loadedOne(acceptingAll('mine/x').replace("stops: 'throw',", `stops: 'throw', know: () => (${answer}),`));
    const failing = await knowing('missing');
    expect(failureOf(() => failing.know?.(input))).toMatchObject({ work: 'know' });
    const wrong = await knowing("{ is: 'descriptors', sites: [], leavesUnlisted: 0 }");
    expect(failureOf(() => wrong.know?.(input)).words.what).toContain('leavesUnlisted: expected true or false');
    const table = await knowing("{ is: 'tables', tables: [], types: [], read: () => 3 }");
    const knowledge = table.know?.(input);
    if (knowledge?.is !== 'tables') throw new Error('it knows tables');
    expect(failureOf(() => knowledge.read(1n, 2n, 3n)).words.what).toBe(
      'read: expected { address, type, alias }, found 3',
    );
  });

  it('guardSubject reports what a subject gets wrong about a patched program', async () => {
    const pass = runKernelPass(
      { program: PROGRAM, pcMap: identityMap(PROGRAM) },
      [{ do: 'insert', pc: 0, before: 3, after: 0, filler: 0 }],
      [1, 1, 1],
    );
    if (pass === undefined) throw new Error('the patch fits');
    expect(accepted(guardSubject(perFrame)).maintain).toBeUndefined();
    const throwing = accepted(await loadedOne(acceptingAll('mine/x', "maintain() { throw new Error('moved'); },")));
    expect(failureOf(() => throwing.maintain?.(pass))).toMatchObject({
      work: 'maintain',
      words: { what: 'Error: moved' },
    });
    const nothing = accepted(await loadedOne(acceptingAll('mine/x', 'maintain: () => 3,')));
    expect(failureOf(() => nothing.maintain?.(pass)).words.what).toBe('expected an unwinder, found 3');
    const wrong = accepted(await loadedOne(acceptingAll('mine/x', 'maintain: () => () => [7],')));
    const unwind = wrong.maintain?.(pass);
    if (unwind === undefined) throw new Error('it has one');
    expect(failureOf(() => unwound(unwind))).toMatchObject({ work: 'unwind' });
    const none = await loadedOne(acceptingAll('mine/x', 'maintain: 3,'));
    expect(failureOf(() => accepted(none)).words.what).toBe('maintain: expected a function, found 3');
  });
});

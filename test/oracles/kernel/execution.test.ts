import { describe, expect, it } from 'vitest';
import type { Attempts } from '../../../oracles/kernel/attempts.js';
import { attemptsOf } from '../../../oracles/kernel/attempts.js';
import { compareRuns } from '../../../oracles/kernel/execution.js';
import type { RunAnswer } from '../../../src/bridge/kernel/bpf.js';
import { openLoader, type RunningKernel } from '../../../src/bridge/kernel/load.js';
import { program } from '../machine/harness.js';

const running = await openLoader();

/** A kernel that answers every run so. */
const answering = (answer: RunAnswer | undefined): RunningKernel => ({
  translate: () => ({ ok: false, reason: 'unknown-kfunc', detail: '' }),
  load: () => ({ verdict: 'accepted' }),
  run: (_, contexts) => (answer === undefined ? undefined : contexts.map(() => answer)),
  count: () => ({ programs: 0, maps: 0, btf: 0 }),
  close: () => {},
});
const unknown: Attempts = { succeeds: () => undefined };
const CB = [1, 2, 3, 4, 0xffff_ffff];
/** R0 = cb[1] + 5; cb[0] becomes 9. */
const ADDS = 'main:\n r0 = *(u32 *)(r1 + 52)\n w0 += 5\n *(u32 *)(r1 + 48) = 9\n exit\n';
const compared = (text: string, answer: RunAnswer | undefined, attempts = unknown) =>
  compareRuns(answering(answer), attempts, program(text), [CB], 1000)?.[0];

describe('compareRuns', () => {
  it('compareRuns compares the lower half of R0, and the context as it was left', () => {
    const right = { ok: true, retval: 7, cb: [9, 2, 3, 4, 0xffff_ffff] } as const;
    expect(compared(ADDS, right)).toEqual({ result: 'agree' });
    expect(compared(ADDS, { ...right, retval: 8 })).toMatchObject({ result: 'disagree', ours: { retval: 7 } });
    expect(compared(ADDS, { ...right, cb: [1, 2, 3, 4, 0xffff_ffff] })).toMatchObject({ result: 'disagree' });
    expect(compared(ADDS, undefined)).toBeUndefined();
  });

  it.each([
    ['draws', 'main:\n call bpf_get_prandom_u32\n exit\n'],
    ['attempt', 'main:\n r1 = 1\n call bpf_task_from_pid\n r0 = 0\n exit\n'],
    ['unwritten', 'main:\n r0 = *(u64 *)(r10 - 8)\n r0 = 0\n exit\n'],
    ['fuel', 'main:\n r0 = 0\nl:\n r0 += 1\n if r0 < 5000 goto l\n exit\n'],
  ])('compareRuns: a run that depends on more is not compared: %s', (reason, text) => {
    expect(compared(text, { ok: true, retval: 0, cb: CB })).toEqual({ result: 'not-comparable', reason });
  });

  it('compareRuns: so is one that the kernel would not run', () => {
    expect(compared(ADDS, { ok: false, errno: 'EINVAL' })).toEqual({ result: 'not-comparable', reason: 'kernel' });
  });

  it('compareRuns: an attempt fails here if it does there', () => {
    const text = 'main:\n r1 = 1\n call bpf_cgroup_from_id\n if r0 == 0 goto l\n r0 = 3\nl:\n exit\n';
    const end = (retval: number) => ({ ok: true, retval, cb: CB }) as const;
    expect(compared(text, end(0), { succeeds: () => false })).toEqual({ result: 'agree' });
    expect(compared(text, end(3), { succeeds: () => true })).toEqual({ result: 'agree' });
    expect(compared(text, end(3), { succeeds: () => false })).toMatchObject({ result: 'disagree' });
  });

  it.skipIf(!running.ok)(
    'compareRuns: the running kernel computes what the machine does, and throws the cookie',
    () => {
      if (!running.ok) return;
      const { value: kernel } = running;
      const attempts = attemptsOf(kernel);
      const texts = [ADDS, 'main:\n r1 = *(u32 *)(r1 + 56)\n call bpf_throw\n exit\n'];
      for (const text of texts) {
        expect(compareRuns(kernel, attempts, program(text), [CB, [0, 0, 0, 0, 0]], 1000)).toEqual([
          { result: 'agree' },
          { result: 'agree' },
        ]);
      }
    },
  );
});

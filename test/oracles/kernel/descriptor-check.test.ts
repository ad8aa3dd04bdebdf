/** Tests of the descriptor check: against kernels that say what they are told to, and against the running one. */
import { afterAll, describe, expect, it } from 'vitest';
import { seededChoices } from '../../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import { checkDescriptors, transform } from '../../../oracles/kernel/descriptor-check.js';
import { type KernelLoader, type KernelVerdict, openLoader } from '../../../src/bridge/kernel/load.js';
import type { UnwindStep } from '../../../src/contract/unwind.js';
import { MAYBE_DYNPTR, planted, programOf, subjectOf, TWO_FRAMES } from './fixtures.js';

const sound = subjectOf('frame-descriptors/sound');
const dropsFirst = planted('drop', sound, function* (steps) {
  let first = true;
  for (const step of steps) {
    if (!first) yield step;
    first = false;
  }
});
const doublesFirst = planted('double', sound, function* (steps) {
  let first = true;
  for (const step of steps) {
    if (first) yield step;
    yield step;
    first = false;
  }
});
/** By destructor: another one, of a resource of another kind. */
const OTHER: Readonly<Record<string, string>> = {
  bpf_task_release: 'bpf_cgroup_release',
  bpf_cgroup_release: 'bpf_task_release',
  bpf_ringbuf_discard: 'bpf_sk_release',
  bpf_sk_release: 'bpf_ringbuf_discard',
  'bpf_obj_drop_impl(node)': 'bpf_obj_drop_impl(leaf)',
  'bpf_obj_drop_impl(leaf)': 'bpf_obj_drop_impl(node)',
};
const swapsAll = planted('swap', sound, function* (steps: Iterable<UnwindStep>) {
  for (const step of steps) {
    yield step.do === 'release' ? { ...step, destructor: OTHER[step.destructor] ?? step.destructor } : step;
  }
});

/** A kernel that gives one answer to everything. */
function kernelThatSays(verdict: KernelVerdict): KernelLoader {
  return {
    translate: () => ({ ok: true, image: { slots: new Uint8Array(8) } }),
    load: () => verdict,
    close: () => {},
  };
}

const refusing = (log: string) => kernelThatSays({ verdict: 'refused', errno: 'EACCES', log });

describe('checkDescriptors', () => {
  const program = programOf(TWO_FRAMES);

  it('checkDescriptors agrees with a kernel that says what our judge says', () => {
    expect(checkDescriptors(kernelThatSays({ verdict: 'accepted' }), sound, program)).toEqual({ is: 'agree-right' });
    expect(checkDescriptors(refusing('Unreleased reference id=2'), dropsFirst, program)).toMatchObject({
      is: 'agree-wrong',
      reason: 'leak',
      sameReason: true,
    });
    expect(checkDescriptors(refusing('R1 !read_ok'), dropsFirst, program)).toMatchObject({
      is: 'agree-wrong',
      reason: 'uninitialised',
      sameReason: false,
    });
  });

  it('checkDescriptors tells a disagreement, with what there is against the path that is refused', () => {
    expect(checkDescriptors(kernelThatSays({ verdict: 'accepted' }), dropsFirst, program)).toMatchObject({
      is: 'disagreement',
      class: 'kernel-accepts',
      parity: { kernel: 'accepted' },
    });
    expect(checkDescriptors(refusing('R1 !read_ok'), sound, program)).toMatchObject({
      is: 'disagreement',
      class: 'infeasible-path',
      evidence: 'all-worlds',
      parity: { kernel: 'refused', ours: 'accepted' },
    });
  });

  it('checkDescriptors has no verdict where the kernel fails or gives up', () => {
    const failed = kernelThatSays({ verdict: 'no-verdict', errno: 'EFAULT', log: 'verifier bug: x' });
    expect(checkDescriptors(failed, sound, program)).toEqual({ is: 'no-verdict', detail: 'EFAULT: verifier bug: x' });
    expect(checkDescriptors(refusing('BPF program is too large. Processed 1000001 insn'), sound, program).is).toBe(
      'no-verdict',
    );
  });

  it('checkDescriptors says what cannot be expressed, and what the subject refuses', () => {
    const accepting = kernelThatSays({ verdict: 'accepted' });
    const isOf = (name: string) => checkDescriptors(accepting, subjectOf(name), program);
    expect(isOf('mainline')).toEqual({ is: 'refused-by-subject' });
    expect(isOf('runtime-table/per-frame')).toMatchObject({ is: 'not-expressible', reason: 'rewritten' });
    expect(transform(sound, program)).toMatchObject({ is: 'programs' });
  });
});

const running = await openLoader();
afterAll(() => {
  if (running.ok) running.value.close();
});

const PROGRAMS = 60;
const generated = (index: number) =>
  generate(seededChoices('descriptors', index), PROFILES[PROFILE_NAMES[index % PROFILE_NAMES.length] ?? 'default'])
    .program;

describe('checkDescriptors and the running kernel', () => {
  it.skipIf(!running.ok)(
    'checkDescriptors: the kernel accepts right claims, and refuses each planted bug for its reason',
    () => {
      if (!running.ok) return;
      const { value } = running;
      const program = programOf(TWO_FRAMES);
      expect(checkDescriptors(value, sound, program)).toEqual({ is: 'agree-right' });
      expect(checkDescriptors(value, sound, programOf(MAYBE_DYNPTR))).toEqual({ is: 'agree-right' });
      const wrong = { is: 'agree-wrong', sameReason: true };
      expect(checkDescriptors(value, dropsFirst, program)).toMatchObject({ ...wrong, reason: 'leak' });
      expect(checkDescriptors(value, swapsAll, program)).toMatchObject({ ...wrong, reason: 'wrong-type' });
      expect(checkDescriptors(value, doublesFirst, program)).toMatchObject({ ...wrong, reason: 'no-resource' });
    },
  );

  it.skipIf(!running.ok).each([sound, subjectOf('frame-descriptors/rfc-v1'), dropsFirst, swapsAll, doublesFirst])(
    'checkDescriptors: on generated programs the kernel and our judge agree about $name',
    (subject) => {
      if (!running.ok) return;
      const counts = new Map<string, number>();
      for (let index = 0; index < PROGRAMS; index++) {
        const result = checkDescriptors(running.value, subject, generated(index));
        counts.set(result.is, (counts.get(result.is) ?? 0) + 1);
        if (result.is === 'disagreement') expect(result.class, `program ${index}`).not.toBe('kernel-accepts');
      }
      const count = (is: string) => counts.get(is) ?? 0;
      expect(count('agree-right') + count('agree-wrong')).toBeGreaterThan(0.7 * PROGRAMS);
      expect(count('disagreement')).toBeLessThan(0.1 * PROGRAMS);
      if (subject.name.startsWith('planted')) expect(count('agree-wrong')).toBeGreaterThan(0.2 * PROGRAMS);
      if (subject === sound) expect(count('agree-wrong')).toBe(0);
    },
    120_000,
  );
});

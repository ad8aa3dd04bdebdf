/** Tests of parity: every answer by a loader of the test, and agreement where there is a kernel. */
import { afterAll, describe, expect, it } from 'vitest';
import { seededChoices } from '../../../generators/choices.js';
import { nearMiss } from '../../../generators/near-miss.js';
import { PROFILE_NAMES, PROFILES } from '../../../generators/profile.js';
import { generate } from '../../../generators/program.js';
import { withoutThrows } from '../../../generators/without-throws.js';
import { parityOf } from '../../../oracles/kernel/parity.js';
import { parseProgram } from '../../../src/asm/parse.js';
import { type KernelLoader, type KernelVerdict, openLoader } from '../../../src/bridge/kernel/load.js';
import type { Program } from '../../../src/isa/program.js';
import { mainline } from '../../../src/subjects/mainline/mainline.js';
import type { Subject } from '../../../src/subjects/subject.js';

function program(body: string): Program {
  const parsed = parseProgram(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

const PLAIN = program('main:\n    r0 = 0\n    exit\n');
const UNREAD = program('main:\n    r0 = r3\n    exit\n');

/** Becomes 0 and stays that: where a walk gives it up, it may be 2. */
const CONVERGING = `main:
    r1 = 1
    *(u64 *)(r10 - 16) = r1
    r1 = r10
    r1 += -8
    r2 = 0
    w3 = 3
    call bpf_iter_num_new
l:
    r1 = r10
    r1 += -8
    call bpf_iter_num_next
    if r0 == 0 goto done
    r2 = *(u64 *)(r10 - 16)
    w2 s>>= 27
    *(u64 *)(r10 - 16) = r2
    goto l
done:
    r1 = r10
    r1 += -8
    call bpf_iter_num_destroy
    r1 = *(u64 *)(r10 - 16)
    if w1 == 2 goto bad
    r0 = 0
    exit
bad:
    r0 = r9
    exit
`;

function answering(verdict: KernelVerdict): KernelLoader {
  return {
    translate: () => ({ ok: true, image: { slots: new Uint8Array(8) } }),
    load: () => verdict,
    close: () => {},
  };
}

const refused = (log: string) => answering({ verdict: 'refused', errno: 'EACCES', log });
const said = (loader: KernelLoader, each: Program) => {
  const parity = parityOf(loader, mainline, each);
  if (parity.is === 'disagreement') return parity.what;
  return parity.is === 'not-comparable' ? parity.reason : parity.is;
};

describe('parityOf', () => {
  it('parityOf compares verdict, pc and reason, in this order', () => {
    const accepts = answering({ verdict: 'accepted' });
    expect(said(accepts, PLAIN)).toBe('accepted');
    expect(said(accepts, UNREAD)).toBe('verdict');
    expect(said(refused('0: (bf) r0 = r3\nR3 !read_ok\n'), PLAIN)).toBe('verdict');
    expect(said(refused('0: (bf) r0 = r3\nR3 !read_ok\n'), UNREAD)).toBe('refused');
    expect(said(refused('1: (95) exit\nR3 !read_ok\n'), UNREAD)).toBe('pc');
    expect(said(refused('0: (bf) r0 = r3\ndiv by zero\n'), UNREAD)).toBe('reason');
    expect(said(refused('0: (bf) r0 = r3\nwords that nobody knows\n'), UNREAD)).toBe('reason');
  });

  it('parityOf: an endless loop may be found at another of its instructions, and at no other', () => {
    const loops = program('main:\n    goto l1\nl1:\n    goto main\n');
    const at = (pc: number) => refused(`0: (05) goto pc+0\ninfinite loop detected at insn ${pc}\n`);
    expect(parityOf(at(0), mainline, loops)).toMatchObject({ is: 'refused' });
    expect(parityOf(at(0), mainline, loops)).not.toHaveProperty('elsewhere');
    expect(parityOf(at(1), mainline, loops)).toMatchObject({ is: 'refused', elsewhere: true });
    const behind = program('main:\n    r0 = 0\nl1:\n    goto l1\n');
    expect(said(at(0), behind)).toBe('pc');
  });

  it('parityOf judges as Linux 6.18 does: spills of every scalar, all fields of the context', () => {
    const accepts = answering({ verdict: 'accepted' });
    expect(said(accepts, program('main:\n    r0 = *(u32 *)(r1 + 0)\n    exit\n'))).toBe('accepted');
    expect(
      said(refused('0: (61) r0 = *(u32 *)(r1 +80)\n'), program('main:\n    r0 = *(u32 *)(r1 + 80)\n    exit\n')),
    ).toBe('reason');
  });

  it('parityOf: of several things that are wrong the kernel may name another one first', () => {
    const two = program(
      'main:\n    r2 = *(u32 *)(r1 + 48)\n    if r2 != 0 goto l4\n    r0 = r3\n    exit\nl4:\n    r0 = r4\n    exit\n',
    );
    const known = (text: string) => {
      const parity = parityOf(refused(text), mainline, two);
      return parity.is === 'disagreement' ? [parity.what, parity.known] : parity.is;
    };
    expect(known('2: (bf) r0 = r3\nR3 !read_ok\n')).toBe('refused');
    expect(known('4: (bf) r0 = r4\nR4 !read_ok\n')).toEqual(['pc', 'order-of-paths']);
    expect(known('4: (bf) r0 = r4\ndiv by zero\n')).toEqual(['pc', undefined]);
    expect(known('5: (95) exit\nR4 !read_ok\n')).toEqual(['pc', undefined]);
  });

  it('parityOf: scalars that ours gives up in a loop over an iterator, and the kernel keeps', () => {
    const parity = parityOf(answering({ verdict: 'accepted' }), mainline, program(CONVERGING));
    expect(parity).toMatchObject({ is: 'disagreement', what: 'verdict', known: 'iterator-widening' });
    const counting = program(CONVERGING.replace('w2 s>>= 27', 'r2 += 1'));
    expect(parityOf(answering({ verdict: 'accepted' }), mainline, counting)).toMatchObject({ known: undefined });
  });

  it('parityOf takes no failure of the kernel, and no limit, for a refusal', () => {
    const failed = (log: string) => answering({ verdict: 'no-verdict', errno: 'EFAULT', log });
    expect(said(failed('verifier bug: scc exit'), UNREAD)).toBe('no-verdict');
    expect(said(failed('0: (05) goto pc+0\nThe sequence of 8193 jumps is too complex.\n'), PLAIN)).toBe(
      'kernel-too-complex',
    );
    expect(said(refused('BPF program is too large. Processed 1000001 insn\n'), PLAIN)).toBe('kernel-too-complex');
  });

  it('parityOf does not put throws within loops to the kernel', () => {
    const loop =
      'main:\n    r6 = r1\nl:\n    r1 = 1\n    call bpf_throw\n    if r6 != 0 goto l\n    r0 = 0\n    exit\n';
    expect(said(refused(''), program(loop))).toBe('throw-in-loop');
    const foreign: KernelLoader = {
      ...refused(''),
      translate: () => ({ ok: false, reason: 'unknown-kfunc', detail: 'f' }),
    };
    expect(said(foreign, PLAIN)).toBe('unknown-kfunc');
  });
});

const running = await openLoader();
afterAll(() => {
  if (running.ok) running.value.close();
});

/** Accepts whatever verifies. */
const trusting: Subject = {
  ...mainline,
  name: 'trusting',
  prepare: (input) => mainline.prepare({ ...input, analysis: { ...input.analysis, throws: [] } }),
};

describe('parityOf with the running kernel', () => {
  it.skipIf(!running.ok)('parityOf: the running kernel keeps such a scalar', () => {
    if (running.ok) expect(parityOf(running.value, mainline, program(CONVERGING))).toMatchObject({ kernel: undefined });
  });

  it.skipIf(!running.ok).each(PROFILE_NAMES)('parityOf agrees on %s, with throws and without', (profile) => {
    if (!running.ok) return;
    let agreed = 0;
    let differed = 0;
    for (let index = 0; index < 150; index++) {
      const { program: generated } = generate(seededChoices('parity', index), PROFILES[profile]);
      for (const each of [generated, withoutThrows(generated)]) {
        if (each === undefined) continue;
        const { is } = parityOf(running.value, mainline, each);
        if (is === 'accepted' || is === 'refused') agreed++;
        else if (is === 'disagreement') differed++;
      }
    }
    expect(agreed).toBeGreaterThan(150);
    expect(differed).toBeLessThanOrEqual(1);
  });

  it.skipIf(!running.ok)('parityOf agrees on near misses, apart from known differences', () => {
    if (!running.ok) return;
    const counts = { agreed: 0, unknown: 0 };
    for (let index = 0; index < 400; index++) {
      const base = withoutThrows(generate(seededChoices('parity', index), PROFILES.default).program);
      const miss = base === undefined ? undefined : nearMiss(base, seededChoices('parity/miss', index));
      if (miss === undefined) continue;
      const parity = parityOf(running.value, mainline, miss.program);
      if (parity.is === 'accepted' || parity.is === 'refused') counts.agreed++;
      else if (parity.is === 'disagreement' && parity.known === undefined) counts.unknown++;
    }
    expect(counts.agreed).toBeGreaterThan(300);
    expect(counts.unknown).toBeLessThanOrEqual(2);
  });

  it.skipIf(!running.ok)('parityOf fails for a subject that accepts what is held at a throw', () => {
    if (!running.ok) return;
    let verdicts = 0;
    for (let index = 0; index < 40; index++) {
      const { program: each } = generate(seededChoices('parity', index), PROFILES.default);
      const parity = parityOf(running.value, trusting, each);
      if (parity.is === 'disagreement' && parity.kernel?.code === 'held-reference') verdicts++;
    }
    expect(verdicts).toBeGreaterThan(10);
  });
});

/** Tests of the loader: what becomes of a program on its way to a kernel, and, where there is one, what that says. */
import { afterAll, describe, expect, it } from 'vitest';
import { samplesOf } from '../../../../bench/sample.js';
import { judgeOptions } from '../../../../bench/stages.js';
import { createJudge } from '../../../../oracles/judge.js';
import { parseProgram } from '../../../../src/asm/parse.js';
import type { Bpf, BpfAnswer, ProgramImage } from '../../../../src/bridge/kernel/bpf.js';
import { loaderOf, openLoader } from '../../../../src/bridge/kernel/load.js';
import { mayThrowInLoop } from '../../../../src/cfg/throw-loops.js';
import { decodeSlots } from '../../../../src/isa/encode.js';
import type { Program } from '../../../../src/isa/program.js';
import { SETTINGS } from '../../campaign/samples.js';

function program(body: string, maps: Program['maps'] = [], types: Program['types'] = []): Program {
  const parsed = parseProgram(body, { maps, types });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

const RING = [{ name: 'events', type: 'ringbuf', size: 4096 }] as const;
const TYPES = [
  { name: 'leaf', size: 16 },
  { name: 'node', size: 24 },
];
const IDS = new Map([
  ['bpf_throw', 1001],
  ['bpf_task_from_pid', 1002],
  ['bpf_obj_new_impl', 1003],
  ['bpf_obj_drop_impl', 1004],
]);

/** A bpf(2) that gives descriptors 100, 101, … and answers loads as told. */
function fakeBpf(answer: BpfAnswer = { ok: true, fd: 1 }) {
  const seen = { rings: [] as number[], btfs: 0, loads: [] as ProgramImage[], closed: [] as number[], disposed: 0 };
  let next = 100;
  const bpf: Bpf = {
    loadProgram: (image) => {
      seen.loads.push(image);
      return answer;
    },
    loadBtf: () => {
      seen.btfs++;
      return { ok: true, fd: next++ };
    },
    createRing: (bytes) => {
      seen.rings.push(bytes);
      return bytes === 4096 ? { ok: true, fd: next++ } : { ok: false, errno: 'EINVAL', log: '' };
    },
    close: (fd) => void seen.closed.push(fd),
    testRun: () => ({ ok: false, errno: 'EINVAL' }),
    count: () => ({ programs: 0, maps: 0, btf: 0 }),
    dispose: () => {
      seen.disposed++;
    },
  };
  return { bpf, seen };
}

function imageOf(body: string, ...rest: [Program['maps']?, Program['types']?]) {
  const translated = loaderOf(fakeBpf().bpf, IDS).translate(program(body, ...rest));
  if (!translated.ok) throw new Error(translated.reason);
  const decoded = decodeSlots(translated.image.slots);
  if (!decoded.ok) throw new Error(decoded.message);
  return { slots: decoded.slots, btf: translated.image.btf };
}

describe('run', () => {
  const RESERVES = `main:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto none
    r1 = r0
    r2 = 0
    call bpf_ringbuf_discard
none:
    r0 = 0
    exit
`;

  it('run: one load for all contexts, and one with a ring buffer of its own for each', () => {
    const runs: unknown[] = [];
    const counted = (answer: BpfAnswer) => {
      const { bpf, seen } = fakeBpf(answer);
      const testRun = (fd: number, cb: readonly number[]) => {
        runs.push([fd, ...cb]);
        return { ok: true, retval: 0, cb } as const;
      };
      return { seen, kernel: loaderOf({ ...bpf, testRun }, IDS) };
    };
    const plain = counted({ ok: true, fd: 1 });
    expect(plain.kernel.run(program('main:\n    r0 = 0\n    exit\n'), [[1], [2], [3]])).toHaveLength(3);
    expect([plain.seen.loads.length, plain.seen.rings, plain.seen.closed]).toEqual([1, [], [1]]);
    const ringed = counted({ ok: true, fd: 1 });
    expect(ringed.kernel.run(program(RESERVES, RING), [[1], [2]])).toHaveLength(2);
    expect([ringed.seen.loads.length, ringed.seen.rings, ringed.seen.closed]).toEqual([
      2,
      [4096, 4096],
      [100, 1, 101, 1],
    ]);
    const refused = counted({ ok: false, errno: 'EACCES', log: '' });
    expect(refused.kernel.run(program(RESERVES, RING), [[1]])).toBeUndefined();
    expect(refused.seen.closed).toEqual([100]);
    expect(runs).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 1],
      [1, 2],
    ]);
  });
});

describe('loaderOf', () => {
  it('translate puts in this kernel’s ids of kfuncs and leaves helpers alone', () => {
    const { slots, btf } = imageOf('main:\n    call bpf_ktime_get_ns\n    r1 = r0\n    call bpf_throw\n    exit\n');
    expect(slots.map(({ imm }) => imm)).toEqual([5, 0, 1001, 0]);
    expect(slots[2]).toMatchObject({ code: 0x85, src: 2, off: 0 });
    expect(btf).toBeUndefined();
  });

  it('translate makes a ring once and puts in its descriptor', () => {
    const { bpf, seen } = fakeBpf();
    const loader = loaderOf(bpf, IDS);
    const uses = program('main:\n    r1 = map[events] ll\n    r2 = map[events] ll\n    r0 = 0\n    exit\n', RING);
    for (const _ of [1, 2]) {
      const translated = loader.translate(uses);
      if (!translated.ok) throw new Error(translated.reason);
      const view = new DataView(translated.image.slots.buffer);
      expect([view.getUint8(1), view.getInt32(4, true), view.getUint8(17)]).toEqual([0x11, 100, 0x12]);
    }
    expect(seen.rings).toEqual([4096]);
  });

  it('translate makes type ids plain constants, and BTF for those who allocate, once for the same types', () => {
    const body =
      'main:\n    r1 = type[node] ll\n    call bpf_obj_new_impl\n    call f\n    exit\nf:\n    r0 = 0\n    exit\n';
    const { slots, btf } = imageOf(body, [], TYPES);
    expect(slots[0]).toMatchObject({ code: 0x18, dst: 1, src: 0, imm: 2 });
    expect(btf?.functions).toEqual([
      { slot: 0, type: 6 },
      { slot: 5, type: 7 },
    ]);
    const { bpf, seen } = fakeBpf();
    const loader = loaderOf(bpf, IDS);
    for (const _ of [1, 2]) loader.translate(program(body, [], TYPES));
    loader.translate(program(body, [], [...TYPES, { name: 'other', size: 8 }]));
    expect(seen.btfs).toBe(2);
  });

  it('translate says what cannot be put to this kernel', () => {
    const loader = loaderOf(fakeBpf().bpf, IDS);
    const reason = (each: Program) => {
      const translated = loader.translate(each);
      return translated.ok ? 'ok' : `${translated.reason}: ${translated.detail}`;
    };
    expect(reason(program('main:\n    call bpf_task_release\n    exit\n'))).toBe('unknown-kfunc: bpf_task_release');
    expect(
      reason(program('main:\n    r1 = map[big] ll\n    exit\n', [{ name: 'big', type: 'ringbuf', size: 1 }])),
    ).toBe('declarations: big: EINVAL');
    const plain = program('main:\n    r0 = 0\n    exit\n');
    expect(reason(plain)).toBe('ok');
    const [main] = plain.subprograms;
    if (main === undefined) throw new Error('no main');
    expect(reason({ ...plain, subprograms: [main, { ...main, name: 'g', global: true }] })).toBe(
      'global-subprogram: g',
    );
    expect(reason({ ...plain, subprograms: Array.from({ length: 257 }, () => main) })).toMatch(/^too-large/);
    expect(reason({ ...plain, length: 40_000 })).toMatch(/^too-large/);
  });

  it('load closes what was accepted, and tells a refusal from a failure of the kernel', () => {
    const image = { slots: new Uint8Array(8) };
    const accepted = fakeBpf({ ok: true, fd: 9 });
    expect(loaderOf(accepted.bpf, IDS).load(image)).toEqual({ verdict: 'accepted' });
    expect(accepted.seen.closed).toEqual([9]);
    const said = (errno: string) => loaderOf(fakeBpf({ ok: false, errno, log: 'l' }).bpf, IDS).load(image);
    expect(said('EACCES')).toEqual({ verdict: 'refused', errno: 'EACCES', log: 'l' });
    for (const errno of ['EINVAL', 'E2BIG', 'EPERM']) expect(said(errno).verdict).toBe('refused');
    for (const errno of ['EFAULT', 'ENOMEM', 'EAGAIN', 'EMFILE']) expect(said(errno).verdict).toBe('no-verdict');
  });

  it('close lets go of everything', () => {
    const { bpf, seen } = fakeBpf();
    loaderOf(bpf, IDS).close();
    expect(seen.disposed).toBe(1);
  });
});

const running = await openLoader();
afterAll(() => {
  if (running.ok) running.value.close();
});

describe('openLoader', () => {
  it('openLoader answers with a loader or a reason, whatever the machine', () => {
    if (!running.ok) expect(running.unavailable.message).not.toBe('');
    else expect(running.value.load({ slots: new Uint8Array(8) }).verdict).toBe('refused');
  });

  it.skipIf(!running.ok)(
    'openLoader: the kernel takes rings, kfuncs, objects of our types, and refuses what is held',
    () => {
      if (!running.ok) return;
      const said = (body: string) => {
        const translated = running.value.translate(program(body, RING, TYPES));
        if (!translated.ok) throw new Error(`${translated.reason}: ${translated.detail}`);
        const verdict = running.value.load(translated.image, true);
        return verdict.verdict === 'accepted' ? 'accepted' : verdict.log;
      };
      const object = (offset: number) => `main:
    r1 = type[node] ll
    call bpf_obj_new_impl
    if r0 == 0 goto none
    *(u64 *)(r0 + ${offset}) = 1
    r1 = r0
    call bpf_obj_drop_impl
none:
    r0 = 0
    exit
`;
      // Up to the last byte of the struct and no further.
      expect(said(object(16))).toBe('accepted');
      expect(said(object(17))).toContain('access beyond');
      const ring = `main:
    r1 = map[events] ll
    r2 = 16
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto none
    r1 = r0
    r2 = 0
    call bpf_ringbuf_discard
none:
    call f
    r0 = 0
    exit
f:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;
      expect(said(ring)).toBe('accepted');
      expect(said(ring.replace('    call bpf_ringbuf_discard\n', ''))).toContain('Unreleased reference');
    },
  );

  it.skipIf(!running.ok)('openLoader: on generated programs the kernel says what mainline says', () => {
    if (!running.ok) return;
    const settings = { ...SETTINGS, seed: 'parity', profile: 'all', subjects: ['mainline'], worlds: 0 } as const;
    const samples = samplesOf({ from: 0, count: 150 }, settings, createJudge(judgeOptions(settings)));
    let accepted = 0;
    for (const { index, program: each, acceptedByMainline } of samples) {
      if (mayThrowInLoop(each)) continue;
      const translated = running.value.translate(each);
      if (!translated.ok) throw new Error(`${translated.reason}: ${translated.detail}`);
      const { verdict } = running.value.load(translated.image);
      expect(verdict, `program ${index}`).toBe(acceptedByMainline === true ? 'accepted' : 'refused');
      if (verdict === 'accepted') accepted++;
    }
    expect(accepted).toBeGreaterThan(5);
  });
});

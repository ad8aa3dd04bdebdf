/** Whole walks of small programs: verdicts in the kernel's words, and what the analysis says. */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/verify/walk.js';
import { programOf, verdictOf, walkText } from './programs.js';

/** Calls, R1 being what a comment says; every one ends in exit. */
const ACQUIRE_TASK = `
    r1 = 1
    call bpf_task_from_pid`;

const CALLER_AND_GUARD = `main:
    r6 = r1
    r7 = 0
    r1 = *(u32 *)(r6 + 48)
    if r1 == 0 goto ask
    call bpf_task_from_pid
    r7 = r0
ask:
    r1 = *(u32 *)(r6 + 52)
    call guard
    if r7 == 0 goto done
    r1 = r7
    call bpf_task_release
done:
    r0 = 0
    exit
guard:
    if r1 == 0 goto ok
    r1 = 7
    call bpf_throw
ok:
    r0 = 0
    exit
`;

describe('analyse accepts', () => {
  it.each([
    ['an empty main', 'main:\n    r0 = 0\n    exit'],
    ['the caller and its guard', CALLER_AND_GUARD],
    [
      'a loop with a counter in a register',
      'main:\n    r6 = 0\nloop:\n    r6 += 1\n    if r6 < 10 goto loop\n    r0 = 0\n    exit',
    ],
    [
      'a loop with a spilled counter',
      'main:\n    *(u64 *)(r10 - 8) = 0\nloop:\n    r1 = *(u64 *)(r10 - 8)\n    r1 += 1\n    *(u64 *)(r10 - 8) = r1\n    if r1 != 5 goto loop\n    r0 = 0\n    exit',
    ],
    [
      'a released record',
      'main:\n    r1 = map[rb] ll\n    r2 = 16\n    r3 = 0\n    call bpf_ringbuf_reserve\n    if r0 == 0 goto out\n    *(u64 *)(r0 + 8) = 1\n    r1 = r0\n    r2 = 0\n    call bpf_ringbuf_submit\nout:\n    r0 = 0\n    exit',
    ],
    ['a loop that may_goto bounds', 'main:\n    may_goto out\n    goto main\nout:\n    r0 = 0\n    exit'],
    ['subtraction of pointers', 'main:\n    r2 = r10\n    r2 -= r1\n    r0 = 0\n    exit'],
  ])('%s', (_, text) => {
    expect(verdictOf(text, 'exact')).toBe('accepted');
    expect(verdictOf(text, 'off')).toBe('accepted');
  });
});

describe('analyse refuses', () => {
  it.each([
    ['main:\n    exit', 'uninitialised-register 0 R0 !read_ok'],
    ['main:\n    r10 = 0\n    exit', 'frame-pointer-write 0 frame pointer is read only'],
    ['main:\n    r0 = *(u64 *)(r2 + 0)\n    exit', 'uninitialised-register 0 R2 !read_ok'],
    ['main:\n    r2 = 5\n    r0 = *(u64 *)(r2 + 0)\n    exit', "invalid-access 1 R2 invalid mem access 'scalar'"],
    [
      `main:${ACQUIRE_TASK}\n    r0 = 0\n    exit`,
      'unreleased-reference 3 Unreleased reference id=1 alloc_insn=1\nBPF_EXIT instruction in main prog would lead to reference leak',
    ],
    ['main:\n    r0 = *(u32 *)(r1 + 68)\n    exit', 'invalid-access 0 invalid bpf_context access off=68 size=4'],
    [
      'main:\n    r1 += 8\n    r0 = *(u32 *)(r1 + 48)\n    exit',
      'invalid-access 1 dereference of modified ctx ptr R1 off=8 disallowed',
    ],
    ['main:\n    *(u64 *)(r10 - 12) = 0\n    exit', 'misaligned-access 0 misaligned stack access off 0+0+-12 size 8'],
    ['main:\n    *(u64 *)(r10 - 520) = 0\n    exit', 'invalid-access 0 invalid write to stack R10 off=-520 size=8'],
    ['main:\n    r0 = *(u64 *)(r10 + 0)\n    exit', 'invalid-access 0 invalid read from stack R10 off=0 size=8'],
    [
      `main:${ACQUIRE_TASK}\n    r1 = r0\n    call bpf_task_release\n    r0 = 0\n    exit`,
      'bad-argument 3 Possibly NULL pointer passed to trusted arg0',
    ],
    [
      `main:${ACQUIRE_TASK}\n    if r0 == 0 goto out\n    r1 = r0\n    call bpf_cgroup_release\nout:\n    r0 = 0\n    exit`,
      'bad-argument 4 kernel function bpf_cgroup_release args#0 expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT task_struct',
    ],
    [
      'main:\n    call bpf_get_current_task_btf\n    r1 = r0\n    call bpf_task_release\n    r0 = 0\n    exit',
      'bad-argument 2 release kernel function bpf_task_release expects refcounted PTR_TO_BTF_ID',
    ],
    [
      `main:${ACQUIRE_TASK}\n    if r0 == 0 goto out\n    r1 = r0\n    r1 += 8\n    call bpf_task_release\nout:\n    r0 = 0\n    exit`,
      'bad-argument 5 R1 must have zero offset when passed to release func or trusted arg to kfunc',
    ],
    [
      `main:${ACQUIRE_TASK}\n    r0 += 8\n    exit`,
      'invalid-arithmetic 2 R0 pointer arithmetic on ptr_or_null_ prohibited, null-check it first',
    ],
    [
      `main:${ACQUIRE_TASK}\n    r0 = *(u64 *)(r0 + 0)\n    exit`,
      "null-dereference 2 R0 invalid mem access 'ptr_or_null_'",
    ],
    [
      'main:\n    r1 = 0\n    r2 = 0\n    call bpf_ringbuf_submit\n    exit',
      'bad-argument 2 R1 type=scalar expected=ringbuf_mem',
    ],
    ['main:\n    r10 -= 8\n    exit', 'frame-pointer-write 0 frame pointer is read only'],
    ['main:\n    r2 = r10\n    r2 -= 8\n    exit', 'invalid-arithmetic 1 R2 subtraction from stack pointer prohibited'],
    ['main:\n    w1 += 1\n    exit', 'invalid-arithmetic 0 R1 32-bit pointer arithmetic prohibited'],
    ['main:\n    r1 ^= 1\n    exit', 'invalid-arithmetic 0 R1 bitwise operator ^= on pointer prohibited'],
    ['main:\n    r2 = 1\n    r2 /= 0\n    exit', 'invalid-arithmetic 1 div by zero'],
    ['main:\n    r2 = 1\n    r2 <<= 64\n    exit', 'invalid-arithmetic 1 invalid shift 64'],
    ['main:\n    *(u32 *)(r10 - 8) = r1\n    exit', 'invalid-store 0 invalid size of register spill'],
    [
      'main:\n    *(u64 *)(r10 - 8) = r1\n    r0 = *(u32 *)(r10 - 8)\n    exit',
      'invalid-access 1 invalid size of register fill',
    ],
    ['main:\n    call bpf_throw\n    exit', 'bad-argument 0 R1 is not a scalar'],
    ['main:\n    r1 = r2\n    exit', 'uninitialised-register 0 R2 !read_ok'],
    ['main:\n    goto main', 'infinite-loop 0 infinite loop detected at insn 0'],
    [
      'main:\n    call leaf\n    exit\nleaf:\n    r0 = r10\n    exit',
      'invalid-access 3 cannot return stack pointer to the caller',
    ],
    [
      'main:\n    call leaf\n    r0 = r6\n    exit\nleaf:\n    r6 = 1\n    r0 = 0\n    exit',
      'uninitialised-register 1 R6 !read_ok',
    ],
    [
      'main:\n    *(u64 *)(r10 - 400) = 0\n    call leaf\n    r0 = 0\n    exit\nleaf:\n    *(u64 *)(r10 - 120) = 0\n    r0 = 0\n    exit',
      'stack-limit 1 combined stack size of 2 calls is 528. Too large',
    ],
  ])('%s: %s', (text, verdict) => {
    expect(verdictOf(text, 'exact')).toBe(verdict);
    expect(verdictOf(text, 'off')).toBe(verdict);
  });

  it('the limit of processed instructions', () => {
    const text = 'main:\n    r6 = 0\nloop:\n    r6 += 1\n    goto loop';
    const { refusal } = analyse(programOf(text), { pruning: 'exact', limit: 1000 });
    expect(refusal?.message).toBe('BPF program is too large. Processed 1001 insn');
    expect(refusal?.code).toBe('too-complex');
  });

  it('a ninth frame', () => {
    const subs = Array.from({ length: 8 }, (_, n) => `s${n}:\n    ${n < 7 ? `call s${n + 1}` : 'r0 = 0'}\n    exit`);
    expect(verdictOf(`main:\n    call s0\n    exit\n${subs.join('\n')}`)).toBe(
      'call-depth 14 the call stack of 9 frames is too deep',
    );
  });
});

describe('analyse notes', () => {
  it('throws, owners, ownership marks and reached pcs of the caller and its guard', () => {
    const analysis = walkText(CALLER_AND_GUARD, 'off');
    expect(analysis.throws.map(({ pc }) => pc)).toEqual([15, 15]);
    const [first, second] = analysis.throws;
    expect(first?.state.depth).toBe(2);
    expect(first?.state.references).toEqual([{ id: 1, kind: 'task', type: -1, frame: 0, acquiredAt: 4, ordinal: 1 }]);
    expect(first?.state.register(0, 7)).toMatchObject({
      is: 'pointer',
      type: { to: 'kernel', kind: 'task' },
      mayBeNull: true,
      ref: 1,
    });
    expect(first?.state.frame(1)).toEqual({ subprogram: 1, callsite: 7, allocated: 0 });
    expect(second?.state.references).toEqual([]);
    expect(second?.state.register(0, 7)).toMatchObject({ is: 'scalar', umin: 0n, umax: 0n });
    expect(analysis.maxOwned).toEqual([1, 0]);
    expect(analysis.ownership).toEqual([
      { pc: 4, does: 'acquire', kind: 'task', type: -1 },
      { pc: 10, does: 'release', kind: 'task', type: -1 },
    ]);
    expect([...analysis.reached]).toEqual(Array.from({ length: 18 }, () => 1));
  });

  it('the stack that a callee uses in the frame of its caller', () => {
    const { stackDepth } = walkText(
      'main:\n    r1 = r10\n    call leaf\n    r0 = 0\n    exit\nleaf:\n    *(u64 *)(r1 - 24) = 0\n    *(u8 *)(r10 - 1) = 0\n    r0 = 0\n    exit',
    );
    expect(stackDepth).toEqual([24, 8]);
  });

  it('a reference returned by a callee as its caller own', () => {
    const analysis = walkText(
      'main:\n    call make\n    r1 = 1\n    call bpf_throw\n    r0 = 0\n    exit\nmake:\n    r1 = 2\n    call bpf_obj_new_impl\n    exit'.replace(
        'r1 = 2',
        'r1 = 2\n    r2 = 0',
      ),
    );
    expect(analysis.maxOwned).toEqual([1, 1]);
    expect(analysis.throws[0]?.state.references).toMatchObject([{ kind: 'object', type: 1, frame: 0 }]);
  });

  it('ordinals without the acquires that failed', () => {
    const analysis = walkText(
      `main:${ACQUIRE_TASK}\n    r6 = r0${ACQUIRE_TASK}\n    r7 = r0\n    if r6 == 0 goto out\n    r0 = 0\nout:\n    r1 = 0\n    call bpf_throw\n    exit`,
      'off',
    );
    expect(analysis.throws.map(({ state }) => state.references.map(({ id, ordinal }) => [id, ordinal]))).toEqual([
      [
        [1, 1],
        [2, 2],
      ],
      [[2, 1]],
    ]);
  });

  it('a throw state in which a release was forgotten by every copy', () => {
    const analysis = walkText(
      `main:${ACQUIRE_TASK}\n    if r0 == 0 goto out\n    r7 = r0\n    *(u64 *)(r10 - 8) = r0\n    r1 = r0\n    call bpf_task_release\n    r1 = 1\n    call bpf_throw\nout:\n    r0 = 0\n    exit`,
    );
    const state = analysis.throws[0]?.state;
    expect(state?.register(0, 7)).toMatchObject({ is: 'scalar', umin: 0n, umax: 0xffff_ffff_ffff_ffffn });
    expect(state?.slot(0, 0).bytes).toEqual(Array.from({ length: 8 }, () => 'spill'));
    expect(state?.slot(0, 0).spilled).toBe(state?.register(0, 7));
  });
});

describe('analyse prunes', () => {
  const DIAMONDS = `main:\n    r6 = r1\n${Array.from(
    { length: 8 },
    (_, n) => `    r1 = *(u32 *)(r6 + 48)\n    if r1 == ${n} goto l${n}\n    r2 = 1\nl${n}:\n`,
  ).join('')}    r1 = 1\n    call bpf_throw\n    exit\n`;

  it('a join that scratch registers alone tell apart', () => {
    expect(walkText(DIAMONDS, 'off').throws.length).toBe(256);
    expect(walkText(DIAMONDS, 'exact').throws.length).toBe(1);
  });

  it('not where a scratch register that is still read differs', () => {
    const text =
      'main:\n    r1 = *(u32 *)(r1 + 48)\n    r2 = 1\n    if r1 == 0 goto l\n    r2 = 2\nl:\n    r6 = r2\n    r1 = 0\n    call bpf_throw\n    exit';
    expect(walkText(text, 'exact').throws.length).toBe(2);
  });
});

describe('analyse records', () => {
  it('a tree in which every node follows from its parent', () => {
    const program = programOf(CALLER_AND_GUARD);
    const { nodes, walked } = analyse(program, { pruning: 'exact', record: true });
    const dropped = nodes.filter(({ coveredBy }) => coveredBy !== undefined);
    expect(nodes.length).toBe(walked + dropped.length);
    expect(nodes[0]?.pc).toBe(0);
    for (const node of dropped) expect(nodes[node.coveredBy ?? -1]?.pc).toBe(node.pc);
    const reachable = new Set([0]);
    for (const [index, { next }] of nodes.entries()) if (reachable.has(index)) for (const to of next) reachable.add(to);
    expect(reachable.size).toBe(nodes.length);
  });
});

describe('analyse names the node', () => {
  it('of every throw in a recorded walk, and of none in another', () => {
    const program = programOf(CALLER_AND_GUARD);
    const { throws, nodes } = analyse(program, { pruning: 'exact', record: true });
    expect(throws.length).toBeGreaterThan(1);
    for (const { pc, node = -1 } of throws) expect(nodes[node]).toMatchObject({ pc, next: [], coveredBy: undefined });
    expect(new Set(throws.map(({ node }) => node)).size).toBe(throws.length);
    expect(analyse(program, { pruning: 'exact' }).throws.map(({ node }) => node)).toEqual(throws.map(() => undefined));
  });
});

describe('analyse is bounded', () => {
  it('by 8192 branches that wait', () => {
    const tests = Array.from({ length: 8193 }, (_, value) => `    if r6 == ${value} goto out`).join('\n');
    const text = `main:\n    r6 = *(u32 *)(r1 + 48)\n${tests}\nout:\n    r0 = 0\n    exit`;
    expect(verdictOf(text)).toMatch(/^too-complex .* The sequence of 8193 jumps is too complex/);
    expect(verdictOf(text.replace('    if r6 == 8192 goto out\n', ''))).toBe('accepted');
  });

  it('in the references one path may hold', () => {
    const text = 'main:\n    r1 = 1\n    call bpf_task_from_pid\n    goto main';
    for (const pruning of ['off', 'exact'] as const) {
      const { refusal, walked } = walkText(text, pruning);
      expect(refusal).toMatchObject({ code: 'too-complex', pc: 1 });
      expect(walked).toBeLessThan(10_000);
    }
  });
});

describe('analyse walks a side that no run takes', () => {
  it('where no single view of the value shows that it is empty', () => {
    const text =
      'main:\n    r9 = *(s8 *)(r10 - 41)\n    w9 = w9\n    if r9 & 2147483647 goto l7\nl7:\n    if r9 s> 5 goto l8\nl8:\n    r9 = -r9\n    r0 = 1\n    exit';
    for (const pruning of ['off', 'exact'] as const) expect(walkText(text, pruning).refusal).toBeUndefined();
  });
});

describe('analyse from states of another walk', () => {
  const text = `main:
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
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;
  const program = programOf(text);
  const { throws } = analyse(program, { pruning: 'exact' });
  const from = throws.map(({ state }) => ({ pc: 11, state, callsites: [-1, 3] }));

  it('goes on in all frames, and forgets nothing that is held', () => {
    const walk = analyse(program, { pruning: 'exact', from });
    expect(walk.refusal).toBeUndefined();
    expect([...walk.reached]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1]);
    const late = analyse(program, { pruning: 'exact', from: from.map((start) => ({ ...start, callsites: [-1, 6] })) });
    expect(late.refusal?.code).toBe('unreleased-reference');
  });

  it('walks the same state once, however often it is given', () => {
    const { walked } = analyse(program, { pruning: 'exact', from });
    expect(analyse(program, { pruning: 'exact', from: [...from, ...from] }).walked).toBe(walked);
  });

  it('does not take the end of one state for a loop of the next', () => {
    const loop =
      'main:\n    r6 = *(u32 *)(r1 + 48)\nagain:\n    r1 = 7\n    if r6 == 1 goto out\n    call bpf_throw\nout:\n    r0 = 0\n    exit';
    const looping = programOf(loop);
    const [first] = analyse(looping, { pruning: 'exact' }).throws;
    if (first === undefined) throw new Error('it throws');
    const starts = [4, 1].map((pc) => ({ pc, state: first.state, callsites: [-1] }));
    expect(analyse(looping, { pruning: 'exact', from: starts }).refusal).toBeUndefined();
  });

  it('adds to the stack that is used anyway', () => {
    expect(analyse(program, { pruning: 'exact', from, stackDepth: [48, 8] }).stackDepth).toEqual([48, 8]);
  });

  it('takes no state that no walk has kept', () => {
    const [start] = from;
    if (start === undefined) throw new Error('it throws');
    const copy = { ...start, state: { ...start.state, depth: 1 } };
    expect(() => analyse(program, { pruning: 'exact', from: [copy] })).toThrow(TypeError);
  });
});

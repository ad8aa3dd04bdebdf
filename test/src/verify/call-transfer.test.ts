/** What calls and returns leave behind. */
import { describe, expect, it } from 'vitest';
import { verdictOf, walkText } from './programs.js';

/** The value of R7 at the throw that follows a body. */
function r7After(body: string) {
  const { throws, refusal } = walkText(`main:\n    ${body}\n    r1 = 0\n    call bpf_throw\n    exit`);
  return throws[0]?.state.register(0, 7) ?? refusal?.message;
}

describe('calls', () => {
  it('a record is memory of its constant size', () => {
    const body = 'r1 = map[rb] ll\n    r2 = 24\n    r3 = 0\n    call bpf_ringbuf_reserve\n    r7 = r0';
    expect(r7After(body)).toMatchObject({ type: { to: 'memory', size: 24 }, mayBeNull: true, id: -1, ref: 1 });
  });

  it('an object is local and of its type', () => {
    expect(r7After('r1 = type[pair] ll\n    call bpf_obj_new_impl\n    r7 = r0')).toMatchObject({
      type: { to: 'local', type: 1 },
    });
  });

  it('the current task is owned by nobody', () => {
    expect(r7After('call bpf_get_current_task_btf\n    r7 = r0')).toMatchObject({
      type: { to: 'kernel', kind: 'task' },
      mayBeNull: false,
      ref: 0,
    });
  });

  it('scratch registers are dead after a call', () => {
    expect(verdictOf('main:\n    call bpf_ktime_get_ns\n    r0 = r1\n    exit')).toBe(
      'uninitialised-register 1 R1 !read_ok',
    );
    expect(verdictOf('main:\n    r1 = 0\n    call leaf\n    r0 = r1\n    exit\nleaf:\n    r0 = 0\n    exit')).toBe(
      'uninitialised-register 2 R1 !read_ok',
    );
  });

  it('scratch registers are dead at a throw', () => {
    const { throws } = walkText('main:\n    r1 = 0\n    r2 = 0\n    call bpf_throw\n    exit');
    expect([0, 1, 2].map((register) => throws[0]?.state.register(0, register).is)).toEqual(Array(3).fill('not-init'));
  });

  it('the number of an iterator is not read after its frame has returned', () => {
    const text =
      'main:\n    call leaf\n    if r0 == 0 goto on\n    r0 = *(u32 *)(r0 + 0)\non:\n    r1 = 0\n    call bpf_throw\n    exit\nleaf:\n    r1 = r10\n    r1 += -8\n    r2 = 0\n    r3 = 2\n    call bpf_iter_num_new\n    r1 = r10\n    r1 += -8\n    call bpf_iter_num_next\n    exit';
    expect(verdictOf(text)).toBe("invalid-access 2 R0 invalid mem access 'scalar'");
  });

  it('a call that returns nothing leaves nothing in R0', () => {
    const text =
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    if r0 == 0 goto out\n    r1 = r0\n    call bpf_task_release\n    r7 = r0\nout:\n    r0 = 0\n    exit';
    expect(verdictOf(text)).toBe('uninitialised-register 5 R0 !read_ok');
  });

  it('a clone that a callee makes is one while its caller runs on', () => {
    const text =
      'main:\n    r1 = map[rb] ll\n    r2 = 8\n    r3 = 0\n    r4 = r10\n    r4 += -16\n    call bpf_ringbuf_reserve_dynptr\n    r1 = r10\n    r1 += -16\n    r2 = r10\n    r2 += -32\n    call sub\n    r1 = 0\n    call bpf_throw\n    exit\nsub:\n    call bpf_dynptr_clone\n    r0 = 0\n    exit';
    expect(walkText(text).maxClones).toEqual([1, 1]);
  });

  it('ownership marks of several types at one pc say -1', () => {
    const text =
      'main:\n    r2 = *(u32 *)(r1 + 48)\n    r1 = 1\n    if r2 == 0 goto on\n    r1 = 2\non:\n    call bpf_obj_new_impl\n    if r0 == 0 goto out\n    r1 = r0\n    call bpf_obj_drop_impl\nout:\n    r0 = 0\n    exit';
    expect(walkText(text).ownership).toEqual([
      { pc: 4, does: 'acquire', kind: 'object', type: -1 },
      { pc: 7, does: 'release', kind: 'object', type: -1 },
    ]);
  });

  it('maxOwned counts what a frame owns at once', () => {
    const acquire = '    r1 = 1\n    call bpf_task_from_pid\n';
    expect(walkText(`main:\n${acquire}${acquire}    r1 = 1\n    call bpf_throw\n    exit`).maxOwned).toEqual([2]);
  });
});

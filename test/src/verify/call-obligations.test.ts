/** Arguments of calls. */
import { describe, expect, it } from 'vitest';
import { typeIndex } from '../../../src/verify/call-obligations.js';
import { verdictOf } from './programs.js';

const verdict = (body: string) => verdictOf(`main:\n    ${body}\n    r0 = 0\n    exit`).replace(/^(\S+) \d+ /, '');

/** Looks a socket up with these words in R2 and R3. */
const lookUp = (memory: string, size: string) =>
  `r2 = ${memory}\n    r2 += -16\n    r3 = ${size}\n    r4 = -1\n    r5 = 0\n    call bpf_sk_lookup_tcp`;
/** Tests what was looked up and casts it, then tests that. */
const CAST = `${lookUp('r10', '12')}\n    r6 = r0\n    if r0 == 0 goto out\n    r1 = r0\n    call bpf_skc_to_tcp_sock\n    if r0 == 0 goto out`;
const RESERVE = 'r6 = r1\n    r1 = map[rb] ll\n    r2 = 8\n    r3 = 0\n    call bpf_ringbuf_reserve';
const RESERVE_DYNPTR =
  'r6 = r1\n    r1 = map[rb] ll\n    r2 = 8\n    r3 = 0\n    r4 = r10\n    r4 += -16\n    call bpf_ringbuf_reserve_dynptr';
const ZERO_OFFSET = 'R1 must have zero offset when passed to release func or trusted arg to kfunc';

describe('callRefusal', () => {
  it.each([
    [
      `${RESERVE_DYNPTR}\n    r4 = *(u32 *)(r6 + 48)\n    r1 = r10\n    r1 += -16\n    r2 = 0\n    r3 = 0\n    call bpf_dynptr_slice`,
      'R4 must be a known constant',
    ],
    [
      `${RESERVE}\n    r1 = r6\n    r2 = r0\n    r3 = 8\n    r4 = -1\n    r5 = 0\n    call bpf_sk_lookup_tcp`,
      'R2 type=ringbuf_mem_or_null expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
    ],
    [lookUp('r10', '*(u32 *)(r1 + 48)'), "R3 is not a known constant'"],
    [
      `${RESERVE}\n    r1 = r0\n    r2 = 0\n    call bpf_ringbuf_submit`,
      'R1 type=ringbuf_mem_or_null expected=ringbuf_mem',
    ],
    [
      `${RESERVE}\n    if r0 == 0 goto out\n    r1 = r0\n    r1 += 4\n    r2 = 0\n    call bpf_ringbuf_submit\nout:`,
      ZERO_OFFSET,
    ],
    [
      'r1 = type[node] ll\n    call bpf_obj_new_impl\n    if r0 == 0 goto out\n    r1 = r0\n    r1 += 8\n    call bpf_obj_drop_impl\nout:',
      ZERO_OFFSET,
    ],
    ['call bpf_get_current_task_btf\n    r1 = r0\n    r1 += 8\n    call bpf_task_acquire', ZERO_OFFSET],
    [
      `${CAST}\n    r1 = r0\n    call bpf_tcp_sock\nout:`,
      'R1 type=ptr_ expected=sock_common, sock, tcp_sock, xdp_sock',
    ],
    [
      `${lookUp('r10', '12')}\n    r1 = r0\n    call bpf_sk_release`,
      'R1 type=sock_or_null expected=sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_',
    ],
    ['r1 = 0\n    r2 = 0\n    call bpf_ringbuf_submit_dynptr', 'R1 type=scalar expected=fp, dynptr_ptr'],
    ['r1 = 0\n    call bpf_iter_num_destroy', 'arg#0 expected pointer to an iterator on stack'],
    ['r1 = r10\n    r1 += -8\n    call bpf_iter_num_next', 'expected an initialized iter_num as arg #0'],
  ])('%s', (body, expected) => {
    expect(verdict(body)).toBe(expected);
  });

  it.each([
    [`r1 += 8\n    ${lookUp('r10', '12')}`, 'dereference of modified ctx ptr R1 off=8 disallowed'],
    [
      lookUp('16', '12'),
      'R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
    ],
    [lookUp('r10', '-1'), "R3 min value is negative, either use unsigned or 'var &= const'"],
    [lookUp('r10', '0'), 'R3 invalid zero-sized read: u64=[0,0]'],
    ['r1 = r10\n    r1 += -24\n    r2 = 1\n    r3 = 0\n    call bpf_iter_task_new', 'arg#1 is expected to be NULL'],
    [
      'r1 = r10\n    r1 += -520\n    r2 = 0\n    r3 = 1\n    call bpf_iter_num_new',
      'invalid write to stack R1 off=-520 size=8',
    ],
  ])('%s', (body, expected) => {
    expect(verdict(body)).toBe(expected);
  });

  it.each([
    ['bpf_sk_release', 'R1 must have zero offset when passed to release func or trusted arg to kfunc'],
    ['bpf_skc_to_tcp_sock', 'dereference of modified ptr_ ptr R1 off=8 disallowed'],
  ])('%s takes no pointer into a socket', (name, expected) => {
    expect(verdict(`${CAST}\n    r1 = r0\n    r1 += 8\n    call ${name}\nout:`)).toBe(expected);
  });

  it.each([
    ['call bpf_throw', 'R1 is not a scalar'],
    ['call bpf_ktime_get_ns\n    call bpf_throw', 'R1 is not a scalar'],
    ['call bpf_ktime_get_ns\n    call bpf_obj_drop_impl', 'R1 must be referenced or trusted'],
    ['r1 = r10\n    call bpf_obj_drop_impl', 'R1 must be referenced or trusted'],
    [
      'r1 = map[rb] ll\n    call bpf_task_acquire',
      'kernel function bpf_task_acquire args#0 expected pointer to STRUCT task_struct but R1 has a pointer to STRUCT bpf_map',
    ],
    ['r2 = r10\n    r2 += -8\n    call bpf_sk_lookup_tcp', 'R3 !read_ok'],
    ['r2 = r10\n    r1 = r2\n    call bpf_throw', 'R1 is not a scalar'],
    ['r1 = 0\n    r2 = 8\n    r3 = 0\n    call bpf_ringbuf_reserve', 'R1 type=scalar expected=map_ptr'],
    [
      'r2 = *(u32 *)(r1 + 48)\n    r1 = map[rb] ll\n    r3 = 0\n    call bpf_ringbuf_reserve',
      "R2 is not a known constant'",
    ],
    ['r1 = map[rb] ll\n    r2 = 8\n    call bpf_ringbuf_reserve', 'R3 !read_ok'],
    ['r1 = 0\n    call bpf_task_release', 'Possibly NULL pointer passed to trusted arg0'],
    [
      'r1 = 5\n    call bpf_task_release',
      'arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar',
    ],
    ['call bpf_task_release', 'arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar'],
    ['r1 = 5\n    call bpf_obj_drop_impl', 'R1 must be referenced or trusted'],
    [
      'call bpf_get_current_task_btf\n    r1 = r0\n    call bpf_obj_drop_impl',
      'arg#0 expected pointer to allocated object',
    ],
    ['r1 = *(u32 *)(r1 + 48)\n    call bpf_obj_new_impl', 'R1 must be a known constant'],
    ['r1 = 3\n    call bpf_obj_new_impl', 'bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct'],
  ])('%s', (body, expected) => {
    expect(verdict(body)).toBe(expected);
  });

  it('a helper takes a pointer for a scalar', () => {
    const body = 'r1 = map[rb] ll\n    r2 = 8\n    r3 = r10\n    call bpf_ringbuf_reserve';
    expect(verdict(body)).toMatch(/^Unreleased reference/);
  });

  it('refuses to release twice', () => {
    const task =
      'r1 = 1\n    call bpf_task_from_pid\n    r7 = r0\n    if r0 == 0 goto on\n    r1 = r7\n    call bpf_task_release';
    expect(verdict(`${task}\n    r1 = r7\n    call bpf_task_release\non:`)).toContain('must point to scalar');
  });
});

describe('typeIndex', () => {
  it('counts BTF ids from 1', () => {
    expect([0n, 1n, 2n, 3n].map((id) => typeIndex(id, 2))).toEqual([undefined, 0, 1, undefined]);
  });
});

/** Memory accesses: refusals by kind of pointer. */
import { describe, expect, it } from 'vitest';
import { verdictOf } from './programs.js';

const RECORD = '    r1 = map[rb] ll\n    r2 = 8\n    r3 = 0\n    call bpf_ringbuf_reserve\n    if r0 == 0 goto on\n';
const OBJECT = '    r1 = type[pair] ll\n    call bpf_obj_new_impl\n    if r0 == 0 goto on\n';
const TASK = '    call bpf_get_current_task_btf\n';
const access = (setup: string, line: string) =>
  verdictOf(`main:\n${setup}    ${line}\non:\n    r0 = 0\n    exit`).replace(/^(\S+) \d+ /, '$1: ');

describe('accessRefusal', () => {
  it.each([
    [RECORD, 'r1 = *(u64 *)(r0 + 1)', 'invalid-access: invalid access to memory, mem_size=8 off=1 size=8'],
    [RECORD, 'r1 = *(u8 *)(r0 - 1)', 'invalid-access: invalid access to memory, mem_size=8 off=-1 size=1'],
    [RECORD, 'r1 = *(u16 *)(r0 + 1)', 'unreleased-reference: Unreleased reference'],
    [RECORD, '*(u64 *)(r0 + 0) = r10', 'unreleased-reference: Unreleased reference'],
    [RECORD, 'lock *(u32 *)(r0 + 2) += w0', 'misaligned-access: misaligned access off 0+0+2 size 4'],
    [OBJECT, '*(u32 *)(r0 + 8) = 1', 'invalid-access: access beyond struct pair at off 8 size 4'],
    [OBJECT, '*(u32 *)(r0 - 4) = 1', 'invalid-access: R0 is ptr_pair invalid negative access: off=-4'],
    [OBJECT, '*(u32 *)(r0 + 4) = 1', 'unreleased-reference: Unreleased reference'],
    [TASK, 'r1 = *(u64 *)(r0 + 0)', 'invalid-access: access beyond struct task_struct at off 0 size 8'],
    [TASK, '*(u64 *)(r0 + 0) = 1', 'invalid-access: only read is supported'],
    [TASK, '*(u64 *)(r0 - 8) = 1', 'invalid-access: R0 is ptr_task_struct invalid negative access: off=-8'],
    [
      '    r2 = *(u64 *)(r1 + 56)\n',
      'lock *(u64 *)(r2 + 8) += r2',
      'misaligned-access: misaligned access off (0x0; 0xffffffffffffffff)+0+8 size 8',
    ],
    ['    r2 = 70000\n', 'lock *(u64 *)(r2 + 4) += r2', 'misaligned-access: misaligned access off 0x11170+0+4 size 8'],
    ['    r2 = 4\n', 'lock *(u64 *)(r2 + 4) += r2', "invalid-access: R2 invalid mem access 'scalar'"],
    ['', 'r1 = *(u64 *)(r1 + 56)', 'accepted'],
    ['', 'r1 = *(u64 *)(r1 + 64)', 'invalid-access: invalid bpf_context access off=64 size=8'],
    ['', 'r1 = *(u16 *)(r1 + 49)', 'invalid-access: invalid bpf_context access off=49 size=2'],
    ['', '*(u64 *)(r1 + 56) = r10', 'accepted'],
    ['', 'r2 = 1\n    lock *(u32 *)(r1 + 48) += w2', 'invalid-access: BPF_ATOMIC stores into R1 ctx is not allowed'],
    ['    r1 = map[rb] ll\n', 'r1 = *(u64 *)(r1 + 0)', "invalid-access: R1 invalid mem access 'map_ptr'"],
    ['    r1 = 0\n    call bpf_obj_new_impl\n', 'r1 = 0', 'bad-argument: bpf_obj_new/bpf_percpu_obj_new type ID'],
  ])('%s%s', (setup, line, expected) => {
    expect(access(setup, line)).toContain(expected);
  });
});

describe('readableRefusal', () => {
  const lookUp = (offset: number, size: number) =>
    `r2 = r10\n    r2 += ${offset}\n    r3 = ${size}\n    r4 = -1\n    r5 = 0\n    call bpf_sk_lookup_tcp`;

  it('a helper reads stack inside the frame only', () => {
    expect(access('', lookUp(-16, 24))).toBe('invalid-access: invalid read from stack R2 off=-16 size=24');
  });

  it('a helper does not read an iterator', () => {
    const iterator =
      '    r6 = r1\n    r1 = r10\n    r1 += -8\n    r2 = 0\n    r3 = 1\n    call bpf_iter_num_new\n    r1 = r6\n';
    expect(access(iterator, lookUp(-16, 12))).toBe('invalid-access: invalid read from stack R2 off -16+8 size 12');
  });

  it('a program reads nothing of a socket', () => {
    const socket = `    ${lookUp(-16, 12)}\n    if r0 == 0 goto on\n`;
    expect(access(socket, 'r1 = *(u32 *)(r0 + 4)')).toBe('invalid-access: R0 invalid sock access off=4 size=4');
  });
});

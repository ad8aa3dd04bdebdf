/** What is required per shape, where other tests do not say it. */
import { describe, expect, it } from 'vitest';
import { call, callIntrinsic, insn } from '../../../src/isa/insn.js';
import { buildProgram } from '../../../src/isa/validate.js';
import { analyse } from '../../../src/verify/walk.js';
import { verdictOf } from './programs.js';

describe('OBLIGATIONS', () => {
  it.each([
    ['r0 = cmpxchg_64(r10 - 8, r0, r1)', 'uninitialised-register 0 R0 !read_ok'],
    ['r2 = *(u64 *)(r10 - 8)\n    r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)', 'uninitialised-register 2 R0 !read_ok'],
    ['if r3 == 0 goto main', 'uninitialised-register 0 R3 !read_ok'],
    ['r1 = (s8)r4', 'uninitialised-register 0 R4 !read_ok'],
    ['r5 = le16 r5', 'uninitialised-register 0 R5 !read_ok'],
    ['r5 = -r5', 'uninitialised-register 0 R5 !read_ok'],
    ['lock *(u64 *)(r10 - 8) += r3', 'uninitialised-register 0 R3 !read_ok'],
    ['r3 = xchg_64(r10 - 8, r3)', 'uninitialised-register 0 R3 !read_ok'],
    ['r10 = 1 ll', 'frame-pointer-write 0 frame pointer is read only'],
    ['r10 = *(u64 *)(r1 + 48)', 'frame-pointer-write 0 frame pointer is read only'],
    ['*(u64 *)(r3 + 0) = 1', 'uninitialised-register 0 R3 !read_ok'],
    [
      'r2 = r10\n    r2 = atomic_fetch_add((u64 *)(r2 - 8), r2)',
      'misaligned-access 1 misaligned access off (0x0; 0xffffffffffffffff)+0+-8 size 8',
    ],
    [
      'r0 = r10\n    r0 = cmpxchg_64(r0 - 8, r0, r1)',
      'misaligned-access 1 misaligned access off (0x0; 0xffffffffffffffff)+0+-8 size 8',
    ],
    ['w1 = load_acquire((u32 *)(r1 + 0))', 'invalid-access 0 invalid bpf_context access off=0 size=4'],
    ['store_release((u64 *)(r1 + 0), r1)', 'invalid-access 0 invalid bpf_context access off=0 size=8'],
    ['store_release((u64 *)(r1 + 56), r1)', 'invalid-access 0 BPF_ATOMIC stores into R1 ctx is not allowed'],
    ['w1 = load_acquire((u32 *)(r1 + 48))', 'invalid-access 0 BPF_ATOMIC loads from R1 ctx is not allowed'],
    [
      'r2 = 1\n    store_release((u32 *)(r10 - 6), w2)',
      'misaligned-access 1 misaligned stack access off 0+0+-6 size 4',
    ],
  ])('%s', (body, expected) => {
    expect(verdictOf(`main:\n    ${body}\n    exit`)).toBe(expected);
  });

  it('a stack pointer does not go to a caller frame', () => {
    const text =
      'main:\n    r1 = r10\n    call leaf\n    r0 = 0\n    exit\nleaf:\n    *(u64 *)(r1 - 8) = r10\n    r0 = 0\n    exit';
    expect(verdictOf(text)).toBe('invalid-store 4 cannot spill pointers to stack into stack frame of the caller');
  });

  it('inserted calls are accepted where the caller says so, and then have no effect', () => {
    const built = buildProgram({
      slots: [insn('mov64', { dst: 0, operand: { imm: 7 } }), callIntrinsic(0), insn('exit')],
    });
    if (!built.ok) throw new Error(built.refusal.message);
    expect(analyse(built.program, { pruning: 'off' }).refusal?.code).toBe('unknown-callable');
    expect(analyse(built.program, { pruning: 'off', intrinsics: true }).refusal).toBeUndefined();
  });

  it('unknown helpers and kfuncs are refused', () => {
    const codes = [insn('call_helper', { imm: 9999 }), insn('call_kfunc', { imm: 9999 }), call('bpf_ktime_get_ns')].map(
      (slot) => {
        const built = buildProgram({ slots: [slot, insn('exit')] });
        return built.ok ? analyse(built.program, { pruning: 'exact' }).refusal?.code : built.refusal.code;
      },
    );
    expect(codes).toEqual(['unknown-callable', 'unknown-callable', undefined]);
  });
});

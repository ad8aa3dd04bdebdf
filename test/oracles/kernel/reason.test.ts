/** Tests of how the words of the kernel's verifier are read. */
import { describe, expect, it } from 'vitest';
import { kernelReason } from '../../../oracles/kernel/reason.js';

const owned = '9: (bf) r1 = r6    ; R1=ptr_task_struct(ref_obj_id=2) R6=ptr_task_struct(ref_obj_id=2)\n';
const borrowed = '9: (bf) r1 = r6    ; R1=trusted_ptr_task_struct()\n';

describe('kernelReason', () => {
  it.each([
    ['Unreleased reference id=7 alloc_insn=3\nBPF_EXIT instruction in main prog would lead to reference leak', 'leak'],
    ['R6 !read_ok', 'uninitialised'],
    [`${owned}arg#0 expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT task_struct`, 'wrong-type'],
    [`${borrowed}arg#0 expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT task_struct`, 'no-resource'],
    [`${owned}R1 type=ptr_ expected=ringbuf_mem`, 'wrong-type'],
    ['R1 type=scalar expected=ringbuf_mem', 'no-resource'],
    ['arg#0 pointer type STRUCT cgroup must point to scalar, or struct with scalar', 'no-resource'],
    ['arg 1 is an unacquired reference', 'no-resource'],
    ['expected an initialized iter_num as arg #0', 'no-resource'],
    ['cannot spill pointers to stack into stack frame of the caller', 'other'],
  ])('kernelReason of %j is %s', (log, reason) => {
    expect(kernelReason(`0: R1=ctx() R10=fp0\n${log}\nprocessed 12 insns (limit 1000000)\n`)).toBe(reason);
  });
});

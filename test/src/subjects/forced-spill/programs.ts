/** Programs whose merges fail, by what a spill has to do about it, and ways to look at a rewrite. */
import { printInstruction } from '../../../../src/asm/print.js';
import type { PcMap } from '../../../../src/contract/prepared.js';
import type { Program } from '../../../../src/isa/program.js';
import { analyse } from '../../../../src/verify/walk.js';
import { programOf } from '../states.js';

/** A program and its walk. */
export function walked(text: string) {
  const program = programOf(text);
  const analysis = analyse(program, { pruning: 'exact' });
  if (analysis.refusal !== undefined) throw new Error(`${analysis.refusal.pc}: ${analysis.refusal.message}`);
  return { program, analysis };
}

/** Inserted slots in order: what they do, and for which original instruction. */
export function insertedIn({ program, pcMap }: { readonly program: Program; readonly pcMap: PcMap }) {
  return Array.from({ length: program.length }, (_, pc) => pc)
    .filter((pc) => pcMap.toOriginal[pc] === -1)
    .map((pc) => `${pcMap.serves?.[pc]}: ${printInstruction(program, pc)}`);
}

/** A task or a ring record in r6: acquired at 3 or at 9, thrown at 12. */
export const TASK_OR_RECORD = `
main:
    r7 = *(u32 *)(r1 + 48)
    if r7 == 0 goto record
    r1 = 1
    call bpf_task_from_pid
    goto both
record:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
both:
    r6 = r0
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

/** The same with a task that may be released, at 8, before the throw at 18; the record is acquired at 15. */
export const RELEASED_BEFORE = `
main:
    r7 = *(u32 *)(r1 + 48)
    if r7 == 0 goto record
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    if r0 == 0 goto both
    if r7 == 1 goto both
    r1 = r6
    call bpf_task_release
    r6 = 0
    goto both
record:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
    r6 = r0
both:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

/** A dynptr, made at 8, or a task, acquired at 11, in fp-16; thrown at 14. */
export const DYNPTR_OR_TASK = `
main:
    r6 = *(u32 *)(r1 + 48)
    if r6 == 0 goto task
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    goto both
task:
    r1 = 1
    call bpf_task_from_pid
    *(u64 *)(r10 - 16) = r0
both:
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
`;

/** A task that make acquires, at 15, and returns at 2, or a record, acquired at 8; thrown at 11. */
export const RETURNED = `
main:
    r7 = *(u32 *)(r1 + 48)
    if r7 == 0 goto record
    call make
    goto both
record:
    r1 = map[events] ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
both:
    r6 = r0
    r1 = 7
    call bpf_throw
    r0 = 0
    exit
make:
    r1 = 1
    call bpf_task_from_pid
    exit
`;

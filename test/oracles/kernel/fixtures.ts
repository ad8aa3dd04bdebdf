/** Programs and subjects that the tests of the kernel's oracle share. */

import { parseProgram } from '../../../src/asm/parse.js';
import type { UnwindStep } from '../../../src/contract/unwind.js';
import type { Program } from '../../../src/isa/program.js';
import { subjectByName } from '../../../src/subjects/registry.js';
import type { Subject } from '../../../src/subjects/subject.js';

/** A program of assembly text, with the struct types and the map of generated ones. */
export function programOf(body: string): Program {
  const parsed = parseProgram(body, {
    maps: [{ name: 'events', type: 'ringbuf', size: 4096 }],
    types: [
      { name: 'node', size: 24 },
      { name: 'leaf', size: 16 },
    ],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.program;
}

/** One of our own subjects. */
export function subjectOf(name: string): Subject {
  const subject = subjectByName(name);
  if (subject === undefined) throw new Error(`no subject ${name}`);
  return subject;
}

/** A subject whose unwinder's steps are changed. */
export function planted(name: string, base: Subject, change: (steps: Iterable<UnwindStep>) => Iterable<UnwindStep>) {
  return {
    ...base,
    name: `planted/${name}`,
    prepare(input) {
      const prepared = base.prepare(input);
      return prepared.ok ? { ...prepared, unwind: (stopped) => change(prepared.unwind(stopped)) } : prepared;
    },
  } satisfies Subject;
}

/** Main holds a task in R6 and a record in a slot; the callee holds an object, and throws or releases it. */
export const TWO_FRAMES = `main:
    r7 = r1
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    r1 = map[events] ll
    r2 = 16
    r3 = 0
    call bpf_ringbuf_reserve
    *(u64 *)(r10 - 8) = r0
    r1 = *(u32 *)(r7 + 48)
    call thrower
    r1 = *(u64 *)(r10 - 8)
    if r1 == 0 goto l1
    r2 = 0
    call bpf_ringbuf_discard
l1:
    if r6 == 0 goto l2
    r1 = r6
    call bpf_task_release
l2:
    r0 = 0
    exit
thrower:
    r6 = r1
    r1 = type[leaf] ll
    r2 = 0
    call bpf_obj_new_impl
    r7 = r0
    if r6 == 3 goto l3
    r1 = 7
    call bpf_throw
l3:
    if r7 == 0 goto l4
    r1 = r7
    call bpf_obj_drop_impl
l4:
    r0 = 0
    exit
`;

/** A dynptr on one path, zeroes in its place on the other. */
export const MAYBE_DYNPTR = `main:
    r6 = r1
    r1 = *(u32 *)(r6 + 48)
    if w1 > 2 goto l1
    r7 = 1
    r1 = map[events] ll
    r2 = 16
    r3 = 0
    r4 = r10
    r4 += -16
    call bpf_ringbuf_reserve_dynptr
    goto l2
l1:
    r7 = 0
    *(u64 *)(r10 - 16) = 0
    *(u64 *)(r10 - 8) = 0
l2:
    call bpf_get_prandom_u32
    if r0 == 2 goto l3
    r1 = 71
    call bpf_throw
l3:
    if r7 == 0 goto l4
    r1 = r10
    r1 += -16
    r2 = 0
    call bpf_ringbuf_submit_dynptr
l4:
    r0 = 0
    exit
`;

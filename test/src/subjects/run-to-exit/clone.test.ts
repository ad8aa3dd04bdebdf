/** The clone in text, and that nothing is acquired in it. */
import { describe, expect, test } from 'vitest';
import { seededChoices } from '../../../../generators/choices.js';
import { PROFILE_NAMES, PROFILES } from '../../../../generators/profile.js';
import { generate } from '../../../../generators/program.js';
import { printProgram } from '../../../../src/asm/print.js';
import { callableAt } from '../../../../src/cfg/calls.js';
import { CALLABLES } from '../../../../src/isa/callables.js';
import { cloneOf } from '../../../../src/subjects/run-to-exit/clone.js';
import { programOf } from '../states.js';

function cloned(text: string) {
  const made = cloneOf(programOf(text));
  if (!made.ok) throw new Error(made.refusal.message);
  return made.clone;
}

describe('cloneOf', () => {
  test('cloneOf makes acquires and throws give 0, and leaves the rest', () => {
    const { program } = cloned(
      'main:\n    r1 = 1\n    call bpf_task_from_pid\n    r6 = r0\n    call sub\n    r1 = r6\n    call bpf_task_release\n    exit\nsub:\n    r1 = 7\n    call bpf_throw\n    exit',
    );
    expect(printProgram(program)).toBe(
      'main:\n    r1 = 1\n    r0 = 0\n    r6 = r0\n    call sub\n    r1 = r6\n    call bpf_task_release\n    exit\nsub:\n    r1 = 7\n    r0 = 0\n    exit\n',
    );
  });

  test('cloneOf lets what is made on the stack fail, and a stop there go on before its arguments', () => {
    const { program, resumeAt, callAt } = cloned(
      'main:\n    r1 = map[events] ll\n    call bpf_ringbuf_reserve_dynptr\n    call bpf_iter_num_new\n    call bpf_iter_task_new\n    exit',
    );
    expect(printProgram(program)).toBe(
      'main:\n    r1 = map[events] ll\n    r3 = -1\n    call bpf_ringbuf_reserve_dynptr\n    r2 = 1\n    r3 = 0\n    call bpf_iter_num_new\n    r3 = -1\n    call bpf_iter_task_new\n    exit\n',
    );
    expect([resumeAt[2], callAt[2]]).toEqual([2, 3]);
    expect([resumeAt[3], callAt[3]]).toEqual([4, 6]);
  });

  test('cloneOf ends loops that an iterator or a may_goto bounds', () => {
    const { program } = cloned(
      'main:\n    may_goto out\n    r1 = r10\n    r1 += -8\n    call bpf_iter_num_next\n    if r0 != 0 goto main\nout:\n    r0 = 0\n    exit',
    );
    expect(printProgram(program)).toContain('    goto out\n    r1 = r10\n    r1 += -8\n    r0 = 0\n    if r0 != 0');
  });

  test('cloneOf leaves no call that acquires a pointer or throws, and keeps the subprograms', () => {
    for (const profile of PROFILE_NAMES) {
      for (let index = 0; index < 20; index++) {
        const { program } = generate(seededChoices('clone', index), PROFILES[profile]);
        const made = cloneOf(program);
        if (!made.ok) throw new Error(made.refusal.message);
        const clone = made.clone.program;
        expect(clone.subprograms.map(({ name }) => name)).toEqual(program.subprograms.map(({ name }) => name));
        for (let pc = 0; pc < clone.length; pc++) {
          const name = callableAt(clone, pc);
          if (name === undefined) continue;
          const { acquires, throws, returns } = CALLABLES[name];
          expect([acquires && returns.is !== 'scalar', throws === true, returns.is === 'element']).toEqual([
            false,
            false,
            false,
          ]);
        }
      }
    }
  });
});
